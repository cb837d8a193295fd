"""A call centre's software at work on a service that may die: it remembers what it sent and what was answered."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import httpx

from hotline.calendar import SHANGHAI


@dataclass
class Ledger:
    """What was sent, and what of it was acknowledged, by the ids that we gave."""

    sent_orders: set[str] = field(default_factory=set)
    orders: set[str] = field(default_factory=set)
    sent_events: set[tuple[str, str]] = field(default_factory=set)
    events: set[tuple[str, str]] = field(default_factory=set)
    sent_callbacks: set[str] = field(default_factory=set)
    """Ids of orders: there is one callback each."""
    callbacks: set[str] = field(default_factory=set)
    sent_scores: set[str] = field(default_factory=set)
    scores: set[str] = field(default_factory=set)
    #: Writes whose answer never came: what to send again, under the same key.
    open: list[tuple[str, dict[str, Any], str]] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)

    def check(self, ask: Callable[[str], Sequence[Sequence[Any]]]) -> None:
        """Nothing acknowledged is lost, nothing is doubled, nothing is there that nobody sent.

        `ask` puts a question in SQL to the database. AssertionError where a promise is broken.
        """
        assert not self.strange, self.strange[:3]
        orders = [row[0] for row in ask("SELECT order_id FROM orders WHERE order_id LIKE 'K-%'")]
        revisions = [row[0] for row in ask("SELECT order_id FROM order_revisions WHERE order_id LIKE 'K-%'")]
        events = [
            tuple(row) for row in ask("SELECT order_id, event_id FROM events WHERE order_id LIKE 'K-%'")
        ]
        calls = [row[0] for row in ask("SELECT order_id FROM callbacks WHERE order_id LIKE 'K-%'")]
        scores = [row[0] for row in ask("SELECT order_id FROM predictions WHERE order_id LIKE 'S-%'")]
        assert sorted(revisions) == sorted(orders), "a revision is missing or doubled"
        for kind, sent, acknowledged, found in (
            ("orders", self.sent_orders, self.orders, orders),
            ("events", self.sent_events, self.events, events),
            ("callbacks", self.sent_callbacks, self.callbacks, calls),
            ("scores", self.sent_scores, self.scores, scores),
        ):
            there = set(found)
            assert len(there) == len(found), f"{kind} are doubled"
            assert acknowledged <= there, f"{len(acknowledged - there)} acknowledged {kind} are lost"
            assert there <= sent, f"{kind} are there that nobody sent"


@dataclass
class Traffic:
    """Writes and questions from several threads until the service is gone."""

    address: str
    ledger: Ledger
    seed: str
    key: dict[str, str]

    def start(self, threads: int = 3) -> list[threading.Thread]:
        """Begin; the threads end when the service does not answer any more."""
        started = [
            threading.Thread(target=self._work, args=(f"{self.seed}-{n}",), daemon=True)
            for n in range(threads)
        ]
        for thread in started:
            thread.start()
        return started

    def again(self) -> None:
        """Send what was not answered once more, under its key; then under the same key a second time."""
        pending, self.ledger.open = self.ledger.open, []
        with httpx.Client(base_url=self.address, timeout=20, headers=self.key) as client:
            for path, body, key in pending:
                answers = [client.post(path, json=body, headers={"Idempotency-Key": key}) for _ in range(2)]
                if {a.status_code for a in answers} - {200, 201} or answers[0].text != answers[1].text:
                    self.ledger.strange.append(f"{path}: {[a.text for a in answers]}")
                self._acknowledge(path, body)

    def _work(self, name: str) -> None:
        choose, number = Random(name), 0
        with httpx.Client(base_url=self.address, timeout=20, headers=self.key) as client:
            while True:
                number += 1
                order = _order(f"K-{name}-{number}")
                if not self._write(client, "/api/v1/orders", order, f"{name}-{number}"):
                    return
                for turn in range(choose.randrange(3)):
                    event = {"type": "urged", "happened_at": _ago(5 - turn), "event_id": f"e{turn}"}
                    path = f"/api/v1/orders/{order['order_id']}/events"
                    if not self._write(client, path, event, f"{name}-{number}-{turn}"):
                        return
                if choose.random() < 0.5 and not self._score(client, f"S-{name}-{number}"):
                    return

    def _write(self, client: httpx.Client, path: str, body: dict[str, Any], key: str) -> bool:
        if path.endswith("/events"):
            self.ledger.sent_events.add((path.split("/")[4], body["event_id"]))
        else:
            self.ledger.sent_orders.add(body["order_id"])
        try:
            answer = client.post(path, json=body, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            self.ledger.open.append((path, body, key))
            return False
        if answer.status_code != 201:
            self.ledger.strange.append(f"{path}: {answer.status_code} {answer.text}")
        self._acknowledge(path, body)
        return True

    def _acknowledge(self, path: str, body: dict[str, Any]) -> None:
        if path.endswith("/events"):
            self.ledger.events.add((path.split("/")[4], body["event_id"]))
        else:
            self.ledger.orders.add(body["order_id"])

    def _score(self, client: httpx.Client, order_id: str) -> bool:
        self.ledger.sent_scores.add(order_id)
        try:
            answer = client.post("/api/v1/scores", json=_order(order_id))
        except httpx.TransportError:
            return False
        if answer.status_code != 200:
            self.ledger.strange.append(f"score: {answer.status_code} {answer.text}")
        self.ledger.scores.add(order_id)
        return True


def _order(order_id: str) -> dict[str, Any]:
    words = {"category": "电梯", "community": "清和苑", "text": "电梯坏了，没有人来"}
    return {"order_id": order_id, "received_at": _ago(48), "source": "12345", **words}


def _ago(hours: float) -> str:
    return (datetime.now(SHANGHAI) - timedelta(hours=hours)).isoformat()
