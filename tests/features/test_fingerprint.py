"""A model's features are today's only if their code is."""

import re
from collections.abc import Callable

import pytest

from features import order_text, shares, timing
from features.catalogue import FEATURES
from features.company import company_dissatisfied_share_90d
from features.definition import Count, FeatureSet, make_feature
from features.frame import OrderFrame
from features.order_text import text_says_danger
from features.timing import waited_hours


def plain() -> Callable[[OrderFrame], Count]:
    def times(orders: OrderFrame) -> Count:
        return orders.own("urged").count

    return times


def commented() -> Callable[[OrderFrame], Count]:
    def times(orders: OrderFrame) -> Count:
        """Says something."""
        return orders.own("urged").count  # and more

    return times


def other() -> Callable[[OrderFrame], Count]:
    def times(orders: OrderFrame) -> Count:
        return orders.own("returned").count

    return times


def source(made_by: Callable[[], Callable[[OrderFrame], Count]]) -> str:
    """The source of a feature made of the function, as if it were written in one place."""
    return make_feature(made_by(), "name", "名", "urged", "Meaning.").source.replace(made_by.__name__, "here")


def test_comments_and_docstrings_change_nothing() -> None:
    assert source(plain) == source(commented)


def test_code_changes_the_source() -> None:
    assert source(plain) != source(other)


def test_a_constant_that_a_helper_uses_changes_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    before = company_dissatisfied_share_90d.source
    monkeypatch.setattr(shares, "_WEIGHT", 30.0)
    assert company_dissatisfied_share_90d.source != before


def test_a_pattern_changes_the_source_of_the_feature_that_looks_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, of_others = text_says_danger.source, waited_hours.source
    monkeypatch.setattr(order_text, "_DANGER", re.compile("危险"))
    assert text_says_danger.source != before
    assert waited_hours.source == of_others


def test_a_helper_changes_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    before = waited_hours.source
    monkeypatch.setattr(timing, "hours_between", timing.closed_or_now)
    assert waited_hours.source != before


def test_the_fingerprint_is_the_same_every_time_and_knows_every_feature() -> None:
    whole = FeatureSet(FEATURES)
    assert whole.fingerprint == FeatureSet(tuple(FEATURES)).fingerprint
    assert len({FeatureSet(FEATURES[:n]).fingerprint for n in (1, 2, len(FEATURES))}) == 3
