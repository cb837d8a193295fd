"""The rows of an extract's files as the columns and the ratings that an audit looks at."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from desk.survey_columns import Use, uses_of
from models.audit.material import ALWAYS, Column, Ratings
from store.extracts.columns import Columns
from store.extracts.description import Description
from store.extracts.extract import Extract
from store.extracts.reading import Sheet
from store.extracts.rejects import Rejects
from store.extracts.times import parse_times
from store.extracts.words import parse_ratings, parse_yes_no
from store.loading.known_from import KnownFrom

#: A column holds times if this share of its words are some; so many words are tried.
_MOSTLY, _TRIED = 0.95, 200
#: Headers under which exports say whether anybody answered.
_ANSWERED = re.compile(r"接通|应答|接听|是否回|答复|answer|reach|respon", re.IGNORECASE)
_CALLBACK_FIELDS = ("at", "channel", "answered", "solved", "contact_confirmed")
#: A row whose event was refused: neither training nor the audit sees it.
_NOWHERE = np.iinfo(np.int64).max


def everything(sheet: Sheet) -> pd.DataFrame:
    """All columns of a file, the declared ones first."""
    return pd.concat([sheet.cells, sheet.undeclared], axis=1)


@dataclass(frozen=True)
class SurveyedRows:
    """Turns the sampled rows of files into columns and ratings."""

    described: Description
    ids: pd.Index
    known: KnownFrom
    extract: Extract

    def columns(self, sheet: Sheet) -> Iterator[Column]:
        """Every column of a file but those that only place a row, or are the outcome themselves."""
        cells = everything(sheet)
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
            own, cells = calls[is_own], everything(sheet)
            fields = Columns(
                replace(sheet, cells=cells.loc[own["row"]]), mapping.fields, self.described, Rejects()
            )
            of_call = {fields.title(name) for name in _CALLBACK_FIELDS if name in fields}
            names = tuple(name for name in cells if name in of_call or name in sheet.ignored)
            yield Ratings(
                column=fields.title("rating"),
                word=fields.raw("rating").to_numpy(dtype=object),
                level=own["rating"].to_numpy(dtype=float),
                names=names,
                companions=self._says_something(fields.sheet.cells[list(names)]),
                answered={
                    name: parse_yes_no(fields.sheet.cells[name], self.described)[0]
                    for name in names
                    if _ANSWERED.search(name)
                },
                refused=self._refused(Columns(sheet, mapping.fields, self.described, Rejects())),
            )

    def _says_something(self, cells: pd.DataFrame) -> np.ndarray:
        return (cells.notna() & ~cells.isin(self.described.unknown)).to_numpy(dtype=bool)

    def _refused(self, fields: Columns) -> int:
        """Ratings of the worst level of calls that were not answered: the ingest refuses them."""
        is_worst = parse_ratings(fields.raw("rating"), self.described)[0] == 0
        return int((is_worst & (parse_yes_no(fields.raw("answered"), self.described)[0] == 0)).sum())
