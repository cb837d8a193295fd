"""Reads CSV, gzip and Excel files as words, under the row numbers that a person sees."""

import csv
import gzip
import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from store.extracts.description import DescriptionError, FileSpec
from store.extracts.rejects import Rejects

_EXCEL = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
#: The encodings that Chinese exports come in; tried only to name the right one in an error.
_LIKELY_ENCODINGS = ("utf-8-sig", "gb18030", "utf-16")
#: Bytes looked at to name an encoding.
_SAMPLE_BYTES = 1_000_000


@dataclass(frozen=True)
class Sheet:
    """One file as read: words, indexed by the row number that a person sees (the header is row 1).

    `cells` has the columns that the description names; `undeclared` the others as they stand in the file,
    which only the audit looks at.
    """

    spec: FileSpec
    cells: pd.DataFrame
    undeclared: pd.DataFrame
    rows_read: int

    @property
    def ignored(self) -> tuple[str, ...]:
        """The columns that the description does not name."""
        return tuple(self.undeclared.columns)

    @property
    def name(self) -> str:
        """The file as the description names it, with its sheet."""
        return f"{self.spec.path}[{self.spec.sheet}]" if self.spec.sheet else self.spec.path


def read_sheet(folder: Path, spec: FileSpec, missing: frozenset[str], rejects: Rejects) -> Sheet | None:
    """The file that the description names, relative to its folder; None if it is optional and absent.

    DescriptionError if the file as a whole cannot be read.
    """
    path = folder / spec.path
    if not path.is_file():
        if spec.optional:
            return None
        raise DescriptionError(f"there is no file {spec.path} beside the description; check `path`")
    raw = _read_excel(path, spec) if path.suffix.lower() in _EXCEL else _read_csv(path, spec, rejects)
    wanted = spec.columns()
    absent = [column for column in wanted if column not in raw.columns]
    if absent:
        raise DescriptionError(
            f"{spec.path} has no column {', '.join(map(repr, absent))}; it has {', '.join(raw.columns)}"
        )
    cells = raw[list(wanted)].apply(tidy, missing=missing)
    is_blank = cells.isna().all(axis=1)
    cells = cells[~is_blank]
    undeclared = raw.loc[~is_blank, [column for column in raw.columns if column not in wanted]]
    return Sheet(spec, cells, undeclared, len(cells))


def tidy(column: "pd.Series[Any]", missing: frozenset[str]) -> "pd.Series[Any]":
    """Words without blanks around them; NaN where the word stands for an empty cell."""
    words = column.str.strip()
    return words.mask(words.isin(["", *missing]))


def _read_csv(path: Path, spec: FileSpec, rejects: Rejects) -> pd.DataFrame:
    try:
        header = _header(path, spec)
        try:
            frame = _read_csv_fast(path, spec, header)
        except (pd.errors.ParserError, pd.errors.ParserWarning):
            frame = _read_csv_row_by_row(path, spec, header, rejects)
    except (UnicodeDecodeError, UnicodeError, LookupError):
        raise DescriptionError(_encoding_advice(path, spec)) from None
    except (gzip.BadGzipFile, EOFError):
        raise DescriptionError(f"{spec.path} is not a whole gzip file; export it again") from None
    except (pd.errors.EmptyDataError, StopIteration):
        raise DescriptionError(f"{spec.path} is empty; it needs a header row") from None
    except csv.Error:
        raise DescriptionError(f"{spec.path} has a quotation mark that nothing closes; close it") from None
    return frame


def _header(path: Path, spec: FileSpec) -> list[str]:
    with _open(path, spec) as file:
        rows = csv.reader(file, delimiter=spec.delimiter)
        for _ in range(spec.header_row - 1):
            next(rows)
        return [name.strip() for name in next(rows)]


