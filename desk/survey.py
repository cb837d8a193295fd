"""Lays an extract out for its audit: every column, declared or not, beside the outcomes of its orders."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from desk.survey_days import columns_of_days, formats_of_days, instants
from desk.survey_rows import SurveyedRows, everything
from desk.survey_twins import twins_by_course, twins_in_list
from desk.survey_words import rating_words
from hotline.calendar import NO_TIME
from hotline.lifecycle import EventType, OfficialCaller
from models.audit.material import Material
from store.extracts.description import Description, FileSpec
from store.extracts.extract import Extract
from store.extracts.reading import Sheet, tidy
from store.loading.births import Births, births_of
from store.loading.known_from import KnownFrom
from store.loading.stored import Stored, codes_of

#: Orders looked at: a sample this large shows whatever is grave, in seconds.
MOST_ORDERS = 20_000


@dataclass
class Survey:
    """Keeps a sample of an extract's rows while its files are read, and lays them out afterwards.

    Whole orders are drawn by a hash of their ids, so that all their rows in all files are kept.
    """

    described: Description
    most_orders: int = MOST_ORDERS
    sheets: list[Sheet] = field(default_factory=list)
    twins: set[str] = field(default_factory=set)
    orders_read: int = 0
    _share: float | None = None

    def see(self, sheet: Sheet) -> None:
        """Keep the sampled rows of a file, with all their columns."""
        order_id = sheet.spec.order_id
        if order_id is None:
            return
        codes, ids = pd.factorize(sheet.cells[order_id])
        if self._share is None:
            self._share = min(1.0, self.most_orders / max(len(ids), 1))
        self.orders_read = max(self.orders_read, len(ids))
        self.twins |= twins_in_list(sheet)
        drawn = pd.util.hash_array(np.asarray(ids, dtype=object)) < self._share * 2.0**64
        is_kept = np.append(drawn, False)[codes]
        undeclared = sheet.undeclared[is_kept].apply(tidy, missing=self.described.missing)
        self.sheets.append(replace(sheet, cells=sheet.cells[is_kept], undeclared=undeclared))

    def material(self, extract: Extract, taken_at: int) -> Material:
        """What the audit looks at, of an extract all of whose files were seen."""
        ids = _all_ids(self.sheets)
        sampled = _sampled(extract, ids)
        births = births_of(sampled, _nothing_stored(ids), not self.described.lists_orders())
        known = KnownFrom.of(sampled, _nothing_stored(ids), births)
        calls = _label_calls(sampled, ids, known)
        days = columns_of_days(self.sheets, self.described.time_formats)
        happened = instants(sampled, self.sheets, days)
        self.twins |= twins_by_course(happened, self.sheets, ids)
        rows = SurveyedRows(self.described, ids, known, sampled)
        return Material(
            orders=_orders(ids, births, known, calls, sampled.callbacks).assign(is_twin=ids.isin(self.twins)),
            columns=tuple(column for sheet in self.sheets for column in rows.columns(sheet)),
            events=_events(sampled.events, ids, happened["is_day"].to_numpy()[: len(sampled.events)]),
            ratings=tuple(r for sheet in self.sheets for r in rows.ratings(sheet, calls)),
            scale={word: int(level) for word, level in self.described.scale.items()},
            taken_at=taken_at,
            repeated={sheet.name: _repeated(sheet) for sheet in self.sheets},
            twins=len(self.twins),
            read=self.orders_read,
            at_once=_named(self.sheets, _is_known_at_once),
            of_callbacks=_named(self.sheets, _holds_callbacks_only),
            columns_of_days=tuple(dict.fromkeys(column for _, column in days)),
            formats_of_days=formats_of_days(self.sheets, days),
            rating_words=tuple(w for sheet in self.sheets for w in rating_words(sheet, self.described)),
        )


def _named(sheets: Sequence[Sheet], is_such: Callable[[FileSpec], bool]) -> frozenset[str]:
    return frozenset(sheet.name for sheet in sheets if is_such(sheet.spec))


def _is_known_at_once(spec: FileSpec) -> bool:
    return spec.event is not None and "known_at" not in spec.event.fields


def _holds_callbacks_only(spec: FileSpec) -> bool:
    return bool(spec.callbacks) and spec.order is None and spec.event is None and not spec.moments


def _all_ids(sheets: Sequence[Sheet]) -> pd.Index:
    named = [sheet.cells[sheet.spec.order_id].dropna() for sheet in sheets]
    return pd.Index(pd.concat(named).unique() if named else [], dtype="str")


def _repeated(sheet: Sheet) -> tuple[int, int]:
    """How many rows say exactly what an earlier row says, and how many there are."""
    return int(everything(sheet).duplicated().sum()), len(sheet.cells)


def _nothing_stored(ids: pd.Index) -> Stored:
    none = np.full(len(ids), NO_TIME, dtype=np.int64)
    no = np.zeros(len(ids), dtype=bool)
    nothing = pd.DataFrame({"code": [], "known_at": [], "type": []})
    return Stored(ids, no, nothing, nothing, nothing, none, none, no)


def _sampled(extract: Extract, ids: pd.Index) -> Extract:
    """The same extract, of the sampled orders only."""
    stated = [replace(s, frame=s.frame[s.frame["order_id"].isin(ids)]) for s in extract.orders]
    parts = {name: getattr(extract, name) for name in ("events", "callbacks", "changes")}
    kept = {name: frame[frame["order_id"].isin(ids)].reset_index(drop=True) for name, frame in parts.items()}
    return Extract(orders=stated, **kept)


def _label_calls(extract: Extract, ids: pd.Index, known: KnownFrom) -> pd.DataFrame:
    """The callbacks of the caller whose ratings count, in the order in which they were known."""
    calls = extract.callbacks
    if not len(calls):
        names = ("order", "known_at", "rating", "is_timed", "file", "row", "place")
        return pd.DataFrame({name: [] for name in names})
    is_city = calls["by"] == OfficialCaller.CITY.value
    if not (is_city & calls["rating"].notna()).any():
        is_city = ~is_city
    calls = calls[is_city].assign(order=lambda frame: codes_of(ids, frame))
    at_last = np.maximum(known.last_event(), known.births.known_at)[calls["order"]]
    known_at = calls["known_at"].to_numpy(dtype=np.int64)
    is_timed = known_at != NO_TIME
    known_at = np.where(is_timed, known_at, at_last)
    return calls.assign(known_at=known_at, is_timed=is_timed).sort_values("known_at", kind="stable")


def _orders(
    ids: pd.Index, births: Births, known: KnownFrom, calls: pd.DataFrame, callbacks: pd.DataFrame
) -> pd.DataFrame:
    rated = calls[calls["rating"].notna()].drop_duplicates("order").set_index("order")
    everyone = pd.RangeIndex(len(ids))
    return pd.DataFrame(
        {
            "order_id": ids.to_numpy(dtype=object),
            "received_at": births.received_at,
            "closed_at": _closed_at(known),
            "last_at": known.last_event(),
            "label_at": rated["known_at"].astype("int64").reindex(everyone, fill_value=NO_TIME),
            "rating": rated["rating"].astype(float).reindex(everyone),
            "is_timed": rated["is_timed"].astype(bool).reindex(everyone, fill_value=False),
            "is_called": everyone.isin(calls["order"]),
            "callbacks": np.bincount(codes_of(ids, callbacks), minlength=len(ids)),
        }
    )


def _events(events: pd.DataFrame, ids: pd.Index, are_days: np.ndarray) -> pd.DataFrame:
    kept = events[["type", "happened_at", "known_at"]]
    order, is_moment = codes_of(ids, events), events["column"].notna()
    return kept.assign(order=order, is_moment=is_moment, is_day=are_days)


def _closed_at(known: KnownFrom) -> np.ndarray:
    """By order, when its last closing was known."""
    closed = np.full(len(known.births.known_at), NO_TIME, dtype=np.int64)
    is_closing = known.types == EventType.CLOSED
    np.maximum.at(closed, known.codes[is_closing], known.known_at[is_closing])
    return closed
