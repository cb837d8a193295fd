"""Scores as a sheet in plain Chinese, CSV or Excel, for whoever works with those."""

import csv
from collections.abc import Iterable, Iterator
from enum import StrEnum
from io import TextIOWrapper
from typing import BinaryIO

from hotline.calendar import SHANGHAI
from hotline.prediction import Prediction
from hotline.satisfaction import LEVELS_ZH

_REASONS = 3
HEADERS = (
    *("工单编号", "时点", "阶段"),
    *LEVELS_ZH,
    *("预计失分", "处置", "应考虑到的评价"),
    *(f"原因{number}" for number in range(1, _REASONS + 1)),
    "模型版本",
)
#: What a spreadsheet would take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Cell = str | float


class SheetKind(StrEnum):
    """The kinds of sheet."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        """Its name in HTTP."""
        excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return "text/csv; charset=utf-8" if self is SheetKind.CSV else excel


def write_scores(predictions: Iterable[Prediction], kind: SheetKind, into: BinaryIO) -> None:
    """Write one row a score, in the order given; probabilities from 0 to 1, times of Shanghai."""
    rows = (_row(prediction) for prediction in predictions)
    if kind is SheetKind.CSV:
        _write_csv(rows, into)
    else:
        _write_xlsx(rows, into)


def _row(prediction: Prediction) -> list[Cell]:
    reasons = [f"{'↑' if reason.raises else '↓'} {reason.zh}" for reason in prediction.reasons[:_REASONS]]
    return [
        plain_word(prediction.order_id),
        f"{prediction.as_of.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        prediction.stage.zh,
        *(round(p, 4) for p in prediction.probabilities),
        round(prediction.expected_loss, 4),
        prediction.band.zh,
        "、".join(level.zh for level in prediction.reckon_with),
        *(reasons + [""] * (_REASONS - len(reasons))),
        prediction.model_version,
    ]


def plain_word(word: str) -> str:
    """A word that no spreadsheet takes for a formula."""
    return f"'{word}" if word.startswith(_FORMULA) else word


def _write_csv(rows: Iterator[list[Cell]], into: BinaryIO) -> None:
    text = TextIOWrapper(into, "utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(HEADERS)
    writer.writerows(rows)
    text.flush()
    text.detach()


def _write_xlsx(rows: Iterator[list[Cell]], into: BinaryIO) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("评价预判")
    sheet.freeze_panes = "B2"
    for column, width in zip(
        "ABCDEFGHIJKLMN", (22, 17, 10, 8, 8, 10, 8, 10, 14, 24, 34, 34, 34, 8), strict=True
    ):
        sheet.column_dimensions[column].width = width
    sheet.append(HEADERS)
    for row in rows:
        sheet.append(row)
    book.save(into)
