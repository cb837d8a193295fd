"""What files say of the official callbacks, and of what the handlers expected of them."""

import numpy as np
import pandas as pd

from hotline.calendar import NO_TIME
from hotline.lifecycle import OfficialCaller
from store.extracts.columns import NOT_LOADED, Columns
from store.extracts.description import Description
from store.extracts.reading import Sheet
from store.extracts.rejects import Rejects

_ANSWERS = ("answered", "rating", "solved", "contact_confirmed")
_CALLERS = {caller.value for caller in OfficialCaller}
_NOT_CALLED = "this callback not loaded"


def official_callbacks(sheet: Sheet, described: Description, rejects: Rejects) -> list[pd.DataFrame]:
    """The callbacks in a sheet, one frame per mapping; a row without any answer or time holds none.

    `happened_at` is NO_TIME where the file has no time: known at the order's last event.
    """
    return [
        _callbacks(Columns(sheet, mapping.fields, described, rejects), sheet, place)
        for place, mapping in enumerate(sheet.spec.callbacks)
    ]


def _callbacks(columns: Columns, sheet: Sheet, place: int) -> pd.DataFrame:
    frame = columns.base()
    frame["callback_id"] = columns.words("id")
    frame["by"] = columns.words("by").fillna(OfficialCaller.CITY.value)
    happened = columns.times("at", _NOT_CALLED)
    frame["happened_at"], frame["is_day"] = happened.micros, happened.is_day
    known = columns.times("known_at").micros
    lag = int(sheet.spec.lag.total_seconds() * 1e6)
    later = np.where(known == NO_TIME, happened.micros, np.maximum(known, happened.micros))
    frame["known_at"] = np.where(later == NO_TIME, NO_TIME, later + lag)
    frame["channel"] = columns.words("channel")
    frame["answered"] = columns.yes_no("answered")
    frame["rating"], bad_rating = columns.ratings("rating", _NOT_CALLED)
    for name in ("solved", "contact_confirmed"):
        frame[name] = columns.yes_no(name)
    frame["place"] = place
    frame["slot"] = _slots(columns, happened.micros)
    frame["lag"] = lag
    is_rated = frame["rating"].notna()
    frame["answered"] = frame["answered"].mask(is_rated & frame["answered"].isna(), 1.0)
    said = frame[["rating", "answered", "solved", "contact_confirmed"]].notna().any(axis=1)
    is_there = said | (frame["happened_at"] != NO_TIME)
    if columns.sheet.spec.event is not None and "at" not in columns:
        # A long file repeats its orders' outcome in every row; it is one outcome.
        is_there &= ~frame["order_id"].duplicated(keep="last") | frame["order_id"].isna()
    refused = bad_rating | happened.is_unreadable
    for name, at_fault, reason in (
        ("order_id", frame["order_id"].isna(), f"no order id; {NOT_LOADED}"),
        ("by", ~frame["by"].isin(_CALLERS), f"not an official caller; map it in [values.by]; {_NOT_CALLED}"),
        ("rating", is_rated & (frame["answered"] == 0), f"rated but not answered; {_NOT_CALLED}"),
    ):
        at_fault = at_fault.to_numpy(dtype=bool) & is_there.to_numpy() & ~refused
        columns.refuse(name, at_fault, reason)
        refused |= at_fault
    return frame[is_there & ~refused]


def _slots(columns: Columns, happened_at: np.ndarray) -> "pd.Series[str]":
    """What makes a callback this one: its column in a wide file, its time elsewhere, else its outcome."""
    spec = columns.sheet.spec
    name = next((field for field in ("at", *_ANSWERS) if field in columns), "by")
    column = pd.Series(f"column:{columns.title(name)}", index=columns.sheet.cells.index, dtype="str")
    if spec.brings_orders() and spec.event is None:
        return column
    times = pd.Series(happened_at, index=column.index).astype("str")
    return column.where(happened_at == NO_TIME, times)


def own_forecasts(sheet: Sheet, described: Description, rejects: Rejects) -> list[pd.DataFrame]:
    """The handlers' own forecasts in a sheet; a row without rating and probability holds none."""
    frames = []
    for mapping in sheet.spec.forecasts:
        columns = Columns(sheet, mapping.fields, described, rejects)
        frame = columns.base()
        frame["known_at"] = columns.times("at", NOT_LOADED).micros
        consequence = "this forecast not loaded"
        frame["rating"], refused = columns.ratings("rating", consequence)
        frame["probability"] = columns.numbers("probability")
        frame["seen_model"] = columns.yes_no("seen_model")
        said = frame[["rating", "probability"]].notna().any(axis=1).to_numpy()
        for name, at_fault, reason in (
            ("order_id", frame["order_id"].isna(), f"no order id; {NOT_LOADED}"),
            ("at", columns.raw("at").isna(), f"a forecast needs its time; {consequence}"),
        ):
            at_fault = at_fault.to_numpy(dtype=bool) & said & ~refused
            columns.refuse(name, at_fault, reason)
            refused |= at_fault
        frames.append(frame[said & ~refused & (frame["known_at"] != NO_TIME).to_numpy()])
    return frames
