"""Questions about random histories, and the comparison of their answers."""

import numpy as np
import pandas as pd

from features.definition import FeatureSet
from features.frame import OrderFrame
from features.history import History, Past
from features.log import Log
from hotline.lifecycle import OfficialCaller
from tests.builders import Records
from tests.promises.histories import ATTRIBUTES, FEATURES

Columns = dict[str, np.ndarray]


def logged(records: Records) -> Log:
    """The log of a random history; the city's ratings count whoever else has rated."""
    return records.log(ATTRIBUTES, OfficialCaller.CITY)


def history_of(records: Records) -> History:
    """Everybody's past in a random history."""
    return History.of(logged(records))


def everything(history: History) -> OrderFrame:
    """Questions at every moment of every order, and between and after them."""
    chronicle = history.chronicle
    at_events = OrderFrame.at_positions(chronicle, np.flatnonzero(chronicle.is_moment))
    between = np.concatenate([chronicle.known_at, chronicle.known_at + 3_600_000_001])
    order = np.concatenate([chronicle.order, chronicle.order])
    return OrderFrame(
        chronicle,
        np.concatenate([at_events.order, order]),
        np.concatenate([at_events.as_of, between]),
        np.concatenate([at_events.position, chronicle.position_at(order, between)]),
    )


def answers(frame: OrderFrame, past: Past, features: FeatureSet = FEATURES) -> Columns:
    """The feature columns of these questions."""
    return features.compute(frame, past)


def differing(one: Columns, other: Columns) -> dict[str, tuple[object, object]]:
    """The features whose columns are not the same (to 1e-9; missing is missing), with both columns."""
    assert one.keys() == other.keys()
    return {name: (one[name], other[name]) for name in one if not _same(one[name], other[name])}


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.dtype == object:
        return all(a == b or (pd.isna(a) and pd.isna(b)) for a, b in zip(one, other, strict=True))
    return bool(np.allclose(one, other, rtol=1e-9, atol=1e-9, equal_nan=True))