def _read_csv_fast(path: Path, spec: FileSpec, header: Sequence[str]) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        frame = pd.read_csv(
            path,
            encoding=spec.encoding,
            sep=spec.delimiter,
            header=None,
            names=unique_names(header),
            skiprows=spec.header_row,
            dtype="str",
            keep_default_na=False,
            na_values=[""],
            skip_blank_lines=False,
            index_col=False,
            compression="gzip" if path.suffix == ".gz" else None,
        )
    frame.index = pd.RangeIndex(spec.header_row + 1, spec.header_row + 1 + len(frame))
    return frame


def _read_csv_row_by_row(path: Path, spec: FileSpec, header: Sequence[str], rejects: Rejects) -> pd.DataFrame:
    """The slow way, for a file in which some row has too many fields: those rows are refused."""
    kept: dict[int, list[str | None]] = {}
    with _open(path, spec) as file:
        for number, row in enumerate(csv.reader(file, delimiter=spec.delimiter), 1):
            if number <= spec.header_row:
                continue
            if len(row) > len(header):
                reason = f"has {len(row)} fields, the header {len(header)}: put texts with commas in quotes"
                rejects.add_row(spec.path, number, "", "", reason)
                continue
            kept[number] = [*row, *[None] * (len(header) - len(row))]
    return pd.DataFrame.from_dict(kept, orient="index", columns=unique_names(header), dtype="str")


def _open(path: Path, spec: FileSpec) -> io.TextIOBase:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding=spec.encoding, newline="")
    return path.open(encoding=spec.encoding, newline="")


def unique_names(header: Sequence[str]) -> list[str]:
    """Header names with repeated and empty ones numbered, as spreadsheets and pandas do."""
    seen: dict[str, int] = {}
    names = []
    for place, name in enumerate(header, 1):
        name = name or f"(column {place})"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}.{seen[name] - 1}")
    return names


def _encoding_advice(path: Path, spec: FileSpec) -> str:
    opener: Any = gzip.open if path.suffix == ".gz" else Path.open
    with opener(path, "rb") as file:
        sample = file.read(_SAMPLE_BYTES)
    for encoding in _LIKELY_ENCODINGS:
        try:
            sample.decode(encoding)
        except UnicodeError as error:
            # A character cut by the end of the sample is no objection.
            if getattr(error, "start", 0) < len(sample) - 4:
                continue
        if encoding != spec.encoding:
            return f'{spec.path} is not {spec.encoding}; set encoding = "{encoding}" for it'
    return f"{spec.path} is not {spec.encoding}; save it as UTF-8 (另存为 CSV UTF-8)"


def _read_excel(path: Path, spec: FileSpec) -> pd.DataFrame:
    from python_calamine import CalamineError, CalamineWorkbook, WorksheetNotFound

    try:
        book = CalamineWorkbook.from_path(str(path))
        name = spec.sheet or book.sheet_names[0]
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except WorksheetNotFound:
        raise DescriptionError(
            f"{spec.path} has no sheet {spec.sheet!r}; it has {', '.join(book.sheet_names)}"
        ) from None
    except CalamineError as error:
        raise DescriptionError(f"{spec.path} cannot be read as Excel: {error}") from None
    if len(rows) < spec.header_row:
        raise DescriptionError(f"{spec.path} is empty; it needs a header row")
    header = unique_names([(word_of(cell) or "").strip() for cell in rows[spec.header_row - 1]])
    body = list(_words_of(rows[spec.header_row :]))
    frame = pd.DataFrame(body, columns=header, dtype="str")
    frame.index = pd.RangeIndex(spec.header_row + 1, spec.header_row + 1 + len(frame))
    return frame


def _words_of(rows: Sequence[Sequence[Any]]) -> Iterator[list[str | None]]:
    for row in rows:
        yield [word_of(cell) for cell in row]


def word_of(cell: Any) -> str | None:
    """What a person reads in the cell."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, datetime):
        # Excel keeps times as fractions of a day; what was typed is whole seconds.
        rounded = (cell + timedelta(microseconds=500_000)).replace(microsecond=0)
        return rounded.date().isoformat() if rounded.time() == time(0) else rounded.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
