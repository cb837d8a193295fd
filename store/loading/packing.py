"""The declared attributes of rows as JSON text, one text a row."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
import pandas as pd

from hotline.order import Attribute, AttributeKind
from store.bulk import plain_values
from store.loading.revisions import is_given


def packed(frame: pd.DataFrame, attributes: Sequence[Attribute]) -> "pd.Series[Any]":
    """The attributes that each row has as JSON text, missing where it has none."""
    texts = np.full(len(frame), None, dtype=object)
    given = [(a.name, is_given(frame[a.name]), _plain(frame, a)) for a in attributes if a.name in frame]
    if given:
        for place in np.flatnonzero(np.logical_or.reduce([mask for _, mask, _ in given])):
            row = {name: values[place] for name, mask, values in given if mask[place]}
            texts[place] = orjson.dumps(row, option=orjson.OPT_SORT_KEYS).decode()
    return pd.Series(texts, index=frame.index, dtype="str")


def _plain(frame: pd.DataFrame, attribute: Attribute) -> list[Any]:
    values = plain_values(frame[attribute.name])
    if attribute.kind is AttributeKind.BOOLEAN:
        return [None if value is None else bool(value) for value in values]
    return values
