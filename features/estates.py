"""Facts about communities, as known then."""

import numpy as np
import pandas as pd

from features.chronicle import Floats, Ints
from features.frame import OrderFrame
from features.history import Past
from hotline.calendar import NO_TIME


def community_fact(orders: OrderFrame, past: Past, name: str) -> Floats:
    """A fact about each order's community, as known at the moment; NaN where nothing was.

    A fact without a time of its own counts as known always.
    """
    log = past.layers[0][0].chronicle.log
    return _last_known(log.communities, name, orders.word("community"), orders.as_of)


def _last_known(facts: pd.DataFrame, name: str, community: np.ndarray, as_of: Ints) -> Floats:
    value = facts[name].to_numpy()
    told = ~np.isnan(value)
    if not told.any():
        return np.full(len(community), np.nan)
    known_at = facts["known_at"].to_numpy()[told]
    code, names = pd.factorize(facts["community"].to_numpy()[told])
    order = np.lexsort((np.flatnonzero(told), known_at, code))
    moments, moment = np.unique(np.append(known_at, NO_TIME), return_inverse=True)
    slots = (code * (len(moments) + 1) + moment[:-1])[order]
    asked = pd.Index(names).get_indexer(community)
    asked = np.where(pd.isna(community), -1, asked)
    slot = asked * (len(moments) + 1) + np.searchsorted(moments, as_of, side="right")
    found = np.searchsorted(slots, slot, side="left") - 1
    known = (asked >= 0) & (found >= 0) & (code[order][found] == asked)
    return np.where(known, value[told][order][found], np.nan)
