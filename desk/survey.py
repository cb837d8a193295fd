"""Lays an extract out for its audit: every column, declared or not, beside the outcomes of its orders."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from desk.survey_columns import Use, uses_of
from hotline.calendar import NO_TIME
from hotline.lifecycle import EventType, OfficialCaller
from models.audit.material import ALWAYS, Column, Material, Ratings
from store.extracts.columns import Columns
from store.extracts.description import Description
from store.extracts.extract import Extract
from store.extracts.reading import Sheet, tidy
from store.extracts.rejects import Rejects
from store.extracts.times import parse_times
from store.extracts.words import parse_ratings, parse_yes_no
from store.loading.births import Births, births_of
from store.loading.known_from import KnownFrom
from store.loading.stored import Stored, codes_of

#: Orders looked at: a sample this large shows whatever is grave, in seconds.
MOST_ORDERS = 20_000
#: A column holds times if this share of its words are some; so many words are tried.
_MOSTLY, _TRIED = 0.95, 200
#: Headers under which exports say whether anybody answered.
_ANSWERED = re.compile(r"接通|应答|接听|是否回|答复|answer|reach|respon", re.IGNORECASE)
_CALLBACK_FIELDS = ("at", "channel", "answered", "solved", "contact_confirmed")


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
        self.twins |= _twins(sheet)
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
        rows = _Rows(self.described, ids, known, sampled)
        return Material(
            orders=_orders(ids, births, known, calls, self.twins),
            columns=tuple(column for sheet in self.sheets for column in rows.columns(sheet)),
            events=_events(sampled.events, ids),
            ratings=tuple(r for sheet in self.sheets for r in rows.ratings(sheet, calls)),
            scale={word: int(level) for word, level in self.described.scale.items()},
            taken_at=taken_at,
            repeated={sheet.name: _repeated(sheet) for sheet in self.sheets},
            twins=len(self.twins),
            read=self.orders_read,
            at_once=frozenset(
                sheet.name
                for sheet in self.sheets
                if sheet.spec.event is not None and "known_at" not in sheet.spec.event.fields
            ),
        )


def _all_ids(sheets: Sequence[Sheet]) -> pd.Index:
    named = [sheet.cells[sheet.spec.order_id].dropna() for sheet in sheets]
    return pd.Index(pd.concat(named).unique() if named else [], dtype="str")


def _everything(sheet: Sheet) -> pd.DataFrame:
    return pd.concat([sheet.cells, sheet.undeclared], axis=1)


def _repeated(sheet: Sheet) -> tuple[int, int]:
    """How many rows say exactly what an earlier row says, and how many there are."""
    return int(_everything(sheet).duplicated().sum()), len(sheet.cells)


def _twins(sheet: Sheet) -> set[str]:
    """Ids of orders that a list of orders holds under another id already.

    The same caller, text and time of receipt; where a file has no such three, all columns but the id.
    Files without times of receipt or texts are left alone: few words coincide by chance.
    """
    spec = sheet.spec
    if spec.order is None or spec.event is not None:
        return set()
    named = {name: cell.column for name, cell in spec.order.fields.items() if cell.column}
    key = [named[name] for name in ("received_at", "caller", "text") if name in named]
    if "received_at" not in named and "text" not in named:
        return set()
    cells = sheet.cells if len(key) == 3 else _everything(sheet)
    key = key if len(key) == 3 else [name for name in cells.columns if name != spec.order_id]
    is_whole = cells[key].notna().all(axis=1) if len(key) == 3 else cells[key[0]].notna()
    again = cells[key].duplicated() & is_whole & ~cells[spec.order_id].duplicated()
    return set(cells.loc[again, spec.order_id].dropna())


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
    ids: pd.Index, births: Births, known: KnownFrom, calls: pd.DataFrame, twins: set[str]
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
            "is_twin": ids.isin(twins),
        }
    )


def _events(events: pd.DataFrame, ids: pd.Index) -> pd.DataFrame:
    kept = events[["type", "happened_at", "known_at", "is_day"]]
    order, is_moment = codes_of(ids, events), events["column"].notna()
    return kept.assign(order=order, is_moment=is_moment)


def _closed_at(known: KnownFrom) -> np.ndarray:
    """By order, when its last closing was known."""
    closed = np.full(len(known.births.known_at), NO_TIME, dtype=np.int64)
    is_closing = known.types == EventType.CLOSED
    np.maximum.at(closed, known.codes[is_closing], known.known_at[is_closing])
    return closed


@dataclass(frozen=True)
class _Rows:
    """Turns the sampled rows of files into columns and ratings."""

    described: Description
    ids: pd.Index
    known: KnownFrom
    extract: Extract

    def columns(self, sheet: Sheet) -> Iterator[Column]:
        """Every column of a file but those that only place a row, or are the outcome themselves."""
        cells = _everything(sheet)
        order = self.ids.get_indexer(pd.Index(cells[sheet.spec.order_id]))
        for use in uses_of(sheet, self.described):
            words = cells[use.column].astype(object).where(cells[use.column].notna(), None).to_numpy()
            known_at = self._known_at(sheet, use, order)
            is_kept = (order >= 0) & (known_at != _NOWHERE)
            times = self._times(cells[use.column])
            yield Column(
                name=use.column,
                file=sheet.name,
                field=use.field,
                known_from=use.known_from,
                order=order[is_kept],
                words=words[is_kept],
                known_at=known_at[is_kept],
                times=None if times is None else times[is_kept],
                is_long=sheet.spec.event is not None,
                takes_first=use.takes_first,
            )

    def _known_at(self, sheet: Sheet, use: Use, order: np.ndarray) -> np.ndarray:
        """By row, when training would see the value; _NOWHERE where its event was refused."""
        if use.known_from:
            lag = int(sheet.spec.lag.total_seconds() * 1e6)
            return self.known.times(use.known_from)[order] + lag
        if use.rows == "":
            return np.full(len(order), ALWAYS)
        frame = self.extract.changes if use.rows == "change" else self.extract.events
        time = "natural_at" if use.rows == "change" else "known_at"
        if not len(frame):
            return np.full(len(order), _NOWHERE)
        own = frame[frame["file"] == sheet.name]
        if use.moment:
            own = own[own["column"] == use.moment]
        return own.set_index("row")[time].reindex(sheet.cells.index, fill_value=_NOWHERE).to_numpy(np.int64)

    def _times(self, words: "pd.Series[str]") -> np.ndarray | None:
        """The words as times, if they are mostly times."""
        filled = words.dropna()
        tried = filled[~filled.str.fullmatch(r"[-+\d.,]*")].iloc[:_TRIED] if len(filled) else filled
        if len(tried) < min(len(filled), _TRIED) * _MOSTLY or not len(tried):
            return None
        zone, formats = self.described.zone, self.described.time_formats
        if parse_times(tried, zone, formats).is_unreadable.mean() > 1 - _MOSTLY:
            return None
        return parse_times(words, zone, formats).micros

    def ratings(self, sheet: Sheet, calls: pd.DataFrame) -> Iterator[Ratings]:
        """The callbacks that a file holds, with what else it says of each."""
        for place, mapping in enumerate(sheet.spec.callbacks):
            if "rating" not in mapping.fields:
                continue
            is_own = (calls["file"] == sheet.name) & (calls["place"] == place) & calls["rating"].notna()
            own, cells = calls[is_own], _everything(sheet)
            fields = Columns(
                replace(sheet, cells=cells.loc[own["row"]]), mapping.fields, self.described, Rejects()
            )
            of_call = frozenset(fields.title(name) for name in _CALLBACK_FIELDS if name in fields)
            names = tuple(name for name in cells if name in of_call or name in sheet.ignored)
            yield Ratings(
                column=fields.title("rating"),
                word=fields.raw("rating").to_numpy(dtype=object),
                level=own["rating"].to_numpy(dtype=float),
                names=names,
                of_call=of_call,
                companions=fields.sheet.cells[list(names)].notna().to_numpy(dtype=bool),
                answered={
                    name: parse_yes_no(fields.sheet.cells[name], self.described)[0]
                    for name in names
                    if _ANSWERED.search(name)
                },
                refused=self._refused(Columns(sheet, mapping.fields, self.described, Rejects())),
            )

    def _refused(self, fields: Columns) -> int:
        """Ratings of the worst level of calls that were not answered: the ingest refuses them."""
        is_worst = parse_ratings(fields.raw("rating"), self.described)[0] == 0
        return int((is_worst & (parse_yes_no(fields.raw("answered"), self.described)[0] == 0)).sum())


#: A row whose event was refused: neither training nor the audit sees it.
_NOWHERE = np.iinfo(np.int64).max
