"""An uploaded table as it was guessed: its sheet, its header row, its columns with samples and what they are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from desk.upload.guess import ROWS_LOOKED_AT, guess, header_row_of, known_from_of, likely_kind
from desk.upload.meaning import Kind, Meaning
from desk.upload.meanings import kinds_of, meanings_of
from desk.upload.upload import Column, Form
from hotline.masking import mask_personal_numbers, mask_rooms
from store.extracts.reading import unique_names
from store.extracts.unknown_file import UnknownFile
from store.extracts.unreadable import Fault, UnreadableFile

#: So many columns can be gone through on a page.
MOST_COLUMNS = 100
#: So many sheets are looked at to find the one with the table.
_MOST_SHEETS = 12
_ROWS_BELOW, _SAMPLES, _SAMPLE_LENGTH = 100, 3, 24
#: Columns that name citizens; staff are not meant.
_OF_CITIZENS = re.compile(
    r"姓名|来电人|来电号码|联系人|投诉人|诉求人|反映人|报修人|当事人|业主|住户|市民|电话|手机"
)
HIDDEN = "（不显示）"
Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Read:
    """How a table is read, and what its columns are taken for."""

    form: Form
    kind: Kind
    columns: tuple[Column, ...]
    takes: dict[str, str]
    known_from: dict[str, str]


def read_table(
    path: Path, asked: Form, kind: Kind | None, with_callbacks: bool, is_asked: bool = False
) -> Read:
    """Look at a table. UnreadableFile where it is none.

    kind : what its sender says it is; None: guessed
    is_asked : whether sheet and header row are those of `asked`, rather than to be found
    """
    file = UnknownFile.of(path)
    meanings = {one: meanings_of(one, with_callbacks) for one in kinds_of(with_callbacks)}
    everything = [meaning for one in meanings.values() for meaning in one]
    sheet, rows = asked.sheet, _top(file, asked.sheet)
    if not is_asked:
        sheet, rows = _best_sheet(file, everything)
    if not any(any(row) for row in rows):
        raise UnreadableFile(Fault.EMPTY)
    header_row = asked.header_row if is_asked else header_row_of(rows, everything)
    values = _columns_of(rows, header_row)
    kind = kind if kind in meanings else likely_kind(values, meanings)
    takes = guess(values, meanings[kind])
    known_from = known_from_of(list(values))
    of_orders = {meaning.key: meaning.field for meaning in meanings[kind] if meaning.has_moment}
    form = replace(asked, sheet=sheet, sheets=file.sheets, header_row=header_row)
    if file.text:
        form = replace(form, encoding=file.text.encoding, delimiter=file.text.delimiter)
    return Read(
        form,
        kind,
        tuple(Column(name, samples_of(name, cells)) for name, cells in values.items()),
        takes,
        {name: known_from[of_orders[key]] for name, key in takes.items() if key in of_orders},
    )


def _columns_of(rows: Rows, header_row: int) -> dict[str, list[str]]:
    """By name what stands in each column below its header; nameless empty ones are no columns.

    UnreadableFile where there are too many, or not two.
    """
    header = rows[header_row - 1] if header_row <= len(rows) else ()
    if len(header) > MOST_COLUMNS:
        raise UnreadableFile(Fault.TOO_WIDE)
    found = {}
    for place, name in enumerate(unique_names(list(header))):
        cells = [row[place] for row in rows[header_row:] if place < len(row)]
        if header[place] or any(cells):
            found[name] = cells
    if len(found) < 2:
        raise UnreadableFile(Fault.NOT_A_TABLE)
    return found


def samples_of(name: str, cells: Sequence[str]) -> tuple[str, ...]:
    """Some values of a column as a page may show them: numbers masked, rooms and citizens' names hidden, long ones cut."""
    given = list(dict.fromkeys(cell for cell in cells if cell))[:_SAMPLES]
    if _OF_CITIZENS.search(name):
        return (HIDDEN,) if given else ()
    return tuple(_cut(mask_rooms(mask_personal_numbers(" ".join(cell.split())))) for cell in given)


def _cut(words: str) -> str:
    return words if len(words) <= _SAMPLE_LENGTH else f"{words[:_SAMPLE_LENGTH]}…"


def _top(file: UnknownFile, sheet: str | None) -> Rows:
    """The first rows, no wider than shows that they are too wide."""
    return [row[: MOST_COLUMNS + 1] for row in file.top(ROWS_LOOKED_AT + _ROWS_BELOW, sheet)]


def _best_sheet(file: UnknownFile, meanings: Sequence[Meaning]) -> tuple[str | None, Rows]:
    """The sheet whose columns are best recognised, the first of equals; text has none."""
    if not file.sheets:
        return None, _top(file, None)
    tops = {sheet: _top(file, sheet) for sheet in file.sheets[:_MOST_SHEETS]}
    best = max(tops, key=lambda sheet: _recognised(tops[sheet], meanings))
    return best, tops[best]


def _recognised(rows: Rows, meanings: Sequence[Meaning]) -> tuple[int, bool]:
    if not any(any(row) for row in rows):
        return 0, False
    header = rows[header_row_of(rows, meanings) - 1]
    return len(guess(dict.fromkeys(filter(None, header), ()), meanings)), True
