"""The bodies and answers of the queue."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from desk.queue.desk import DeskQueue
from desk.queue.queue import Place, Queued
from hotline.bands import RiskBand
from hotline.calendar import from_micros
from hotline.order import OrderEvent
from hotline.prediction import Prediction
from serve.schemas import Body
from serve.words import DutyName, Moment, Text
from store.claims import Claim

CallWord = Literal["contacted", "explained", "put_right", "visited"]
_Effect = Literal["assumed", "measured"]
_BASIS_ZH: dict[_Effect | None, str] = {
    "assumed": "联系效果为先验假设，尚未实测",
    "measured": "联系效果为实测",
    None: "没有模型预判，按官方回访的远近排列",
}


class CalledIn(Body):
    """What was done with the citizen."""

    type: CallWord = "contacted"
    happened_at: Moment | None = Field(None, description="when; now by default")
    group: Literal["街镇", "物业企业", "962121"] | None = Field(
        None, description="for whom you act; by your role"
    )
    promised_at: Moment | None = Field(None, description="a repair date that was named")
    duty: DutyName | None = None
    note: Text = None

    def to_event(self, actor: str, group: str, received: datetime) -> OrderEvent:
        """The event that it is, known from a moment."""
        return OrderEvent(
            type=self.type,
            happened_at=self.happened_at or received,
            known_at=received,
            actor=actor,
            group=group,
            promised_at=self.promised_at,
            duty=self.duty,
            note=self.note,
        )


class DisagreeIn(Body):
    """Why this order need not be called about, or is judged wrongly."""

    reason: Text = Field(description="read by those who make the model; no names or numbers")

    @model_validator(mode="after")
    def _is_told(self) -> "DisagreeIn":
        if not self.reason:
            raise PydanticCustomError("missing", "say in reason why you disagree")
        return self


class QueuedOut(BaseModel):
    """An order of the queue; what only a model can say is null where none is in service."""

    order_id: str
    place: Place
    place_zh: str
    rank: int | None
    gain: float | None = Field(description="points of 满意率 (0–1) that a call is expected to save")
    loss: float | None = Field(description="points that are expected to be lost if nobody calls")
    in_time: float = Field(description="the chance that the official callback comes after the call")
    same_incident: list[str] = Field(description="other orders of the same incident")
    dissatisfied: float | None
    band: RiskBand | None
    band_zh: str | None
    claimed_by: str | None
    claimed_at: datetime | None

    @classmethod
    def of(cls, entry: Queued, said: Prediction | None, claim: Claim | None) -> "QueuedOut":
        """The answer that carries one order."""
        return cls(
            order_id=entry.order_id,
            place=entry.place,
            place_zh=entry.place.zh,
            rank=entry.rank,
            gain=entry.gain if said else None,
            loss=entry.loss if said else None,
            in_time=entry.in_time,
            same_incident=list(entry.same),
            dissatisfied=said.dissatisfied if said else None,
            band=said.band if said else None,
            band_zh=said.band.zh if said else None,
            claimed_by=claim.person if claim else None,
            claimed_at=from_micros(claim.claimed_at) if claim else None,
        )


class QueueOut(BaseModel):
    """Today's calls, the most to gain first; then the others, each with its reason."""

    as_of: datetime
    basis: Literal["risk_and_clocks", "clocks"] = Field(
        description="`clocks` where no model is in service: the nearest callback comes first"
    )
    capacity: int = Field(description="calls that this desk can make today")
    effect: _Effect | None
    effect_zh: str
    total: int = Field(description="open orders within your reach")
    orders: list[QueuedOut]

    @classmethod
    def of(cls, found: DeskQueue, now: datetime, limit: int) -> "QueueOut":
        """The answer that carries the first orders of a queue."""
        shown = found.queue.first(limit)
        said = found.said_of({entry.order_id for entry in shown})
        known: _Effect = "assumed" if found.queue.is_prior else "measured"
        effect = known if found.scored else None
        return cls(
            as_of=now,
            basis="risk_and_clocks" if found.scored else "clocks",
            capacity=found.queue.capacity,
            effect=effect,
            effect_zh=_BASIS_ZH[effect],
            total=len(found.queue),
            orders=[QueuedOut.of(e, said.get(e.order_id), found.held.get(e.order_id)) for e in shown],
        )


class ClaimOut(BaseModel):
    """An order that is yours to call about."""

    order_id: str
    claimed_at: datetime
    until: datetime = Field(description="when it is let go if nothing was done")


class QueueWritten(BaseModel):
    """What became of an order of the queue."""

    order_id: str
    status: Literal["done", "disagreed", "not_reached", "released"]
    event_type: CallWord | None = None


class DisagreementOut(BaseModel):
    """A judgement that somebody disagreed with; which order it was is not told."""

    at: datetime
    reason: str
    stage: str | None
    dissatisfied: float | None
    model_version: str | None
