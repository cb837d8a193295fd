"""Refusing what cannot be: implausible times, closings before receipt, rows of orders that nobody knows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hotline.calendar import NO_TIME
from hotline.lifecycle import EventType
from store.extracts.description import Description, FileSpec
from store.extracts.extract import Extract
from store.extracts.orders import StatedOrders
from store.extracts.rejects import Rejects
from store.loading import checks
from store.loading.births import Births
from store.loading.stored import Stored, codes_of

_NOT_LOADED = "row not loaded"
#: Which field of a mapping each checked column came from.
_FIELD_OF = {"happened_at": "at", "natural_at": "at", "after_receipt": "at"}
UNKNOWN_ORDER = (
    "its order is neither in this extract nor in the store; ingest the order first; row not loaded"
)
_REFUSED_ORDER = "its order was refused; mend that row first; row not loaded"
_NEVER_RECEIVED = "no time of receipt and no event to take it from; fill it in; row not loaded"


@dataclass
class Refusing:
    """Takes out of an extract what is refused, and writes down why."""

    described: Description
    rejects: Rejects
    latest: int

    def implausible_times(self, extract: Extract) -> None:
        """Refuse rows with times before 1990 or in the future, and figures that cannot be."""
        extract.orders = [self._plausible_orders(stated) for stated in extract.orders]
        known_by = self.latest + int(max(s.lag for s in self.described.files).total_seconds() * 1e6)
        happened = checks.happened_times(self.latest, known_by)
        extract.events = self._without(extract.events, happened)
        extract.callbacks = self._without(extract.callbacks, happened)
        extract.forecasts = self._without(extract.forecasts, checks.known_times(self.latest))
        extract.changes = self._without(extract.changes, checks.changed_times(known_by))
        extract.communities = self._without(extract.communities, checks.known_times(self.latest))
        extract.communities = self._without(extract.communities, checks.plausible_community())

    def before_receipt(self, extract: Extract, births: Births, ids: pd.Index) -> np.ndarray:
        """Refuse what happened before receipt; returns by code the orders refused with it.

        A wide row closed before it was received contradicts itself and is refused whole.
        """
        refused = np.zeros(len(ids), dtype=bool)
        for name in ("events", "callbacks"):
            frame = getattr(extract, name)
            if not len(frame):
                continue
            codes = codes_of(ids, frame)
            happened, floor = frame["happened_at"].to_numpy(), births.floor[codes]
            is_early = (happened != NO_TIME) & (floor != NO_TIME) & (happened < floor)
            is_closing = np.zeros(len(frame), dtype=bool)
            if name == "events":
                is_closing = (frame["type"] == EventType.CLOSED).to_numpy(dtype=bool)
                refused[codes[is_early & is_closing & frame["column"].notna().to_numpy()]] = True
            frame = frame.assign(after_receipt=np.where(is_early, -1, 0))
            parts = [
                self._without(frame[is_closing], checks.after_receipt("closed before received")),
                self._without(
                    frame[~is_closing], checks.after_receipt("happened before its order was received")
                ),
            ]
            if is_early.any():
                setattr(extract, name, pd.concat(parts).sort_index(ignore_index=True))
        return refused

    def orphans(self, extract: Extract, births: Births, stored: Stored, refused: np.ndarray) -> None:
        """Refuse orders without a receipt, and rows whose order is refused or unknown."""
        unborn = births.is_stated & (births.received_at == NO_TIME) & ~stored.is_known & ~refused
        for stated in extract.orders:
            is_unborn = unborn[codes_of(stored.ids, stated.frame)]
            rows = stated.frame[is_unborn]
            self.rejects.add_placed(rows, "", rows["order_id"].tolist(), _NEVER_RECEIVED)
        refused = refused | unborn
        is_loadable = (births.is_stated | stored.is_known) & ~refused
        extract.orders = [
            StatedOrders(s.frame[is_loadable[codes_of(stored.ids, s.frame)]], s.known_from, s.lag)
            for s in extract.orders
        ]
        for name in ("events", "callbacks", "forecasts", "changes"):
            frame = getattr(extract, name)
            if not len(frame):
                continue
            codes = codes_of(stored.ids, frame)
            for mask, reason in ((refused[codes], _REFUSED_ORDER), (~is_loadable[codes], UNKNOWN_ORDER)):
                if reason == UNKNOWN_ORDER:
                    mask = mask & ~refused[codes]
                rows = self._unmentioned(frame[mask])
                self.rejects.add_placed(rows, "", rows["order_id"].tolist(), reason)
            setattr(extract, name, frame[is_loadable[codes]].reset_index(drop=True))

    def _unmentioned(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Those whose row of the file is not refused already."""
        mentioned = {(r.file, r.row) for r in self.rejects.refusals if r.reason.endswith(_NOT_LOADED)}
        if not mentioned or not len(rows):
            return rows
        is_new = [place not in mentioned for place in zip(rows["file"], rows["row"], strict=True)]
        return rows[np.array(is_new, dtype=bool)]

    def _plausible_orders(self, stated: StatedOrders) -> StatedOrders:
        """An implausible receipt refuses the row, an implausible due date only itself."""
        frame = stated.frame.reset_index(drop=True)
        refused = np.zeros(len(frame), dtype=bool)
        for column, reason, mask in checks.failures(checks.stated_times(self.latest), frame):
            consequence = _NOT_LOADED if column == "received_at" else "value left out"
            self._refuse(frame[mask], column, f"{reason}; {consequence}")
            if column == "received_at":
                refused |= mask
            else:
                frame[column] = frame[column].mask(mask, NO_TIME)
        if "due_at" in frame and "received_at" in frame:
            early = (
                (frame["due_at"] != NO_TIME)
                & (frame["received_at"] != NO_TIME)
                & (frame["due_at"] < frame["received_at"])
                & ~refused
            )
            self._refuse(frame[early], "due_at", "due before received; value left out")
            frame["due_at"] = frame["due_at"].mask(early, NO_TIME)
        return StatedOrders(frame[~refused].reset_index(drop=True), stated.known_from, stated.lag)

    def _without(self, frame: pd.DataFrame, schema: Any) -> pd.DataFrame:
        refused = np.zeros(len(frame), dtype=bool)
        for column, reason, mask in checks.failures(schema, frame):
            self._refuse(frame[mask & ~refused], column, f"{reason}; {_NOT_LOADED}")
            refused |= mask
        return frame[~refused] if refused.any() else frame

    def _refuse(self, rows: pd.DataFrame, column: str, reason: str) -> None:
        shown = "happened_at" if column == "after_receipt" else column
        values = checks.shown_times(rows[shown]) if shown.endswith("_at") else rows[shown].tolist()
        nothing = [None] * len(rows)
        moments = rows["column"].tolist() if "column" in rows else nothing
        places = rows["place"].tolist() if "place" in rows else nothing
        found = zip(rows["file"], rows["row"], values, moments, places, strict=True)
        for file, row, value, moment, place in found:
            title = moment if isinstance(moment, str) else self._title(file, column, place)
            self.rejects.add_row(file, row, title, value, reason)

    def _title(self, file: str, column: str, place: int | None) -> str:
        """The file's own name of the column at fault; `place` is the callbacks' mapping, where it is one."""
        for spec in self.described.files:
            if file in (spec.path, f"{spec.path}[{spec.sheet}]"):
                return _column_of(spec, column, place) or column
        return column


def _column_of(spec: FileSpec, column: str, place: int | None) -> str | None:
    name = _FIELD_OF.get(column, column)
    single = (spec.order, spec.event, spec.change, spec.community)
    mappings = [mapping for mapping in single if mapping is not None] if place is None else []
    mappings += [spec.callbacks[place]] if place is not None else [*spec.forecasts]
    for mapping in mappings:
        if name in mapping.fields and mapping.fields[name].column:
            return mapping.fields[name].column
    return None
