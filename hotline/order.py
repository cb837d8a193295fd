"""An order with what has happened to it, as the desks speak of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hotline.satisfaction import Rating

#: An attribute's value: a number, a word, or a yes/no.
Value = float | str | bool

#: The fields of an order that an extract or a desk may set, and change, in the course of its life.
#: All are words but `received_at` and `due_at`, which are times.
ORDER_FIELDS = (
    "source",
    "kind",
    "category",
    "text",
    "caller",
    "community",
    "street",
    "company",
    "manager",
    "part",
    "received_at",
    "due_at",
    "petition_no",
    "case_no",
)


class AttributeKind(StrEnum):
    """What an attribute's values are."""

    NUMERIC = "numeric"
    CATEGORY = "category"
    TEXT = "text"
    BOOLEAN = "boolean"


class AttributeOf(StrEnum):
    """What an attribute belongs to."""

    ORDER = "order"
    EVENT = "event"


@dataclass(frozen=True)
class Attribute:
    """A column that an extract carries beyond the hotline's own fields, declared in its description.

    `name` is the column of the frames; `zh` is what a manager reads.
    """

    name: str
    of: AttributeOf
    kind: AttributeKind
    zh: str = ""


@dataclass(frozen=True)
class OrderEvent:
    """Something that happened to an order.

    `happened_at` is when; `known_at` is when the system could first have known it (never earlier).
    `retracts` names the event that this one takes back, for type `retracted`. `duty` names the entry of the
    playbook that it does, or that it says is not needed; `note` is a word about it, such as why not.
    """

    type: str
    happened_at: datetime
    known_at: datetime
    event_id: str | None = None
    actor: str | None = None
    group: str | None = None
    promised_at: datetime | None = None
    verdict: str | None = None
    retracts: str | None = None
    duty: str | None = None
    note: str | None = None
    attributes: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Callback:
    """One official call back to the citizen; `rating` is empty where nobody answered or rated."""

    by: str
    happened_at: datetime
    known_at: datetime
    channel: str | None = None
    answered: bool | None = None
    rating: Rating | None = None
    solved: bool | None = None
    contact_confirmed: bool | None = None


@dataclass(frozen=True)
class Order:
    """One request from intake to its last callback, as known now.

    `caller` is a keyed pseudonym and `text` is masked before an Order is made of them.
    """

    order_id: str
    received_at: datetime
    source: str | None = None
    kind: str | None = None
    category: str | None = None
    text: str | None = None
    caller: str | None = None
    community: str | None = None
    street: str | None = None
    company: str | None = None
    manager: str | None = None
    part: str | None = None
    due_at: datetime | None = None
    petition_no: str | None = None
    case_no: str | None = None
    attributes: Mapping[str, Value] = field(default_factory=dict)
    events: tuple[OrderEvent, ...] = ()
    callbacks: tuple[Callback, ...] = ()
