"""When each order of an extract was received, and from when that is known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotline.calendar import DAY, NO_TIME
from store.extracts.extract import Extract
from store.loading.stored import Stored, codes_of


@dataclass(frozen=True)
class Births:
    """By order code: receipt, from when it is known, the first instant at which anything can happen.

    `is_earlier` marks known orders whose receipt was taken from their first event, and now there is an
    earlier one.
    """

    is_stated: np.ndarray
    is_earlier: np.ndarray
    received_at: np.ndarray
    known_at: np.ndarray
    floor: np.ndarray


def births_of(extract: Extract, stored: Stored, events_make_orders: bool) -> Births:
    """Receipts as stated, else as stored, else the time of the order's first event."""
    length = len(stored.ids)
    received, known = _none(length), _none(length)
    is_day, is_stated = np.zeros(length, dtype=bool), np.zeros(length, dtype=bool)
    for stated in extract.orders:
        codes = codes_of(stored.ids, stated.frame)
        is_stated[codes] = True
        if "received_at" not in stated.frame:
            continue
        given = stated.frame["received_at"].to_numpy()
        first = (received[codes] == NO_TIME) & (given != NO_TIME)
        received[codes[first]] = given[first]
        known[codes[first]] = given[first] + stated.lag
        is_day[codes[first]] = stated.frame["received_day"].to_numpy(dtype=bool)[first]
    first_happened, first_known = _first_events(extract.events, stored.ids)
    if events_make_orders:
        is_stated |= first_happened != NO_TIME
    day_starts = np.where(is_day, received - DAY + 1, received)
    # Only the day of receipt is given, and something happened on it: receipt was no later than that.
    earlier = is_day & (first_happened >= day_starts) & (first_happened < received)
    received = np.where(earlier, first_happened, received)
    known = np.where(earlier, np.minimum(known, first_known), known)
    before = is_day & (stored.received_at >= day_starts) & (stored.received_at < received)
    received = np.where(before, stored.received_at, received)
    from_first = stored.is_received_at_an_event & (received == NO_TIME)
    is_earlier = from_first & (first_happened != NO_TIME) & (first_happened < stored.received_at)
    floor = np.where(received != NO_TIME, day_starts, stored.received_at)
    floor = np.where(from_first, NO_TIME, floor)
    from_event = (received == NO_TIME) & (~stored.is_known | is_earlier)
    received = np.where(from_event, first_happened, received)
    known = np.where(from_event, first_known, known)
    known = np.where(stored.is_known, stored.born_at, known)
    return Births(is_stated, is_earlier, received, known, floor)


def _first_events(events: pd.DataFrame, ids: pd.Index) -> tuple[np.ndarray, np.ndarray]:
    happened, known = _none(len(ids)), _none(len(ids))
    if len(events):
        first = events[["happened_at", "known_at"]].groupby(codes_of(ids, events)).min()
        happened[first.index.to_numpy()] = first["happened_at"].to_numpy()
        known[first.index.to_numpy()] = first["known_at"].to_numpy()
    return happened, known


def _none(length: int) -> np.ndarray:
    return np.full(length, NO_TIME, dtype=np.int64)
