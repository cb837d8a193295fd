"""The hotline's software at work: what it sends, what it asks, and whether the answers are right."""

import asyncio
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import orjson

from hotline.satisfaction import LEVELS_ZH
from tests.benchmarks.load import Ask, Reply
from tests.serve.bodies import a_callback, ago, an_event, an_order
from tests.torture.soak.answers import COURSE, Life, wrong_page, wrong_score, wrong_stage
from tests.torture.soak.disturbances import Disturbances
from tests.torture.soak.lines import Lines
from tests.torture.traffic import Ledger

#: How often each errand is run, of a hundred. An event brings a second request: the very next score of its order.
ERRANDS: Mapping[str, int] = {
    "score with reasons": 32,
    "score": 20,
    "score of an order given": 12,
    "event": 24,
    "order": 4,
    "callback": 4,
    "worklist": 4,
}
REQUESTS_AN_ERRAND = 1 + ERRANDS["event"] / sum(ERRANDS.values())
_FRESH_SCORE = "score after an event"
#: A write that is refused is sent again so often, after as long as the service asks for.
_MOST_TRIES = 20


@dataclass(frozen=True)
class Asked:
    """One request: its kind, when it was due, sent and answered (monotonic clock), the status, the worker."""

    kind: str
    due: float
    sent: float
    answered: float
    status: int
    worker: int


