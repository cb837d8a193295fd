"""A dry run: the whole table is read and compared with the store, and nothing is written."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from desk.ingest import Admit
from desk.upload.described import DESCRIPTION
from desk.upload.refusal_words import by_reason, rows_refused
from desk.upload.upload import Checked, OddWord, Upload
from hotline.lifecycle import VERDICT_ZH, EventType, OfficialCaller
from hotline.masking import mask_personal_numbers
from store.database import Store
from store.extracts.description import (
    DEFAULT_SCALE,
    NO_WORDS,
    UNKNOWN_WORDS,
    YES_WORDS,
    DescriptionError,
)
from store.extracts.description_file import read_description
from store.extracts.extract import read_extract
from store.extracts.reading import Sheet
from store.extracts.rejects import Rejects
from store.extracts.times import parse_moment
from store.loading.load import ORDERS_A_PIECE, Loading

#: No more than is loaded in one transaction, so that a loading that is killed leaves nothing behind.
MOST_ROWS = ORDERS_A_PIECE
#: So many words of a column are asked about, each shown so far.
MOST_WORDS, _WORD_LENGTH = 20, 40
_KNOWN: Mapping[str, frozenset[str]] = {
    "rating": frozenset({*DEFAULT_SCALE, *UNKNOWN_WORDS}),
    "type": frozenset({*(t.value for t in EventType), *(t.zh for t in EventType)}),
    "by": frozenset({"市热线办", "12345", *(caller.value for caller in OfficialCaller)}),
    "verdict": frozenset({*VERDICT_ZH, *VERDICT_ZH.values()}),
    "yes_no": frozenset({*YES_WORDS, *NO_WORDS, *UNKNOWN_WORDS}),
}


def check(upload: Upload, folder: Path, store: Store, admit: Admit) -> tuple[Checked, Rejects]:
    """What loading the upload as described in its folder would do, and every row that it would refuse."""
    rejects, words = Rejects(), _OddWords(upload)
    try:
        described = read_description(folder / DESCRIPTION)
        taken_at = parse_moment(described.taken_at or "", described.zone, "taken_at")
        extract = read_extract(described, taken_at, rejects, lambda _: "(caller)", seen=words.see)
        if not (rows := sum(extract.rows_read.values())):
            return Checked(problem="列名下面没有内容。请在列名下面填好内容，再上传。"), Rejects()
        loading = Loading(
            described, rejects, taken_at, taken_at, admit=lambda piece: admit(store, piece, rejects)
        )
        rehearsal = loading.rehearse(store.engine, extract)
    except _TooLong as error:
        return Checked(rows=error.rows, problem=_told(error.rows)), Rejects()
    except DescriptionError:
        problem = "表格不能这样读。请核对工作表、列名所在的行和各列的意思，或另存为 .xlsx 再上传。"
        return Checked(problem=problem), Rejects()
    kinds = ("events", "callbacks", "forecasts")
    checked = Checked(
        rows=rows,
        new=rehearsal.new,
        known=rehearsal.known,
        accepted={kind: len(getattr(extract, kind)) for kind in kinds if len(getattr(extract, kind))},
        refused=by_reason(rejects.refusals, upload.kind),
        refused_rows=rows_refused(rejects.refusals, upload.kind),
        odd_words=tuple(words.found),
        odd_words_left_out=words.left_out,
    )
    return checked, rejects


def _told(rows: int) -> str:
    remedy = "请按月份拆成几份，分几次上传；整个区的数据请系统管理员用 qingling ingest 导入。"
    return f"这张表有{rows:,}行，一次最多{MOST_ROWS:,}行。{remedy}"


class _TooLong(Exception):  # noqa: N818 - named by what it says
    """More rows than can be loaded at once; noticed before anything is made of them."""

    def __init__(self, rows: int) -> None:
        super().__init__(rows)
        self.rows = rows


class _OddWords:
    """Words that have no meaning yet, in columns whose words need one."""

    def __init__(self, upload: Upload) -> None:
        self._groups = {m.key: m.words for m in upload.meanings if m.words}
        self._takes = upload.takes
        self.found: list[OddWord] = []
        self.left_out = 0

    def see(self, sheet: Sheet) -> None:
        """Look through a table as it was read. _TooLong where it has too many rows."""
        if sheet.rows_read > MOST_ROWS:
            raise _TooLong(sheet.rows_read)
        for column, key in self._takes.items():
            group = self._groups.get(key)
            if group and column in sheet.cells:
                odd = _odd(group, column, sheet.cells[column])
                self.found += odd[:MOST_WORDS]
                self.left_out += len(odd[MOST_WORDS:])


def _odd(group: str, column: str, cells: Any) -> list[OddWord]:
    counts = cells.dropna().value_counts()
    fold = str.lower if group == "yes_no" else str
    odd = [word for word in counts.index if fold(word.removesuffix(".0")) not in _KNOWN[group]]
    return [OddWord(group, column, word, int(counts[word])) for word in odd]


def shown(word: str) -> str:
    """A word of the table as a page shows it: a long one may be a remark."""
    masked = mask_personal_numbers(word)
    return masked if len(masked) <= _WORD_LENGTH else f"{masked[:_WORD_LENGTH]}…"
