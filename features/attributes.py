"""Whatever else an extract carries: one family of features for each declared attribute and own event type."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from features.definition import Category, Count, Feature, Hours, Number, Share, make_feature
from features.frame import OrderFrame
from features.history import Past
from features.journey import distinct_so_far, last_word
from features.log import Log
from features.shares import dissatisfied_share
from features.windows import divided
from hotline.lifecycle import EventType
from hotline.order import Attribute, AttributeKind, AttributeOf

#: Numbers of events are kept to four decimals, so that sums are whole numbers and exact.
_DECIMALS = 10_000
_KNOWN_TYPES = frozenset(EventType)


def features_of(log: Log) -> tuple[Feature, ...]:
    """The features that a log's own columns and event types call for."""
    own_types = sorted(set(map(str, pd.unique(log.events["type"]))) - _KNOWN_TYPES)
    return features_for(log.attributes, own_types)


def features_for(attributes: Iterable[Attribute], own_types: Iterable[str]) -> tuple[Feature, ...]:
    """The same from names alone, as a loaded model asks for them."""
    made: list[Feature] = []
    for attribute in sorted(attributes, key=lambda a: (a.of, a.name)):
        if attribute.of is AttributeOf.ORDER:
            made += _of_order(attribute)
        else:
            made += _of_event(attribute)
    for name in own_types:
        made += _of_type(name)
    return tuple(made)


def _of_order(attribute: Attribute) -> list[Feature]:
    name, zh = attribute.name, attribute.zh or attribute.name

    def number(orders: OrderFrame) -> Number:
        return orders.number(name)

    def category(orders: OrderFrame) -> Category:
        return orders.word(name)

    def share(past: Past) -> Share:
        return dissatisfied_share(past, (name,), 365)

    def length(orders: OrderFrame) -> Count:
        words = orders.word(name)
        return np.array([np.nan if w is None else len(w) for w in words], dtype=np.float64)

    moved = f"order:{name}"
    meaning = f"Attribute {name} of the order, as known then."
    if attribute.kind in (AttributeKind.NUMERIC, AttributeKind.BOOLEAN):
        return [make_feature(number, f"order_{name}", zh, moved, meaning)]
    if attribute.kind is AttributeKind.TEXT:
        meaning = f"Characters of attribute {name}."
        return [make_feature(length, f"order_{name}_length", f"{zh}（字数）", moved, meaning)]
    return [
        make_feature(category, f"order_{name}", zh, moved, meaning),
        make_feature(
            share,
            f"order_{name}_dissatisfied_share_365d",
            f"{zh}相同的工单近一年不满意占比",
            f"rated:{name}",
            f"Share of 不满意 in the last 365 days among orders with the same {name}.",
        ),
    ]


def _of_event(attribute: Attribute) -> list[Feature]:
    name, zh = attribute.name, attribute.zh or attribute.name

    def last(orders: OrderFrame) -> Number:
        column = orders.chronicle.event_column(name)
        return orders.own_rows(~np.isnan(column)).last_of(column, np.nan)

    def mean(orders: OrderFrame) -> Number:
        column = orders.chronicle.event_column(name)
        told = orders.own_rows(~np.isnan(column))
        whole = np.round(np.nan_to_num(column) * _DECIMALS).astype(np.int64)
        return divided(told.sum_of(whole) / _DECIMALS, told.count)

    def highest(orders: OrderFrame) -> Number:
        column = orders.chronicle.event_column(name)
        return orders.own_rows(~np.isnan(column)).highest_of(column)

    def word(orders: OrderFrame) -> Category:
        return last_word(orders, name)

    def distinct(orders: OrderFrame) -> Count:
        return distinct_so_far(orders, name)

    moved = f"event:{name}"
    if attribute.kind in (AttributeKind.NUMERIC, AttributeKind.BOOLEAN):
        return [
            make_feature(last, f"event_{name}_last", f"{zh}（最近）", moved, f"Last {name} of the events."),
            make_feature(mean, f"event_{name}_mean", f"{zh}（平均）", moved, f"Mean {name} of the events."),
            make_feature(
                highest, f"event_{name}_highest", f"{zh}（最高）", moved, f"Highest {name} of the events."
            ),
        ]
    return [
        make_feature(word, f"event_{name}_last", f"{zh}（最近）", moved, f"Last {name} of the events."),
        make_feature(
            distinct, f"event_{name}_distinct", f"{zh}（不同个数）", moved, f"Different {name} so far."
        ),
    ]


def _of_type(name: str) -> list[Feature]:
    def times(orders: OrderFrame) -> Count:
        return orders.own(name).count

    def hours(orders: OrderFrame) -> Hours:
        return orders.own(name).hours_since_last

    moved = f"type:{name}"
    return [
        make_feature(times, f"type_{name}_times", f"“{name}”次数", moved, f"How often {name} happened."),
        make_feature(
            hours,
            f"type_{name}_hours_since",
            f"“{name}”至今（小时）",
            moved,
            f"Hours since {name} last happened.",
        ),
    ]
