"""Every feature there is, and the set that a log calls for."""

from features import (
    attributes,
    caller,
    category,
    closing,
    community,
    company,
    journey,
    manager,
    order_text,
    street,
    timing,
)
from features.definition import Feature, FeatureSet
from features.log import Log
from hotline.order import Attribute

_ROOMS = (timing, journey, closing, order_text, caller, category, community, company, manager, street)


def _gathered() -> tuple[Feature, ...]:
    found: dict[str, Feature] = {}
    for room in _ROOMS:
        for feature in room.FEATURES:
            found.setdefault(feature.name, feature)
    return tuple(found.values())


#: The features that hold for any log of orders.
FEATURES: tuple[Feature, ...] = _gathered()


def feature_set(log: Log) -> FeatureSet:
    """All features for a log: the catalogue, its declared attributes and its own event types."""
    return FeatureSet(FEATURES + attributes.features_of(log))


def feature_set_for(declared: tuple[Attribute, ...], own_types: tuple[str, ...]) -> FeatureSet:
    """The same from what a model remembers of its log."""
    return FeatureSet(FEATURES + attributes.features_for(declared, own_types))
