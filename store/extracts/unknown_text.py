"""A text file that nobody has described: which encoding and delimiter it was written with."""

import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

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


def form_of_text(path: Path, most_bytes: int) -> TextForm:
    """How a file of rows is written.

    EOFError where it is empty, OverflowError where it unpacks to more than `most_bytes`, UnicodeError where no
    encoding fits, LookupError where it is a web page, ValueError where it has no columns; OSError where it is
    damaged.
    """
    content = _unpacked(path, most_bytes)
    if not content.strip():
        raise EOFError
    encoding, text = _decoded(content)
    begin = text[:1000].lstrip("\ufeff \r\n\t").lower()
    if begin.startswith(_WEB_PAGES):
        raise LookupError
    if "\x00" in text or begin.startswith(tuple(word.lower() for word in _NO_TEXT)):
        raise ValueError("no rows of text")
    return TextForm(encoding, _delimiter(text))


def opened(path: Path, encoding: str) -> io.TextIOBase:
    """The file as text, unpacked on the way."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding=encoding, newline="")
    return path.open(encoding=encoding, newline="")


def _unpacked(path: Path, most_bytes: int) -> bytes:
    opener = gzip.open if path.suffix == ".gz" else Path.open
    parts, length = [], 0
    try:
        with opener(path, "rb") as file:
            while part := file.read(_PIECE):
                length += len(part)
                if length > most_bytes:
                    raise OverflowError
                parts.append(part)
    except (zlib.error, EOFError):
        raise OSError("not a whole gzip file") from None
    return b"".join(parts)


def _decoded(content: bytes) -> tuple[str, str]:
    if content.startswith(_BYTE_ORDER_MARKS):
        return "utf-16", content.decode("utf-16")
    for encoding in _ENCODINGS[:-1]:
        try:
            return encoding, content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return _ENCODINGS[-1], content.decode(_ENCODINGS[-1])


def _delimiter(text: str) -> str:
    """The one that parts most rows into the same number of cells, the more cells the better."""
    lines = [line for line in islice(io.StringIO(text), 4 * _LINES_LOOKED_AT) if line.strip()]
    found = max(_DELIMITERS, key=lambda delimiter: _evenness(lines[:_LINES_LOOKED_AT], delimiter))
    if _evenness(lines[:_LINES_LOOKED_AT], found) == 0:
        raise ValueError("a single column is no table")
    return found


def _evenness(lines: Sequence[str], delimiter: str) -> float:
    try:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return 0
    width, agreeing = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
    return 0 if width < 2 else agreeing / sum(widths.values()) * min(width, 10)
