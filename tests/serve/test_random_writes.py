"""Whatever is written in whatever order, scores are those of a history sorted anew, and a look never changes."""

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import desk.lookout
from desk.opening import open_scorer
from desk.questions import Question
from desk.refusals import NoSuchOrder, NotReceivedYet
from desk.scored import Scored
from desk.scorer import Scorer
from hotline.calendar import SHANGHAI
from hotline.lifecycle import EventType, Verdict
from hotline.order import Callback, Order, OrderEvent
from hotline.prediction import Prediction
from store.database import Store
from tests.serve.homes import settings_of

NOW = datetime(2026, 6, 1, 9, tzinfo=SHANGHAI)
_ROUNDS, _WRITES = 3, 25
_TYPES = [t.value for t in EventType if t not in (EventType.RECEIVED, EventType.RETRACTED)]


class Hotline:
    """A hotline that writes whatever comes to its mind."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store, self.random = store, random.Random(seed)
        received = [order_id for order_id in store.order_ids() if order_id < "PD20260520"]
        self.ids = self.random.sample(received, 12)
        self.events: dict[str, list[str]] = {}

    def write(self, number: int) -> None:
        """One write of any kind; late reports, corrections, handovers and retractions among them."""
        kinds = [self._event, self._event, self._event, self._callback, self._handover, self._new_order]
        self.random.choice([*kinds, self._retraction])(number)

    def _ago(self, most_days: float = 60) -> datetime:
        return NOW - timedelta(days=self.random.uniform(0.01, most_days))

    def _event(self, number: int, **fields: Any) -> None:
        order_id, happened_at = self.random.choice(self.ids), self._ago()
        known_at = self.random.choice([happened_at, min(NOW, happened_at + timedelta(days=3))])
        kind = fields.pop("type", self.random.choice(_TYPES))
        verdict = self.random.choice(list(Verdict)) if kind == EventType.CLOSED else None
        promised_at = happened_at + timedelta(days=5) if number % 4 == 0 else None
        event = OrderEvent(
            type=kind,
            happened_at=happened_at,
            known_at=known_at,
            event_id=f"w{number}",
            actor=self.random.choice([None, "张", "李"]),
            verdict=verdict,
            promised_at=promised_at,
            **fields,
        )
        self.store.add_events(order_id, [event], _micros(NOW))
        self.events.setdefault(order_id, []).append(f"w{number}")

    def _retraction(self, number: int) -> None:
        if not self.events:
            return self._event(number)
        order_id = self.random.choice(sorted(self.events))
        taken = OrderEvent(
            type=EventType.RETRACTED,
            happened_at=NOW - timedelta(minutes=5),
            known_at=NOW - timedelta(minutes=5),
            event_id=f"w{number}",
            retracts=self.random.choice(self.events[order_id]),
        )
        self.store.add_events(order_id, [taken], _micros(NOW))

    def _callback(self, number: int) -> None:
        at = self._ago(20)
        answer = Callback(
            by=self.random.choice(["city", "962121"]),
            happened_at=at,
            known_at=at,
            answered=True,
            rating=self.random.choice([None, 0, 0, 1, 3]),
            solved=self.random.choice([None, True, False]),
        )
        self.store.add_callbacks(self.random.choice(self.ids), [answer], _micros(NOW))

    def _handover(self, number: int) -> None:
        order_id = self.random.choice(self.ids)
        other = self.random.choice([self._an_order("x", number), self._an_order("y", number)])
        fields = {"order_id": order_id, "received_at": self._received(order_id), "company": other.company}
        known_at = _micros(NOW - timedelta(minutes=10))
        self.store.add_order(Order(**fields, manager=f"经理{number}"), _micros(NOW), known_at)

    def _received(self, order_id: str) -> datetime:
        stored = self.store.rows([order_id])["orders"][0]["received_at"]
        return datetime.fromtimestamp(stored / 1e6, SHANGHAI)

    def _new_order(self, number: int) -> None:
        order = self._an_order(f"N-{number}-{self.random.random():.6f}", number)
        self.store.add_order(order, _micros(NOW), _micros(order.received_at))
        self.ids.append(order.order_id)

    def _an_order(self, order_id: str, number: int) -> Order:
        rows = self.store.rows([self.random.choice(self.ids[:12])])["orders"][0]
        like = {name: rows[name] for name in ("category", "community", "company", "street", "caller", "text")}
        return Order(order_id=order_id, received_at=self._ago(30), **like)


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)


def _numbers(scored: Scored) -> list[float]:
    prediction = scored.predictions[0]
    return [*prediction.probabilities, *(reason.effect for reason in prediction.reasons)]


def _assert_alike(one: Scored, other: Scored) -> None:
    assert one.feature_row(0) == other.feature_row(0)
    assert _numbers(one) == pytest.approx(_numbers(other), abs=1e-12, rel=0)
    assert [r.feature for r in one.predictions[0].reasons] == [
        r.feature for r in other.predictions[0].reasons
    ]


def _assert_as_sorted_anew(scorer: Scorer, anew: Scorer, hotline: Hotline, number: int) -> None:
    for order_id in hotline.ids:
        _assert_alike(scorer.score(order_id, NOW), anew.score(order_id, NOW))
    _assert_together_as_alone(scorer, hotline.ids)
    given = hotline._an_order(f"given {number}", number)
    again = hotline._an_order(hotline.ids[0], number)
    for order in (given, again):
        _assert_alike(scorer.score_given(order, NOW), anew.score_given(order, NOW))
    ours, theirs = scorer.score_open(NOW), anew.score_open(NOW)
    assert [p.order_id for p in ours.predictions] == [p.order_id for p in theirs.predictions]
    assert [p.dissatisfied for p in ours.predictions] == pytest.approx(
        [p.dissatisfied for p in theirs.predictions], abs=1e-12, rel=0
    )


def _assert_together_as_alone(scorer: Scorer, ids: list[str]) -> None:
    questions = [Question(order_id, NOW, number % 2 == 0) for number, order_id in enumerate(ids)]
    unknown, early = Question("nobody's", NOW), Question(ids[0], NOW - timedelta(days=10_000))
    scored, answers = scorer.score_each([*questions, unknown, early, questions[0]])
    assert [type(answer) for answer in answers[-3:-1]] == [NoSuchOrder, NotReceivedYet]
    assert answers[-1] is answers[0] and len(scored) == len(ids)
    rows = {prediction.order_id: row for row, prediction in enumerate(scored.predictions)}
    for question, answer in zip(questions, answers, strict=False):
        alone = scorer.score(question.order_id, NOW, question.with_reasons)
        _assert_alike(scored.take([rows[question.order_id]]), alone)
        assert isinstance(answer, Prediction) and bool(answer.reasons) == question.with_reasons


def test_scores_after_any_writes_are_those_of_a_history_sorted_anew(own_home: Path) -> None:
    store, scorer = open_scorer(settings_of(own_home))
    hotline = Hotline(store, seed=5)
    for number in range(_ROUNDS):
        for write in range(_WRITES):
            hotline.write(number * _WRITES + write)
            if write % 3 == 0:
                scorer.score(hotline.ids[write % len(hotline.ids)], NOW)
        _, anew = open_scorer(settings_of(own_home))
        _assert_as_sorted_anew(scorer, anew, hotline, number)
    assert len(scorer.lookout.look().changed) > 12


def test_history_is_sorted_anew_beside_the_requests(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.lookout, "MOST_CHANGED", 5)
    store, scorer = open_scorer(settings_of(own_home))
    hotline = Hotline(store, seed=6)
    before = scorer.lookout.look()
    for number in range(30):
        hotline.write(number)
        scorer.score(hotline.ids[0], NOW)
    scorer.lookout.wait()
    after = scorer.lookout.look()
    assert after.base is not before.base and len(after.changed) <= 12
    scorer.lookout.wait()
    _, anew = open_scorer(settings_of(own_home))
    _assert_as_sorted_anew(scorer, anew, hotline, 0)


def test_a_loaded_extract_is_seen_once_it_is_sorted_and_an_order_asked_for_at_once(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.lookout, "AT_ONCE", 3)
    store, scorer = open_scorer(settings_of(own_home))
    hotline = Hotline(store, seed=7)
    for number in range(20):
        hotline.write(number)
    _, anew = open_scorer(settings_of(own_home))
    asked = hotline.ids[3]
    assert (
        scorer.score(asked, NOW).columns["events_so_far"] == anew.score(asked, NOW).columns["events_so_far"]
    )
    scorer.lookout.wait()
    _assert_as_sorted_anew(scorer, anew, hotline, 0)
