"""How the pages of 导入 say what a table's columns are, what its words mean, and why a file cannot be read."""

from hashlib import blake2b

from desk.upload.checking import shown
from desk.upload.described import NOTHING
from desk.upload.guess import guess
from desk.upload.meaning import Kind, Meaning
from desk.upload.meanings import meanings_of
from desk.upload.reception import Decided
from desk.upload.upload import Column, OddWord, Upload
from hotline.lifecycle import VERDICT_ZH, EventType
from hotline.satisfaction import LEVELS_ZH
from store.extracts.unreadable import Fault

FAULTS = {
    Fault.EMPTY: "这个文件是空的。请在表里填好列名和内容，再上传。",
    Fault.PROTECTED: "这个 Excel 文件有打开密码，系统读不了。请在 Excel 里去掉密码（文件 → 信息 → 保护工作簿），保存后再上传。",
    Fault.NOT_A_TABLE: "这个文件里没有找到表格。请上传 Excel（.xlsx、.xls、.ods）或 CSV 文件，第一行写列名，至少两列。",
    Fault.WEB_PAGE: "这个文件其实是网页，只是名字像 Excel。请用 Excel 打开，另存为 .xlsx 再上传。",
    Fault.ENCODING: "文字的编码认不出来。请用 Excel 打开，另存为 .xlsx 或“CSV UTF-8”再上传。",
    Fault.DAMAGED: "文件不完整或者已损坏。请从原系统重新导出，或用 Excel 打开后另存为 .xlsx 再上传。",
    Fault.UNPACKED_TOO_LARGE: "文件展开以后超过 128 MiB。请按月份拆成几份，分几次上传。",
    Fault.TOO_SPREAD: "表格以外很远的地方还有内容，展开以后太大。请只把表格复制到新的工作簿，再上传；行数很多请按月份拆开。",
    Fault.TOO_WIDE: "这张表超过100列。请删去用不到的列，再上传。",
}
#: From when a field is known, in the order of an order's life.
KNOWN_FROM = {
    "received": "受理时已知，以后不改",
    "dispatched": "派单时已知",
    "visited": "现场核实时已知",
    "closed": "办结时才知道（不确定就选这个）",
}
KINDS = {"orders": "工单", "events": "处置环节", "callbacks": "回访", "forecasts": "预判"}
_LEAVE_OUT = "-"
_YES_NO = {"yes": "是", "no": "否", NOTHING: "不清楚"}
#: Written by the service itself, or more than a word of a log can say.
_NOT_TOLD = frozenset(
    {
        EventType.PUSHED,
        EventType.NOT_NEEDED,
        EventType.FORECAST,
        EventType.CALLED_BACK,
        EventType.RETRACTED,
    }
)
#: By group of words: what is done with a word left as it is, and what it may mean.
WORDS: dict[str, tuple[str, dict[str, str]]] = {
    "rating": (
        "不认识，这次回访不收",
        {**{level: level for level in LEVELS_ZH}, NOTHING: "没有评价"},
    ),
    "type": ("按原样保留", {one.value: one.zh for one in EventType if one not in _NOT_TOLD}),
    "by": ("不认识，这次回访不收", {"city": "市热线办", "962121": "962121"}),
    "verdict": ("按原样保留", VERDICT_ZH),
    "yes_no": ("不认识，这一格不收", _YES_NO),
}
_PROGRESS = (
    ("reading", "正在读表"),
    ("checking", "正在逐行检查"),
    ("writing orders", "正在写入工单"),
    ("writing events", "正在写入处置环节"),
    ("writing", "正在写入回访和预判"),
    ("committing", "正在保存"),
    ("auditing", "正在查验有没有泄露结果的列"),
)


def progress_zh(said: str) -> str:
    """What a loading is about."""
    return next((zh for word, zh in _PROGRESS if said.startswith(word)), "正在准备")


def moment_zh(meaning: Meaning | None) -> str:
    """From when a column is known where that is not a question."""
    if meaning is None or meaning.key == "order_id":
        return "–"
    if meaning.is_of_callback:
        return "回访时才知道"
    return "受理时已知" if meaning.field == "received_at" else "发生时已知"


def asked_words(upload: Upload) -> list[tuple[int, OddWord, str]]:
    """The words that need a meaning, each with its number in the form and as it is shown."""
    found = upload.checked.odd_words if upload.checked else ()
    return [(number, odd, shown(odd.word)) for number, odd in enumerate(found)]


def stamp_of(upload: Upload) -> str:
    """A word that changes with what the form asks, so that an old form is not taken for a new one."""
    asked = [upload.kind, *(c.name for c in upload.columns), *(odd.word for _, odd, _ in asked_words(upload))]
    return blake2b("\n".join(asked).encode("utf-8", "replace"), digest_size=8).hexdigest()


def decided(upload: Upload, form: dict[str, str]) -> Decided:
    """What a form says of the columns."""
    takes, known_from = {}, {}
    moments = {meaning.key: meaning.has_moment for meaning in upload.meanings}
    for number, column in enumerate(upload.columns):
        key = form.get(f"take-{number}", _LEAVE_OUT)
        if key == _LEAVE_OUT:
            continue
        takes[column.name] = key
        if moments.get(key):
            word = form.get(f"known-{number}", "closed")
            known_from[column.name] = word if word in KNOWN_FROM else "closed"
    words: dict[str, dict[str, str]] = {}
    for number, odd, _ in asked_words(upload):
        meaning = form.get(f"word-{number}", "")
        if meaning in WORDS[odd.group][1]:
            words.setdefault(odd.group, {})[odd.word] = meaning
    by = form.get("callbacks_by", "city")
    return Decided(takes, known_from, words, by if by in WORDS["by"][1] else "city")


def decided_of(upload: Upload) -> Decided:
    """What was decided of its columns so far, as its form would say it."""
    return Decided(upload.takes, upload.known_from, upload.words, upload.callbacks_by)


def options_of(upload: Upload) -> list[tuple[str, str]]:
    """What a column can be taken for, as a list to choose from."""
    return [(_LEAVE_OUT, "不导入"), *((meaning.key, meaning.zh) for meaning in upload.meanings)]


def unrecognised(upload: Upload) -> list[Column]:
    """The columns that nothing is taken from."""
    return [column for column in upload.columns if column.name not in upload.takes]


def barred(upload: Upload) -> frozenset[str]:
    """The columns that seem to come from the official callback, where its sender may not bring it."""
    if upload.may_bring_callbacks:
        return frozenset()
    columns = {column.name: () for column in unrecognised(upload)}
    found = guess(columns, [one for one in meanings_of(upload.kind, True) if one.is_of_callback])
    return frozenset(found)


def stray(upload: Upload) -> list[str]:
    """What was chosen but goes nowhere without another column."""
    taken, zh = upload.column_of, {meaning.key: meaning.zh for meaning in upload.meanings}
    needs = {
        "moment.delayed.promised_at": "moment.delayed.at",
        "forecast.rating": "forecast.at",
        "forecast.seen_model": "forecast.at",
    }
    return [
        f"“{zh[key]}”要和“{zh[needed]}”一起才有用，现在没有导入"
        for key, needed in needs.items()
        if key in taken and needed not in taken and upload.kind is Kind.ORDERS
    ]
