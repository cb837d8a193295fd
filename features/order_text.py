"""What the citizen said, as far as plain words go; models learn the rest from the text itself."""

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from features.definition import Count, Flag, Text, feature
from features.frame import OrderFrame

_REPEATED = re.compile(r"多次|反复|一直|至今|再次|又|仍|还是|还没|第[二三四五六]次|屡次|几次|好几")
_DANGER = re.compile(r"安全|危险|老人|小孩|孩子|孕妇|残疾|摔|滑倒|触电|漏电|坠落|被困|起火|隐患")
_PRESSURE = re.compile(r"信访|上访|媒体|曝光|投诉到|起诉|律师|市长|电视台|纪委|赔偿|拒交|拒缴")
_ATTITUDE = re.compile(r"态度|推诿|敷衍|不理|没人管|无人管|不作为|推脱|踢皮球|辱骂|不耐烦|挂电话|恶劣|搪塞")
_POLITE = re.compile(r"谢谢|感谢|麻烦|辛苦|希望|请|尽快")
_LASTING = re.compile(r"半年|[一二三四五六七八九十几多0-9两]+(?:个)?(?:月|年|周|星期)|长期|常年|许久|很久")
_PUNCTUATION = re.compile(r"[!！?？]")


@feature(zh="诉求原文", moved_by="text")
def text(orders: OrderFrame) -> Text:
    """The citizen's words as taken down, personal numbers masked."""
    return orders.word("text")


@feature(zh="诉求字数", moved_by="text")
def text_length(orders: OrderFrame) -> Count:
    """Characters of the text."""
    return _each(orders, len)


@feature(zh="感叹号与问号个数", moved_by="text")
def text_exclamations(orders: OrderFrame) -> Count:
    """Exclamation and question marks in the text."""
    return _matches(orders, _PUNCTUATION)


@feature(zh="诉求中提到反复、多次", moved_by="text")
def text_says_repeated(orders: OrderFrame) -> Count:
    """Words in the text saying that it is not the first time."""
    return _matches(orders, _REPEATED)


@feature(zh="诉求中提到拖延已久", moved_by="text")
def text_says_lasting(orders: OrderFrame) -> Count:
    """Words in the text saying that it has lasted weeks, months or years."""
    return _matches(orders, _LASTING)


@feature(zh="诉求中提到安全或老幼", moved_by="text")
def text_says_danger(orders: OrderFrame) -> Count:
    """Words in the text about danger, the old or children."""
    return _matches(orders, _DANGER)


@feature(zh="诉求中提到信访、媒体或赔偿", moved_by="text")
def text_says_pressure(orders: OrderFrame) -> Count:
    """Words in the text about petitions, the press, lawyers or damages."""
    return _matches(orders, _PRESSURE)


@feature(zh="诉求中提到态度、推诿", moved_by="text")
def text_says_attitude(orders: OrderFrame) -> Count:
    """Words in the text about being put off or treated badly."""
    return _matches(orders, _ATTITUDE)


@feature(zh="诉求中的客气用语", moved_by="text")
def text_is_polite(orders: OrderFrame) -> Count:
    """Polite words in the text."""
    return _matches(orders, _POLITE)


@feature(zh="是否没有诉求原文", moved_by="text")
def text_is_missing(orders: OrderFrame) -> Flag:
    """Whether no text was taken down."""
    return _each(orders, lambda words: 0.0, missing=1.0)


def _matches(orders: OrderFrame, pattern: re.Pattern[str]) -> Count:
    return _each(orders, lambda words: len(pattern.findall(words)))


def _each(orders: OrderFrame, count: Callable[[str], float], missing: float = np.nan) -> np.ndarray:
    """Count once a text, not once a question: an order is asked about many times."""
    index = orders.chronicle.field("text")
    told = zip(index.value, index.is_told, strict=True)
    counts = np.array([count(words) if is_told else missing for words, is_told in told], dtype=np.float64)
    return replace(index, value=counts).at(orders.position, missing)


FEATURES = tuple(value for value in list(globals().values()) if isinstance(value, type(text)))
