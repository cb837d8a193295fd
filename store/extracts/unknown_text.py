"""A text file that nobody has described: which encoding and delimiter it was written with."""

import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from store.extracts.unreadable import Fault, UnreadableFile

#: What a file may hold when unpacked: a small one that unpacks without end is no extract.
MOST_UNPACKED = 128 * 1024 * 1024
#: In this order: what is UTF-8 is hardly ever anything else; almost anything may be GB18030.
_ENCODINGS = ("utf-8-sig", "gb18030")
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = (",", "\t", ";", "|")
_LINES_LOOKED_AT = 40
_PIECE = 1024 * 1024
#: Excel opens such pages under the name of .xls, and many systems export them so.
_WEB_PAGES = ("<html", "<table", "<!doctype", "<?xml", "<meta", "mime-version:")
_NO_TEXT = ("%PDF", "{\\rtf", "\x89PNG")


@dataclass(frozen=True)
class TextForm:
    """How a text file is written."""

    encoding: str
    delimiter: str


def form_of_text(path: Path) -> TextForm:
    """How a file of rows is written. UnreadableFile where it has none, or cannot be read."""
    content = _unpacked(path)
    if not content.strip():
        raise UnreadableFile(Fault.EMPTY)
    encoding, text = _decoded(content)
    begin = text[:1000].lstrip("\ufeff \r\n\t").lower()
    if begin.startswith(_WEB_PAGES):
        raise UnreadableFile(Fault.WEB_PAGE)
    if "\x00" in text or begin.startswith(tuple(word.lower() for word in _NO_TEXT)):
        raise UnreadableFile(Fault.NOT_A_TABLE)
    return TextForm(encoding, _delimiter(text))


def opened(path: Path, encoding: str) -> io.TextIOBase:
    """The file as text, unpacked on the way."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding=encoding, newline="")
    return path.open(encoding=encoding, newline="")


def _unpacked(path: Path) -> bytes:
    opener = gzip.open if path.suffix == ".gz" else Path.open
    parts, length = [], 0
    try:
        with opener(path, "rb") as file:
            while part := file.read(_PIECE):
                length += len(part)
                if length > MOST_UNPACKED:
                    raise UnreadableFile(Fault.UNPACKED_TOO_LARGE)
                parts.append(part)
    except (zlib.error, EOFError, OSError):
        raise UnreadableFile(Fault.DAMAGED) from None
    return b"".join(parts)


def _decoded(content: bytes) -> tuple[str, str]:
    for encoding in ("utf-16",) if content.startswith(_BYTE_ORDER_MARKS) else _ENCODINGS:
        with suppress(UnicodeDecodeError):
            return encoding, content.decode(encoding)
    raise UnreadableFile(Fault.ENCODING)


def _delimiter(text: str) -> str:
    """The one that parts most rows into the same number of cells, the more cells the better."""
    lines = [line for line in islice(io.StringIO(text), 4 * _LINES_LOOKED_AT) if line.strip()]
    found = max(_DELIMITERS, key=lambda delimiter: _evenness(lines[:_LINES_LOOKED_AT], delimiter))
    if _evenness(lines[:_LINES_LOOKED_AT], found) == 0:
        raise UnreadableFile(Fault.NOT_A_TABLE)
    return found


def _evenness(lines: Sequence[str], delimiter: str) -> float:
    try:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return 0
    width, agreeing = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
    return 0 if width < 2 else agreeing / sum(widths.values()) * min(width, 10)
