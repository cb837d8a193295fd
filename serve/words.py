"""What a single value in a request may be: words, ids, times, ratings; refused without repeating it."""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainValidator, StringConstraints, WithJsonSchema
from pydantic.functional_validators import AfterValidator
from pydantic_core import PydanticCustomError

from hotline.lifecycle import VERDICT_ZH, EventType, OfficialCaller, Verdict
from hotline.masking import mask_personal_numbers
from hotline.order import Value
from hotline.playbook import DUTIES
from hotline.satisfaction import LEVELS_ZH, Rating

ID_LENGTH, WORD_LENGTH, TEXT_LENGTH, MOST_ATTRIBUTES = 64, 200, 5_000, 100
FIRST_YEAR, LAST_YEAR = 2000, 2100
#: Larger numbers lose their last digits on the way.
_LARGEST = 1e15
_LEVELS = dict(zip(LEVELS_ZH, Rating, strict=True)) | {level.name.lower(): level for level in Rating}
_TYPES = {event_type.zh: event_type.value for event_type in EventType}
_VERDICTS = {VERDICT_ZH[verdict]: verdict for verdict in Verdict} | {v.value: v for v in Verdict}
_CALLERS = {"市热线办": OfficialCaller.CITY} | {caller.value: caller for caller in OfficialCaller}
_DUTIES = {name: name for name in DUTIES}
#: A plus sign in an address arrives as a blank; nobody means one before an offset.
_LOST_PLUS = re.compile(r"(?<=[0-9.]) (?=[0-9]{2}:?[0-9]{2}$)")
_EXAMPLE = "2026-10-01T09:00:00+08:00"


def moment(value: object) -> datetime:
    """An aware time between 2000 and 2100 from its ISO 8601 text."""
    if isinstance(value, datetime):
        return value
    try:
        read = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise PydanticCustomError("moment", f"is not a time; write it like {_EXAMPLE}") from None
    if read.tzinfo is None:
        raise PydanticCustomError("zone", f"has no time zone; write it like {_EXAMPLE}")
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise PydanticCustomError("years", f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return read


def asked_moment(value: object) -> datetime:
    """The same in an address."""
    timed = isinstance(value, str) and (":" in value[:-6] or "T" in value[:-6])
    return moment(_LOST_PLUS.sub("+", value) if timed and isinstance(value, str) else value)


def _plain(word: str) -> str:
    if any(character < " " and character not in "\t\n\r" for character in word):
        raise PydanticCustomError("control", "holds control characters; leave them out")
    return word


def _id(word: str) -> str:
    if not word.isprintable() or word != word.strip():
        raise PydanticCustomError("id", "an id has no control characters, and no blanks around it")
    return word


def _new_id(word: str) -> str:
    if "~" in word:
        raise PydanticCustomError("id", "an id has no ~; that marks later versions")
    return _id(word)


def _none_if_blank(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _value(value: object) -> Value:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        if not math.isfinite(value) or abs(value) > _LARGEST:
            raise PydanticCustomError("number", "is not a finite number up to 1e15")
        return float(value)
    if not isinstance(value, str):
        raise PydanticCustomError("value", "is neither a number, a text nor true or false")
    if len(value) > TEXT_LENGTH:
        raise PydanticCustomError("long", f"is longer than {TEXT_LENGTH:,} characters")
    return mask_personal_numbers(_encodable(_plain(value)))


def _encodable(word: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in word):
        raise PydanticCustomError("unicode", "holds half a character; send well-formed Unicode")
    return word


def one_of(meanings: Mapping[str, Any]) -> PlainValidator:
    """A validator for a word that stands for something, naming the words that do."""
    choices = ", ".join(meanings)

    def meaning(value: object) -> Any:
        if not isinstance(value, str) or value not in meanings:
            raise PydanticCustomError("choice", f"is none of {choices}")
        return meanings[value]

    return PlainValidator(meaning)


def _choice(meanings: Mapping[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(meanings)})


_TIME_SCHEMA = WithJsonSchema({"type": "string", "format": "date-time", "examples": [_EXAMPLE]})
_Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=WORD_LENGTH),
    AfterValidator(_plain),
    AfterValidator(mask_personal_numbers),
]
_Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=TEXT_LENGTH),
    AfterValidator(_plain),
    AfterValidator(mask_personal_numbers),
]
_Number = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=WORD_LENGTH), AfterValidator(_plain)
]

Moment = Annotated[datetime, PlainValidator(moment), _TIME_SCHEMA]
AskedMoment = Annotated[datetime, PlainValidator(asked_moment), _TIME_SCHEMA]
#: A few words, personal numbers in them masked; blank means not given.
Word = Annotated[_Words | None, BeforeValidator(_none_if_blank)]
#: The citizen's own words, masked.
Text = Annotated[_Text | None, BeforeValidator(_none_if_blank)]
#: A number or code that is not masked: a case, a caller on the way to a pseudonym.
Code = Annotated[_Number | None, BeforeValidator(_none_if_blank)]
OrderId = Annotated[str, Field(min_length=1, max_length=ID_LENGTH), AfterValidator(_id)]
KnownId = Annotated[str, Field(min_length=1, max_length=ID_LENGTH), AfterValidator(_id)]
NewId = Annotated[str, Field(min_length=1, max_length=ID_LENGTH), AfterValidator(_new_id)]
TypeWord = Annotated[
    str,
    Field(min_length=1, max_length=ID_LENGTH),
    AfterValidator(_id),
    AfterValidator(lambda word: _TYPES.get(word, word)),
]
RatingWord = Annotated[Rating, one_of(_LEVELS), _choice(_LEVELS)]
VerdictWord = Annotated[Verdict, one_of(_VERDICTS), _choice(_VERDICTS)]
DutyName = Annotated[str, one_of(_DUTIES), _choice(_DUTIES)]
CallerWord = Annotated[OfficialCaller, one_of(_CALLERS), _choice(_CALLERS)]
_AttributeValue = Annotated[
    Value, PlainValidator(_value), WithJsonSchema({"type": ["number", "string", "boolean"]})
]
Attributes = Annotated[
    dict[Annotated[str, Field(max_length=ID_LENGTH)], _AttributeValue], Field(max_length=MOST_ATTRIBUTES)
]
