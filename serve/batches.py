"""Many scores in one request: a line of JSON for each order, in the order in which they were sent."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Annotated, Any

import orjson
from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy.exc import SQLAlchemyError

from desk.access.person import OutsideScope, Person
from desk.answers import prediction_json
from desk.intake import Intake
from desk.questions import Question
from desk.refusals import NoSuchOrder
from hotline.errors import QinglingError
from hotline.order import Order
from hotline.policy import Action
from hotline.prediction import Prediction
from serve.access import allowed
from serve.api import CLOSED, INVALID, TOO_LARGE, UNAVAILABLE, UNREADABLE
from serve.errors import Unavailable, problem_of
from serve.needs import Callers, Log, Now, Seen, Service, Turn, WayIn
from serve.open_desk import InService
from serve.refusals import NotGranted, outside_scope
from serve.schemas import Body, ScoreIn
from serve.score_log import ScoreLog
from serve.words import AskedMoment, OrderId
from store.extracts.pseudonyms import Pseudonyms
from store.predictions import Cause

MOST_ORDERS = 10_000
#: So many named orders are scored together; others may ask in between.
_TOGETHER = 200
_LINES = "application/x-ndjson"

batches = APIRouter(prefix="/api/v1", responses=CLOSED)


class BatchIn(Body):
    """Orders of the store by their ids, or whole orders as they are given; one of the two."""

    at: AskedMoment | None = Field(None, description="the moment asked about; now by default")
    reasons: bool = Field(False, description="whether to tell what moves each score")
    order_ids: list[OrderId] | None = Field(None, min_length=1, max_length=MOST_ORDERS)
    orders: list[dict[str, Any]] | None = Field(
        None, min_length=1, max_length=MOST_ORDERS, description="each as POST /api/v1/scores takes it"
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> "BatchIn":
        if (self.order_ids is None) == (self.orders is None):
            raise PydanticCustomError("either", "give order_ids or orders, one of the two")
        return self


@batches.post(
    "/scores:batch",
    response_class=StreamingResponse,
    responses={
        200: {
            "content": {_LINES: {"schema": {"type": "string"}}},
            "description": 'a line an order: {"row", "score"} or {"row", "error"}; row counts from 0',
        },
        **UNREADABLE,
        **TOO_LARGE,
        **INVALID,
        **UNAVAILABLE,
    },
)
def score_batch(
    who: Annotated[Person, allowed(Action.READ_SCORE)],
    body: BatchIn,
    seen: Seen,
    service: Service,
    way_in: WayIn,
    callers: Callers,
    log: Log,
    now: Now,
    turn: Turn,
) -> StreamingResponse:
    """Score up to 10,000 orders. What is wrong with one is told in its line; the others are scored."""
    if body.orders is not None and not who.may(Action.SCORE_GIVEN):
        raise NotGranted
    batch = _Batch(body.at or now, now, body.reasons, service, log, turn)
    if body.orders is None:
        asked = body.order_ids or []
        lines = batch.named(asked, seen.reached(who, asked))
    else:
        read = [_read(sent) for sent in body.orders]
        seen.about(order.order_id for order in read if isinstance(order, ScoreIn))
        lines = batch.given(read, lambda order: seen.given(who, order), way_in, callers)
    return StreamingResponse(_until_broken(lines), media_type=_LINES)


@dataclass(frozen=True, eq=False)
class _Batch:
    at: datetime
    now: datetime
    with_reasons: bool
    service: InService
    log: ScoreLog
    turn: Lock

    def named(self, order_ids: Sequence[str], reached: frozenset[str]) -> Iterator[bytes]:
        """The lines of orders of the store; those outside one's reach are told like none at all."""
        for start in range(0, len(order_ids), _TOGETHER):
            asked = order_ids[start : start + _TOGETHER]
            questions = [Question(name, self.at, self.with_reasons) for name in asked if name in reached]
            with self.turn:
                scored, found = self.service.scorer.score_each(questions)
            self.log.add(self.service.store, scored, self.now)
            told = iter(found)
            for row, order_id in enumerate(asked, start):
                yield _line(row, next(told) if order_id in reached else NoSuchOrder(order_id))

    def given(
        self,
        orders: Sequence[ScoreIn | RequestValidationError],
        check_reach: Callable[[Order], None],
        way_in: Intake,
        callers: Pseudonyms,
    ) -> Iterator[bytes]:
        """The lines of orders as they are given."""
        for row, read in enumerate(orders):
            if not isinstance(read, ScoreIn):
                yield _line(row, read)
                continue
            order, at = read.to_order(callers.of), read.at or self.at
            try:
                check_reach(order)
                way_in.check(order, at)
                with self.turn:
                    scored = self.service.scorer.score_given(order, at, self.with_reasons)
            except (QinglingError, OutsideScope) as error:
                yield _line(row, error)
                continue
            self.log.add(self.service.store, scored, self.now, Cause.GIVEN)
            yield _line(row, scored.predictions[0])


def _read(sent: dict[str, Any]) -> ScoreIn | RequestValidationError:
    try:
        return ScoreIn.model_validate(sent)
    except ValidationError as error:
        return RequestValidationError(error.errors(include_input=False, include_context=False))


def _line(row: int, said: Prediction | Exception) -> bytes:
    if isinstance(said, Prediction):
        return orjson.dumps({"row": row, "score": prediction_json(said)}) + b"\n"
    if isinstance(said, OutsideScope):
        return orjson.dumps({"row": row, "error": outside_scope()}) + b"\n"
    return orjson.dumps({"row": row, "error": problem_of(said)}) + b"\n"


def _until_broken(lines: Iterator[bytes]) -> Iterator[bytes]:
    """The lines; what breaks off in the midst is told in a last one without a row."""
    try:
        yield from lines
    except (Unavailable, SQLAlchemyError, OSError) as error:
        yield orjson.dumps({"row": None, "error": problem_of(error)}) + b"\n"
