"""An empty table to fill in: the header row, and on a second sheet what each column means."""

import io

from desk.upload.meaning import Kind
from desk.upload.meanings import meanings_of

_SHEETS = {Kind.ORDERS: "工单台账", Kind.EVENTS: "处置记录", Kind.CALLBACKS: "回访结果"}
_WIDTH = 18


def template_of(kind: Kind, with_callbacks: bool) -> bytes:
    """The table as Excel. Cells are text, so that Excel turns no number or time into something else."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    meanings = meanings_of(kind, with_callbacks)
    sheet = book.worksheets[0]
    sheet.title = _SHEETS[kind]
    sheet.append([meaning.zh for meaning in meanings])
    sheet.freeze_panes = "B2"
    for place, meaning in enumerate(meanings, 1):
        cell = sheet.cell(1, place)
        cell.font = Font(bold=True, color="B3261E" if meaning.is_required else "1A2230")
        cell.fill = PatternFill("solid", fgColor="E8F1FB")
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = _WIDTH
        sheet.column_dimensions[letter].number_format = "@"
    told = book.create_sheet("填写说明")
    told.append(["列名", "是否必填", "怎么填"])
    for meaning in meanings:
        told.append([meaning.zh, "必填" if meaning.is_required else "可以空着", meaning.explained])
    for letter, width in zip("ABC", (20, 12, 60), strict=True):
        told.column_dimensions[letter].width = width
        told[f"{letter}1"].font = Font(bold=True)
    for row in told.iter_rows(min_row=2, max_col=3):
        row[2].alignment = Alignment(wrap_text=True)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
