"""The measures that every keeper of orders (community, company, manager, ...) is described by."""

import numpy as np

from features.definition import Number, Ratio, Share
from features.history import Past
from features.remembered import remembered
from features.windows import Key, divided

#: A share is drawn towards the one above it as if by this many answered callbacks more: about the
#: number at which a share's own error (±.1) is as large as the differences between keepers.
_WEIGHT = 20.0
_RARE = 10.0


@remembered
def dissatisfied_share(past: Past, by: Key, days: float, above: Share | None = None) -> Share:
    """Share of the key's counted ratings that were 不满意, smoothed towards the share above it."""
    prior = above if above is not None else district_share(past)
    return past.events("rated", by=by, days=days).share("dissatisfied", prior=prior, weight=_WEIGHT)


@remembered
def district_share(past: Past, days: float = 365) -> Share:
    """Share of all counted ratings that were 不满意."""
    return past.events("rated", days=days).share("dissatisfied", prior=0.15, weight=_RARE)


def lost_points(past: Past, by: Key, days: float) -> Number:
    """Mean points of 满意率 (0–100) that the key's rated orders lost, smoothed."""
    overall = past.events("rated", days=365)
    prior = (overall.sum("lost") + 10.0 * _RARE) / (overall.count + _RARE)
    own = past.events("rated", by=by, days=days)
    return (own.sum("lost") + _WEIGHT * prior) / (own.count + _WEIGHT)


def smoothed_share(past: Past, kind: str, value: str, by: Key, days: float) -> Share:
    """Share of the key's facts of a kind with a flag, smoothed towards everybody's."""
    overall = past.events(kind, days=365).share(value, prior=0.5, weight=1.0)
    return past.events(kind, by=by, days=days).share(value, prior=overall, weight=_WEIGHT)


def relative_seconds(past: Past, kind: str, by: Key, days: float) -> Ratio:
    """How long the key takes, over how long everybody takes; drawn towards 1."""
    overall = past.events(kind, days=365)
    usual = divided(overall.sum("seconds"), overall.count)
    own = past.events(kind, by=by, days=days)
    seconds = own.sum("seconds") + _RARE * np.nan_to_num(usual)
    return divided(divided(seconds, own.count + _RARE), np.nan_to_num(usual))


def events_per_order(past: Past, kind: str, by: Key, days: float) -> Ratio:
    """Events of a kind by orders received, over everybody's; drawn towards 1."""
    usual = divided(past.events(kind, days=365).count, past.events("received", days=365).count)
    orders = past.events("received", by=by, days=days).count
    own = (past.events(kind, by=by, days=days).count + _RARE * np.nan_to_num(usual)) / (orders + _RARE)
    return divided(own, np.nan_to_num(usual))


def backlog_weeks(past: Past, by: Key) -> Ratio:
    """Orders in hand by the closings of an average week of the last eight."""
    throughput = past.events("closed", by=by, days=56).count / 8
    return past.events("in_hand", by=by).count / (throughput + 1.0)


def arrivals_ratio(past: Past, by: Key) -> Ratio:
    """Orders received in the last week over the weekly mean of the last eight."""
    weekly = past.events("received", by=by, days=56).count / 8
    return (past.events("received", by=by, days=7).count + 1.0) / (weekly + 1.0)
