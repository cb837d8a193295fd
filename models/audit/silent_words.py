"""Words in a column of ratings that say that nobody answered, and which words may be shown."""

import re
from collections.abc import Collection, Iterable

from hotline.masking import mask_personal_numbers

#: What is longer, and is not named in the scale, may be a remark: it is not shown.
_WORD_LENGTH = 24
_NO_ANSWER = re.compile(
    r"未评|未接|未答|未回|未联系|未访|无人|无应答|无回|无反馈|无法|没有?[接回答]|不在|不接|不回|拒|空号|关机|停机|占线|忙音|挂断|超时|默认|放弃"
    r"|^空|^无$|不详|未知|待回|^[-–—/\\.?？]+$"
    r"|\bno.?(answer|reply|response|feedback|contact|show|rating)|without.?(answer|reply|response|feedback)"
    r"|un(answer|reach|rated|contact|avail|known)|not.?(rated|reached|answered|surveyed|contacted|called|available|asked)"
    r"|(did|do|does|would|could).?n[o']?.?t.?(answer|pick|reply|respond|rate|reach)"
    r"|hung.?up|voice.?mail|\bbusy|\bdeclined|\brefused|pending|\bnan\b|\bnone\b|\bnull\b|\bn[/.]?a\b|skip|missing|time.?out|silent",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"-?\d+(\.0)?")


def is_silent(word: str) -> bool:
    """Whether a word says that nobody answered, or nothing.

    >>> [is_silent(word) for word in ("无人接听", "N/A - no reply", "did not pick up", "不满意", "not satisfied")]
    [True, True, True, False, False]
    """
    return bool(_NO_ANSWER.search(word))


def is_number(word: str) -> bool:
    """Whether a word is a whole number, as spreadsheets write it too."""
    return bool(_NUMBER.fullmatch(word))


def is_nought(word: str) -> bool:
    """Whether a word is a number of 0 or less, which stands beside levels that begin at 1."""
    return is_number(word) and float(word) <= 0


def shown(words: Iterable[str], scale: Collection[str]) -> list[str]:
    """The words as they may be shown: those of the scale, and short ones, personal numbers masked."""
    return [
        mask_personal_numbers(word) if word in scale or len(word) <= _WORD_LENGTH else "(a long word)"
        for word in words
    ]
