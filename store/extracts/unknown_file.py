"""A file that nobody has described yet: what it is, and what its first rows say."""

import csv
import zipfile
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from store.extracts.reading import word_of
from store.extracts.trial import Outcome, tried
from store.extracts.unknown_text import MOST_UNPACKED, TextForm, form_of_text, opened
from store.extracts.unreadable import Fault, UnreadableFile

_ZIP, _OLE, _GZIP = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x1f\x8b"
#: The stream in which Excel keeps a workbook under a password, as its directory names it.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
#: By the part that only this kind of workbook has.
_WORKBOOKS = {"xl/workbook.xml": ".xlsx", "xl/workbook.bin": ".xlsb", "content.xml": ".ods"}


def ending_of(path: Path) -> str:
    """The ending that the file's bytes deserve, whatever it is called. UnreadableFile where it is no table.

    Excel's own workbooks, .ods, and text (.csv, .csv.gz) are told apart by how they begin.
    """
    with path.open("rb") as file:
        begin = file.read(8)
    if not begin:
        raise UnreadableFile(Fault.EMPTY)
    if begin.startswith(_ZIP):
        return _ending_of_zip(path)
    if begin == _OLE:
        if _ENCRYPTED in path.read_bytes():
            raise UnreadableFile(Fault.PROTECTED)
        return ".xls"
    return ".csv.gz" if begin.startswith(_GZIP) else ".csv"


def _ending_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as packed:
            names = set(packed.namelist())
            size = sum(entry.file_size for entry in packed.infolist())
    except zipfile.BadZipFile:
        raise UnreadableFile(Fault.DAMAGED) from None
    ending = next((ending for part, ending in _WORKBOOKS.items() if part in names), None)
    if ending is None:
        raise UnreadableFile(Fault.NOT_A_TABLE)
    if size > MOST_UNPACKED:
        raise UnreadableFile(Fault.UNPACKED_TOO_LARGE)
    return ending


_FAULT_OF = {Outcome.DAMAGED: Fault.DAMAGED, Outcome.TOO_LARGE: Fault.TOO_SPREAD}


@dataclass(frozen=True)
class UnknownFile:
    """A table whose columns nobody has named yet; `text` is how it is written where it is text."""

    path: Path
    sheets: tuple[str, ...] = ()
    text: TextForm | None = None

    @classmethod
    def of(cls, path: Path) -> "UnknownFile":
        """The file at this place, whose ending is right (`ending_of`). UnreadableFile where it is no table."""
        if path.name.endswith((".csv", ".csv.gz")):
            return cls(path, text=form_of_text(path))
        if fault := _FAULT_OF.get(tried(path)):
            raise UnreadableFile(fault)
        return cls(path, sheets=tuple(_book(path).sheet_names))

    def top(self, rows: int, sheet: str | None = None) -> list[list[str]]:
        """The first rows as words, "" where a cell is empty; no more cells than the longest of them has."""
        if self.text is None:
            found = _book(self.path).get_sheet_by_name(sheet or self.sheets[0])
            read = found.to_python(skip_empty_area=False, nrows=rows)
            return [[(word_of(cell) or "").strip() for cell in row] for row in read]
        with opened(self.path, self.text.encoding) as lines:
            read = islice(csv.reader(lines, delimiter=self.text.delimiter), rows)
            try:
                return [[cell.strip() for cell in row] for row in read]
            except csv.Error:  # a quotation mark that nothing closes makes one cell of all that follows
                raise UnreadableFile(Fault.NOT_A_TABLE) from None


def _book(path: Path) -> Any:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        book = CalamineWorkbook.from_path(str(path))
    except PasswordError:
        raise UnreadableFile(Fault.PROTECTED) from None
    except CalamineError:
        raise UnreadableFile(Fault.DAMAGED) from None
    if not book.sheet_names:
        raise UnreadableFile(Fault.EMPTY)
    return book
