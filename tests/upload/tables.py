"""Tables as people send them: rows as Excel, or as text in some encoding."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from openpyxl import Workbook

from hotline.calendar import SHANGHAI

Rows = Sequence[Sequence[str | None]]
HEADER = (
    "工单号",
    "来电时间",
    "问题分类",
    "诉求内容",
    "联系电话",
    "小区名称",
    "物业公司",
    "完成时间",
    "结论",
    "备注",
)


def a_time(hours_ago: float) -> str:
    """A time so many hours ago, as people write it."""
    return f"{datetime.now(SHANGHAI) - timedelta(hours=hours_ago):%Y-%m-%d %H:%M}"


def an_order_row(number: str, **changes: str | None) -> list[str | None]:
    """A row of a firm's own list, by the names of `HEADER`."""
    row = {
        "工单号": number,
        "来电时间": a_time(50),
        "问题分类": "电梯",
        "诉求内容": "3号楼302室电梯坏了，请打13812345678",
        "联系电话": "13812345678",
        "小区名称": "清和苑",
        "物业公司": "清和物业",
        **changes,
    }
    return [row.get(name) for name in HEADER]


def excel(rows: Rows, sheet: str = "台账", title: str | None = None) -> bytes:
    """The rows as a workbook, with a title above them where one is given."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = sheet
    for row in [*([[title]] if title else []), *rows]:
        page.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def text(rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """The rows as CSV."""
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter).writerows(rows)
    return written.getvalue().encode(encoding)


def kept(folder: Path, content: bytes, name: str) -> Path:
    """The content as a file."""
    path = folder / name
    path.write_bytes(content)
    return path
