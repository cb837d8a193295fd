"""The peer in the benchmark of features: the same five, as one would write them in pandas.

Facts are sorted by time and summed up within each key; `merge_asof` finds the sum at either edge of a window.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.log import Log
from hotline.calendar import DAY

FIELDS = ["company", "community", "caller"]
OPENING = {"closed": False, "archived": False, "redispatched": True}


@dataclass(frozen=True)
class Tables:
    """The log's revisions, events, callbacks and the questions, each sorted by time."""

    revisions: pd.DataFrame
    events: pd.DataFrame
    callbacks: pd.DataFrame
    asked: pd.DataFrame

    @classmethod
    def of(cls, log: Log, questions: pd.DataFrame, are_categories: bool) -> "Tables":
        """The tables of a log and of questions (order_id, as_of), ids as pandas reads them or as categories."""
        frames = [
            log.orders[["order_id", "known_at", *FIELDS]],
            log.events[["order_id", "known_at", "type"]],
            log.callbacks[["order_id", "known_at", "by", "rating"]],
            questions.assign(place=np.arange(len(questions))),
        ]
        ids = pd.CategoricalDtype(pd.unique(log.orders["order_id"])) if are_categories else "str"
        word = "category" if are_categories else "str"
        frames = [frame.assign(order_id=frame["order_id"].astype(ids)) for frame in frames]
        frames[0] = frames[0].astype(dict.fromkeys(FIELDS, word))
        frames[1] = frames[1].astype({"type": word})
        times = ["known_at", "known_at", "known_at", "as_of"]
        return cls(*(f.sort_values(time, kind="stable") for f, time in zip(frames, times, strict=True)))


def five_features(tables: Tables) -> pd.DataFrame:
    """The features of the questions, in the order in which they were asked."""
    revisions, events = tables.revisions.copy(), tables.events
    revisions[FIELDS] = revisions.groupby("order_id", observed=True)[FIELDS].ffill()
    asked = pd.merge_asof(tables.asked, revisions, left_on="as_of", right_on="known_at", by="order_id")
    received = revisions.drop_duplicates("order_id").assign(one=1)
    rated = _rated(tables.callbacks, events, revisions)
    found = pd.DataFrame(
        {
            "rated": _window(asked, rated, "company", "one", 90),
            "dissatisfied": _window(asked, rated, "company", "dissatisfied", 90),
            "received": _window(asked, received, "community", "one", 7),
            "in_hand": _window(asked, _in_hand(revisions, events), "company", "change", None),
            "of_caller": _window(asked, received, "caller", "one", 365),
            "urged": _urged(asked, events),
        }
    )
    return found.set_axis(asked["place"].to_numpy()).sort_index()


def _rated(callbacks: pd.DataFrame, events: pd.DataFrame, revisions: pd.DataFrame) -> pd.DataFrame:
    """The first rating of each round by the city, with the company that held the order then."""
    heard = callbacks[(callbacks["by"] == "city") & callbacks["rating"].notna()]
    begun = events[events["type"] == "redispatched"]
    begun = begun.assign(round=begun.groupby("order_id", observed=True).cumcount() + 1)
    heard = pd.merge_asof(heard, begun[["order_id", "known_at", "round"]], on="known_at", by="order_id")
    heard = heard.assign(round=heard["round"].fillna(0)).drop_duplicates(["order_id", "round"])
    heard = pd.merge_asof(heard, revisions, on="known_at", by="order_id")
    return heard.assign(one=1, dissatisfied=(heard["rating"] == 0).astype(int))


def _in_hand(revisions: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """+1 where a company takes an order in hand, -1 where it closes it or hands it over."""
    turns = events[events["type"].isin(OPENING)]
    turns = turns.assign(is_open=turns["type"].map(OPENING).astype(float))[
        ["order_id", "known_at", "is_open"]
    ]
    first = ~revisions["order_id"].duplicated()
    states = revisions.assign(is_open=np.where(first, 1.0, np.nan))[
        ["order_id", "known_at", "company", "is_open"]
    ]
    course = pd.concat([states, turns]).sort_values("known_at", kind="stable")
    by_order = course.groupby("order_id", observed=True)
    course[["company", "is_open"]] = by_order[["company", "is_open"]].ffill()
    before = course.groupby("order_id", observed=True)[["company", "is_open"]].shift()
    holds, held = course["is_open"] == 1, before["is_open"] == 1
    ends = held & (~holds | (before["company"] != course["company"]))
    begins = holds & (~held | (before["company"] != course["company"]))
    taken = course.loc[begins, ["company", "known_at"]].assign(change=1)
    left = before.loc[ends, ["company"]].assign(known_at=course.loc[ends, "known_at"], change=-1)
    return pd.concat([taken, left]).sort_values("known_at", kind="stable")


def _window(asked: pd.DataFrame, facts: pd.DataFrame, key: str, value: str, days: int | None) -> np.ndarray:
    """The sum of the key's facts in the days before each question, the moment itself left out."""
    facts = facts[facts[key].notna()]
    totals = facts.groupby(key, observed=True)[value].cumsum()
    running = pd.DataFrame({key: facts[key], "known_at": facts["known_at"], "total": totals})
    until = _running_total(asked[[key, "as_of"]], running, key)
    if days is None:
        return until
    edges = asked[[key]].assign(as_of=asked["as_of"] - days * DAY)
    return until - _running_total(edges, running, key)


def _running_total(edges: pd.DataFrame, running: pd.DataFrame, key: str) -> np.ndarray:
    """The running total just before each edge; edges come sorted by time."""
    found = pd.merge_asof(
        edges, running, left_on="as_of", right_on="known_at", by=key, allow_exact_matches=False
    )
    return found["total"].fillna(0).to_numpy()


def _urged(asked: pd.DataFrame, events: pd.DataFrame) -> np.ndarray:
    """How often the order itself was urged, the moment included."""
    urged = events[events["type"] == "urged"]
    urged = urged.assign(times=urged.groupby("order_id", observed=True).cumcount() + 1)
    found = pd.merge_asof(
        asked[["order_id", "as_of"]],
        urged[["order_id", "known_at", "times"]],
        left_on="as_of",
        right_on="known_at",
        by="order_id",
    )
    return found["times"].fillna(0).to_numpy()