@dataclass
class Callers:
    """Everybody who asks, with what they know."""

    lines: Lines
    key: str
    done: Disturbances
    stored: Sequence[Mapping[str, Any]]
    """Orders that were there before: their ids, communities and companies."""
    choose: Random
    ledger: Ledger = field(default_factory=Ledger)
    lives: dict[str, Life] = field(default_factory=dict)
    seen: list[Asked] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    given: list[tuple[str, str, str, float]] = field(default_factory=list)
    """Every score that was given: order, moment, version, P(不满意)."""
    crossed: int = 0
    """Next scores after an event that another worker gave than the one that took the event."""
    changed_at: dict[str, float] = field(default_factory=dict)
    _known: list[str] = field(default_factory=list)
    _idle: deque[Life] = field(default_factory=deque)
    _closed: deque[Life] = field(default_factory=deque)

    async def run(self, due: float) -> None:
        """One errand, drawn by its share."""
        kind = self.choose.choices([*ERRANDS], [*ERRANDS.values()])[0]
        if kind == "event" and self._idle:
            await self._event(self._idle.popleft(), due)
        elif kind == "callback" and self._closed:
            await self._callback(self._closed.popleft(), due)
        elif kind in ("order", "event", "callback"):
            await self._order(due)
        elif kind == "worklist":
            await self._worklist(due)
        elif kind == "score of an order given":
            await self._given(due)
        else:
            await self._score(kind, self._some_order(), due)

    def _some_order(self) -> str:
        if self._known and self.choose.random() < 0.5:
            return self.choose.choice(self._known)
        return str(self.choose.choice(self.stored)["order_id"])

    async def _order(self, due: float) -> None:
        life = Life(f"K-{len(self.lives)}")
        self.lives[life.order_id] = life
        self.ledger.sent_orders.add(life.order_id)
        if await self._kept("order", "/api/v1/orders", self._new(life.order_id), life, due):
            self.ledger.orders.add(life.order_id)
            self._known.append(life.order_id)
            self._idle.append(life)

    async def _event(self, life: Life, due: float) -> None:
        step = COURSE[life.kept]
        event = {**an_event(step, 40 - 6 * life.kept), "event_id": f"e{life.kept}"}
        self.ledger.sent_events.add((life.order_id, event["event_id"]))
        life.sent += 1
        worker = await self._kept("event", f"/api/v1/orders/{life.order_id}/events", event, life, due)
        if worker is None:
            return
        self.ledger.events.add((life.order_id, event["event_id"]))
        life.kept += 1
        self.crossed += await self._score(_FRESH_SCORE, life.order_id, None, worker) not in (None, worker)
        (self._idle if life.kept < len(COURSE) else self._closed).append(life)

    async def _callback(self, life: Life, due: float) -> None:
        call = a_callback(rating=self.choose.choice(LEVELS_ZH))
        self.ledger.sent_callbacks.add(life.order_id)
        if await self._kept("callback", f"/api/v1/orders/{life.order_id}/callbacks", call, life, due):
            self.ledger.callbacks.add(life.order_id)
            life.over_at = time.monotonic()

    async def _score(
        self, kind: str, order_id: str, due: float | None, other_than: int | None = None
    ) -> int | None:
        """The worker that gave the score; None where none was given."""
        with_reasons = kind == "score with reasons"
        life = self.lives.get(order_id)
        kept = life.kept if life else 0
        path = f"/api/v1/orders/{order_id}/score?reasons={str(with_reasons).lower()}"
        reply, asked = await self._asked(kind, Ask("GET", path), due, other_than)
        if reply is None or asked.status != 200:
            return None
        score = self._checked(kind, reply, asked, order_id, with_reasons)
        if life and (wrong := wrong_stage(score["stage"], life, kept)):
            self.wrong.append(f"{kind}: {wrong}")
        return asked.worker

    async def _given(self, due: float) -> None:
        order = self._new(f"S-{len(self.ledger.sent_scores)}")
        self.ledger.sent_scores.add(order["order_id"])
        kind = "score of an order given"
        reply, asked = await self._asked(kind, Ask("POST", "/api/v1/scores", orjson.dumps(order)), due)
        if reply and asked.status == 200:
            self._checked(kind, reply, asked, order["order_id"], True)
            self.ledger.scores.add(order["order_id"])

    async def _worklist(self, due: float) -> None:
        reply, asked = await self._asked("worklist", Ask("GET", "/api/v1/worklist?limit=20"), due)
        if reply is None or asked.status != 200:
            return
        orders = orjson.loads(reply.body)["orders"]
        if wrong := wrong_page(orders, self.lives, asked.sent):
            self.wrong.append(f"worklist: {wrong}")
        for score in orders:
            self._check_version("worklist", score["model_version"], asked)

    def _checked(
        self, kind: str, reply: Reply, asked: Asked, order_id: str, with_reasons: bool
    ) -> dict[str, Any]:
        score: dict[str, Any] = orjson.loads(reply.body)
        if wrong := wrong_score(score, order_id, with_reasons):
            self.wrong.append(f"{kind}: {wrong}")
        self._check_version(kind, score["model_version"], asked)
        self.given.append((order_id, score["as_of"], score["model_version"], score["dissatisfied"]))
        return score

    def _check_version(self, kind: str, version: str, asked: Asked) -> None:
        if wrong := self.done.wrong_version(version, asked.sent, asked.answered):
            self.wrong.append(f"{kind}: {wrong}")

    async def _kept(
        self, kind: str, path: str, body: Mapping[str, Any], life: Life, due: float
    ) -> int | None:
        """Send a write until it is acknowledged, under one key; the worker that did, None where none did."""
        key = {"Idempotency-Key": f"{life.order_id}-{kind}-{life.sent}"}
        ask = Ask("POST", path, orjson.dumps(body), headers=key)
        for _ in range(_MOST_TRIES):
            reply, asked = await self._asked(kind, ask, due)
            if reply is None:
                return None
            if asked.status in (200, 201):
                self.changed_at[life.order_id] = asked.answered
                return asked.worker
            if asked.status != 503:
                return None
            await asyncio.sleep(float(reply.headers.get("retry-after", 1)))
            due = time.monotonic()
        self.wrong.append(f"{kind}: refused {_MOST_TRIES} times")
        return None

    async def _asked(
        self, kind: str, ask: Ask, due: float | None, other_than: int | None = None
    ) -> tuple[Reply | None, Asked]:
        """Ask; whatever status is not to be expected is wrong, and so is no answer."""
        async with self.lines.lent(other_than) as line:
            sent = time.monotonic()
            with_key = replace(ask, key=self.key)
            try:
                reply = await line.asked(with_key)
            except (OSError, EOFError, TimeoutError) as error:
                self.wrong.append(f"{kind}: no answer ({type(error).__name__})")
                line.used_at = 0.0
                return None, Asked(kind, sent, sent, time.monotonic(), 0, line.worker)
            asked = Asked(kind, sent if due is None else due, sent, line.used_at, reply.status, line.worker)
        self.seen.append(asked)
        may_refuse = reply.status == 503 and self.done.may_refuse(asked.answered)
        if may_refuse and int(reply.headers.get("retry-after", 0)) <= 0:
            self.wrong.append(f"{kind}: 503 without Retry-After")
        elif not may_refuse and not 200 <= reply.status < 300:
            self.wrong.append(f"{kind}: {reply.status} {reply.body[:200].decode('utf-8', 'replace')}")
        return reply, asked

    def _new(self, order_id: str) -> dict[str, Any]:
        like = self.choose.choice(self.stored)
        where = {name: like[name] for name in ("community", "company") if isinstance(like[name], str)}
        return an_order(order_id=order_id, received_at=ago(48), **where)
