"""Each feature names an event or a fact that must change it, and it does."""

from functools import cache

import pandas as pd
import pytest

from features.catalogue import FEATURES as CATALOGUE
from features.definition import Feature
from features.frame import OrderFrame
from features.history import Past
from hotline.order import AttributeKind
from tests.builders import asked
from tests.promises.asking import logged
from tests.promises.histories import ATTRIBUTES, FEATURES
from tests.promises.movers import Change, changes


@pytest.mark.parametrize("feature", list(FEATURES), ids=FEATURES.names)
def test_what_a_feature_names_changes_it(feature: Feature) -> None:
    assert any(has_moved(feature, change) for change in changes(feature.moved_by))


def has_moved(feature: Feature, change: Change) -> bool:
    before, after = (feature.column(*question)[0] for question in questions(change))
    return not (before == after or (pd.isna(before) and pd.isna(after)))


@cache
def questions(change: Change) -> list[tuple[OrderFrame, Past]]:
    """The question about A before and after the change."""
    pairs = ((change.before, change.asked_before), (change.after, change.asked_after))
    asked_of = [asked(logged(records), "A", as_of) for records, as_of in pairs]
    return [(frame, Past.of(frame, history)) for frame, history in asked_of]


def test_a_feature_that_names_an_unknown_word_is_refused() -> None:
    with pytest.raises(LookupError, match="say what does"):
        changes("the moon")


def test_no_word_moves_every_feature() -> None:
    """The words mean something: an urging of A leaves what is known of the city as it was."""
    urging = changes("urged")[0]
    still = [f.name for f in CATALOGUE if not has_moved(f, urging)]
    assert {"source", "company_dissatisfied_share_90d", "community_households", "text"} <= set(still)
    assert len(still) > len(CATALOGUE) / 2


def test_the_promises_are_made_for_every_feature_there_is() -> None:
    assert set(CATALOGUE) <= set(FEATURES)
    assert {kind for kind in AttributeKind} == {attribute.kind for attribute in ATTRIBUTES}
