"""The bodies and parameters that requests bring, and the orders they become."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from desk.score_table import SheetKind
from hotline.bands import RiskBand
from hotline.duties import Post
from hotline.order import Callback, Order, OrderEvent
from serve.words import (
    AskedMoment,
    Attributes,
    CallerWord,
    Code,
    DutyName,
    KnownId,
    Moment,
    NewId,
    OrderId,
    RatingWord,
    Text,
    TypeWord,
    VerdictWord,
    Word,
)

MOST_EVENTS, MOST_CALLBACKS = 500, 50


class Body(BaseModel):
    """A body in which nothing unknown may stand."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class EventIn(Body):
    """Something that happened to an order. It counts as known from the moment it is received here."""

    type: TypeWord = Field(description="one of the hotline's event types, or one of the data set's own")
    happened_at: Moment = Field(description="when it happened; not in the future")
    event_id: NewId | None = Field(None, description="your id of it; sent again, it changes nothing")
    actor: Word = None
    group: Word = None
    promised_at: Moment | None = Field(None, description="the repair date named to the citizen")
    verdict: VerdictWord | None = Field(None, description="how it was closed; only with type closed")
    retracts: KnownId | None = Field(None, description="the event taken back; with type retracted")
    duty: DutyName | None = Field(
        None, description="the entry of the playbook that it does, or that is not needed"
    )
    note: Text = Field(None, description="a word about it, such as why a duty is not needed; masked")
    attributes: Attributes = Field(default_factory=dict)

    def to_event(self, known_at: datetime) -> OrderEvent:
        """The event as known from a moment."""
        said = {name: getattr(self, name) for name in EventIn.model_fields}
        return OrderEvent(**{**said, "known_at": known_at})


class CallbackIn(Body):
    """One official call back to the citizen."""

    by: CallerWord = Field(description="city, or 962121")
    happened_at: Moment = Field(description="when the call was; not in the future")
    channel: Word = None
    answered: StrictBool | None = None
    rating: RatingWord | None = Field(None, description="the citizen's answer; left out where there was none")
    solved: StrictBool | None = None
    contact_confirmed: StrictBool | None = None

    def to_callback(self, known_at: datetime) -> Callback:
        """The callback as known from a moment."""
        said = {name: getattr(self, name) for name in CallbackIn.model_fields}
        return Callback(**{**said, "known_at": known_at})


class OrderFields(Body):
    """An order's own fields. Callers become pseudonyms, and texts are masked, before anything else."""

    order_id: OrderId
    received_at: Moment
    source: Word = Field(None, examples=["12345"])
    kind: Word = Field(None, examples=["维修"])
    category: Word = Field(None, examples=["电梯"])
    text: Text = Field(None, description="the citizen's words")
    caller: Code = Field(None, description="number or id of the caller; never kept as it is")
    community: Word = None
    street: Word = None
    company: Word = None
    manager: Word = None
    part: Word = None
    due_at: Moment | None = None
    petition_no: Code = None
    case_no: Code = None
    attributes: Attributes = Field(default_factory=dict)

    def _fields(self, pseudonym: Callable[[str], str]) -> dict[str, Any]:
        fields = {name: getattr(self, name) for name in OrderFields.model_fields}
        return {**fields, "caller": pseudonym(self.caller) if self.caller else None}


class OrderIn(OrderFields):
    """An order to be kept, with what has happened so far."""

    events: list[EventIn] = Field(default_factory=list, max_length=MOST_EVENTS)
    callbacks: list[CallbackIn] = Field(default_factory=list, max_length=MOST_CALLBACKS)

    def to_order(self, pseudonym: Callable[[str], str], known_at: datetime) -> Order:
        """The order, its events and callbacks known from a moment."""
        return Order(
            **self._fields(pseudonym),
            events=tuple(event.to_event(known_at) for event in self.events),
            callbacks=tuple(callback.to_callback(known_at) for callback in self.callbacks),
        )


class GivenEvent(EventIn):
    """An event of an order that is only scored; it may say when it was known."""

    known_at: Moment | None = Field(None, description="when it was known; by default when it happened")


class GivenCallback(CallbackIn):
    """A callback of an order that is only scored; it may say when it was known."""

    known_at: Moment | None = Field(None, description="when it was known; by default when it happened")


class ScoreIn(OrderFields):
    """A whole order to be scored as it is given, and the moment asked about."""

    at: Moment | None = Field(None, description="the moment asked about; now by default")
    reasons: bool = Field(True, description="whether the answer says why; without, it comes sooner")
    events: list[GivenEvent] = Field(default_factory=list, max_length=MOST_EVENTS)
    callbacks: list[GivenCallback] = Field(default_factory=list, max_length=MOST_CALLBACKS)

    def to_order(self, pseudonym: Callable[[str], str]) -> Order:
        """The order as it is given."""
        return Order(
            **self._fields(pseudonym),
            events=tuple(event.to_event(event.known_at or event.happened_at) for event in self.events),
            callbacks=tuple(call.to_callback(call.known_at or call.happened_at) for call in self.callbacks),
        )


def _listed(value: object) -> object:
    return [value] if isinstance(value, dict) else value


EventsIn = Annotated[
    list[EventIn],
    Field(min_length=1, max_length=MOST_EVENTS),
    BeforeValidator(_listed, json_schema_input_type=EventIn | list[EventIn]),
]
CallbacksIn = Annotated[
    list[CallbackIn],
    Field(min_length=1, max_length=MOST_CALLBACKS),
    BeforeValidator(_listed, json_schema_input_type=CallbackIn | list[CallbackIn]),
]


class NumbersIn(Body):
    """The number of a petition, of a case, or both."""

    petition_no: Code = Field(None, description="信访编号")
    case_no: Code = Field(None, description="诉讼编号")

    @model_validator(mode="after")
    def _one_at_least(self) -> "NumbersIn":
        if not (self.petition_no or self.case_no):
            raise PydanticCustomError("either", "give petition_no or case_no")
        return self


class MomentQuery(Body):
    """Which moment is asked about."""

    at: AskedMoment | None = Field(None, description="the moment asked about; now by default")


class ScoreQuery(MomentQuery):
    """Which moment is asked about, and how much of it."""

    reasons: bool = Field(True, description="whether the answer says why; without, it comes sooner")


class _BandQuery(ScoreQuery):
    band: RiskBand | None = Field(None, description="only this band")


class WorklistQuery(_BandQuery):
    """Which moment, and which part of the list."""

    limit: int = Field(50, ge=1, le=1_000, description="so many orders at most, the riskiest first")


class ExportQuery(_BandQuery):
    """Which moment, which part of the list, and which kind of sheet."""

    format: SheetKind = SheetKind.XLSX


class OwedQuery(MomentQuery):
    """Which moment, whose duties, and how many of them."""

    post: Post | None = Field(None, description="who owes them; by default what falls to your role")
    limit: int = Field(100, ge=1, le=1_000, description="so many at most, the most pressing first")


class QueueQuery(Body):
    """How much of the queue is asked for."""

    limit: int = Field(100, ge=1, le=1_000, description="so many orders at most, today's calls first")
