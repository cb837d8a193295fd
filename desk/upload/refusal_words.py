"""Why rows were refused, in plain Chinese: the reason, what became of the row, and what to do; as a sheet too."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from desk.score_table import plain_word
from desk.upload.meaning import Kind
from desk.upload.meanings import CALLBACK_MEANINGS, EVENT_MEANINGS, ORDER_MEANINGS
from store.extracts.rejects import Refusal

#: The English reason begins so (or is so, as a pattern): the reason and the remedy in Chinese.
_REASONS: tuple[tuple[str, str, str], ...] = (
    (r"not a time", "不是能识别的时间", "写成 2026-01-31 18:00"),
    (r"not a number", "不是数字", "只填数字"),
    (r"neither yes nor no", "看不出是“是”还是“否”", "写 是 或 否，或在预览页指明这个写法的意思"),
    (
        r"not a rating of the scale",
        "评价的写法不认识",
        "在预览页指明它相当于哪一级，或改成 满意、基本满意、一般、不满意",
    ),
    (r"no order id", "没有工单编号", "补上工单编号"),
    (r"this order id stands in an earlier row", "这个工单编号在前面已经有一行", "一张工单只留一行"),
    (r"this id stands in an earlier row", "这个记录编号在前面已经有一行", "一条记录只留一行"),
    (r"empty", "必填的格子空着", "补上"),
    (r"(.+) is empty; fill it in", "“{}”空着，这一格没有时间可依", "补上时间"),
    (r"a verdict without a closing", "有办结结论，没有办结时间", "补上办结时间"),
    (r"not an official caller", "回访主体的写法不认识", "写 市热线办 或 962121，或在预览页指明"),
    (r"rated but not answered", "没有接通却有评价", "核对“是否接通”和“评价”"),
    (r"a forecast needs its time", "预判没有时间", "补上预判时间"),
    (
        r"has (\d+) fields, the header (\d+)",
        "这一行有{}格，列名只有{}格",
        "把带逗号的文字放进引号，或另存为 Excel 再传",
    ),
    (r"lies before 1990", "时间早于1990年", "核对年份"),
    (r"lies after the extract was taken", "时间晚于上传的时候", "核对时间"),
    (r"lies decades ahead", "时间在几十年以后", "核对年份"),
    (r"closed before received", "办结早于受理", "核对受理时间和办结时间"),
    (r"happened before its order was received", "早于这张工单的受理", "核对时间"),
    (r"due before received", "办理时限早于受理", "核对办理时限"),
    (r"its order is neither in this extract", "系统里没有这张工单", "核对工单编号，或者先导入工单表"),
    (r"its order was refused", "这张工单的另一行没有收", "先改好那一行"),
    (r"no time of receipt", "没有受理时间", "补上受理时间"),
    (r"names another company", "写的是别的企业", "改成本企业，或删去这一行"),
    (r"no company, and the sender has several", "没有写是哪一家企业", "填上物业企业"),
    (r"an order id has no invisible", "工单编号里有看不见的字符，或者超过64个字", "照原系统重新填写工单编号"),
    (r"callbacks and archiving are the hotline's", "官方回访、归档不由本单位登记", "删去这一行"),
    (r"this order id is not the sender's", "这个工单编号不属于本单位", "核对工单编号"),
)
_PATTERNS = tuple((re.compile(pattern), reason, remedy) for pattern, reason, remedy in _REASONS)
_OTHER = ("不合要求", "核对这一行")
#: The English reason ends so: what became of the row.
_CONSEQUENCES = {
    "value left out": "只是这一格没有收，这一行照收",
    "this moment not loaded": "只是这件事没有收，工单照收",
    "this callback not loaded": "只是这次回访没有收，工单照收",
    "this forecast not loaded": "只是这次预判没有收，工单照收",
}
_WHOLE_ROW = "这一行没有收"
_FIELDS = {m.field: m.zh for m in (*CALLBACK_MEANINGS, *EVENT_MEANINGS, *ORDER_MEANINGS)} | {"": "工单编号"}
_HEADERS = ("文件", "行号", "列名", "内容", "原因", "怎么改", "结果")


@dataclass(frozen=True)
class Told:
    """A refusal in words."""

    reason: str
    remedy: str
    consequence: str


def told(reason: str, kind: Kind = Kind.ORDERS) -> Told:
    """A refusal's reason as people read it; where a row is a callback, one that is not loaded is the row.

    >>> told("rated but not answered; this callback not loaded").reason
    '没有接通却有评价'
    """
    ends = (zh for word, zh in _CONSEQUENCES.items() if reason.endswith(word))
    consequence = next(ends, _WHOLE_ROW)
    if kind is Kind.CALLBACKS and reason.endswith("this callback not loaded"):
        consequence = _WHOLE_ROW
    for pattern, zh, remedy in _PATTERNS:
        if found := pattern.match(reason):
            return Told(zh.format(*found.groups()), remedy, consequence)
    return Told(*_OTHER, consequence)


def by_reason(refusals: Sequence[Refusal], kind: Kind = Kind.ORDERS) -> dict[str, int]:
    """How many were refused for each reason, the most frequent first."""
    reasons = (told(refusal.reason, kind) for refusal in refusals)
    return dict(Counter(f"{said.reason}（{said.consequence}）" for said in reasons).most_common())


def rows_refused(refusals: Sequence[Refusal], kind: Kind = Kind.ORDERS) -> int:
    """How many rows were refused whole."""
    is_whole = (r for r in refusals if told(r.reason, kind).consequence == _WHOLE_ROW)
    return len({(refusal.file, refusal.row) for refusal in is_whole})


def sheet_of(refusals: Sequence[Refusal], name: str, kind: Kind = Kind.ORDERS) -> bytes:
    """The refusals as CSV that Excel opens; no cell is taken for a formula. `name` is the file's own."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_HEADERS)
    for r in sorted(refusals, key=lambda r: r.row):
        said = told(r.reason, kind)
        field = _FIELDS.get(r.field, r.field)
        cells = (name, field, r.value, said.reason, said.remedy, said.consequence)
        file, *others = (plain_word(cell) for cell in cells)
        writer.writerow((file, r.row, *others))
    return text.getvalue().encode("utf-8-sig")
