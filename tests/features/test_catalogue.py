"""The catalogue: enough features, each with a name, a meaning and a reason to read; its page is current."""

from pathlib import Path

import pytest

from features.attributes import features_for
from features.catalogue import FEATURES, feature_set, feature_set_for
from features.definition import Feature
from hotline.order import Attribute, AttributeKind, AttributeOf
from pipelines.feature_docs import features_page
from tests.builders import an_event, an_order, at

PAGE = Path(__file__).parents[2] / "docs" / "features.md"
AMOUNT = Attribute("amount", AttributeOf.EVENT, AttributeKind.NUMERIC, "金额")


def test_there_are_at_least_sixty_features_under_names_of_their_own() -> None:
    names = [feature.name for feature in FEATURES]
    assert len(names) >= 60
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("feature", FEATURES, ids=[feature.name for feature in FEATURES])
def test_a_feature_explains_itself(feature: Feature) -> None:
    assert feature.kind in {"number", "category", "text"}
    assert any("一" <= letter <= "鿿" for letter in feature.zh)
    assert feature.meaning.endswith(".") and feature.meaning[0].isupper()
    assert set(feature.needs) <= {"orders", "past"} and feature.needs
    assert feature.moved_by


def test_no_two_features_give_a_manager_the_same_reason() -> None:
    reasons = [feature.zh for feature in FEATURES]
    assert len(set(reasons)) == len(reasons)


def test_the_page_of_features_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == features_page(), "run `make docs`"


def test_a_log_brings_the_features_of_its_attributes_and_of_its_own_event_types() -> None:
    log = (an_order() + an_event("A", "补件", at(1), amount=3.5) + an_event("A", "urged", at(2))).log(
        (AMOUNT,)
    )
    own = [f.name for f in feature_set(log) if f not in FEATURES]
    assert own == [f.name for f in features_for((AMOUNT,), ("补件",))]
    assert {"event_amount_last", "type_补件_times"} <= set(own)
    assert feature_set(log).fingerprint == feature_set_for((AMOUNT,), ("补件",)).fingerprint
