"""Scores that are asked for at the same time: one look for all, and each gets its own answer or its own refusal."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from threading import Event, Lock
from types import SimpleNamespace
from typing import Any

from sqlalchemy.exc import OperationalError

from desk.access.person import NotYours
from desk.questions import Question
from desk.scored import Scored
from hotline.calendar import SHANGHAI
from hotline.prediction import Prediction
from serve.asked_together import AskedTogether


class _Scorer:
    """Answers with the question itself, and keeps how many were asked at once."""

    def __init__(self, fails_on: str = "") -> None:
        self.turns: list[int] = []
        self._fails_on = fails_on

    def score_each(self, questions: list[Question]) -> tuple[Scored, list[Any]]:
        self.turns.append(len(questions))
        if self._fails_on in [question.order_id for question in questions]:
            raise ZeroDivisionError
        return Scored((), {}), [_prediction(question) for question in questions]


def _prediction(question: Question) -> Prediction:
    prediction = object.__new__(Prediction)
    object.__setattr__(prediction, "order_id", question.order_id)
    return prediction


class _Log:
    """A log in which lines are written at once, or fail."""

    def __init__(self, fault: Exception | None = None) -> None:
        self._fault = fault

    def put(self, *_: Any) -> "Future[None]":
        done: Future[None] = Future()
        if self._fault:
            done.set_exception(self._fault)
        else:
            done.set_result(None)
        return done


def _asked(scorer: _Scorer, log: _Log, checks: dict[str, Callable[[], None]]) -> list[Any]:
    """Ask for all these orders at once; what each was answered."""
    together = AskedTogether(log, Lock(), _nothing, _now)  # type: ignore[arg-type]
    service: Any = SimpleNamespace(scorer=scorer, store=None)

    async def all_at_once() -> list[Any]:
        asked = (together.score(service, name, None, False, check) for name, check in checks.items())
        waiting = asyncio.gather(*asked, return_exceptions=True)
        await asyncio.sleep(0.05)  # all wait by now
        together.start()
        return await waiting

    answers = asyncio.run(all_at_once())
    together.close()
    return answers


def _nothing() -> None: ...


def _now() -> datetime:
    return datetime.now(SHANGHAI)


def _refuses() -> None:
    raise NotYours("theirs")


def test_those_who_wait_are_scored_in_one_turn_and_each_gets_its_own() -> None:
    scorer, names = _Scorer(), [f"A-{number}" for number in range(9)]
    answers = _asked(scorer, _Log(), dict.fromkeys(names, _nothing))
    assert scorer.turns == [9]
    assert [answer.order_id for answer in answers] == names


def test_whoever_may_not_see_an_order_is_refused_and_the_others_are_not() -> None:
    scorer = _Scorer()
    mine, theirs = _asked(scorer, _Log(), {"mine": _nothing, "theirs": _refuses})
    assert mine.order_id == "mine" and isinstance(theirs, NotYours)
    assert scorer.turns == [1]


def test_an_order_that_cannot_be_scored_keeps_no_other_from_its_score() -> None:
    good, bad, better = _asked(
        _Scorer(fails_on="bad"), _Log(), dict.fromkeys(("good", "bad", "better"), _nothing)
    )
    assert (good.order_id, better.order_id) == ("good", "better")
    assert isinstance(bad, ZeroDivisionError)


def test_a_score_that_cannot_be_logged_is_given_to_nobody() -> None:
    fault = OperationalError("", {}, Exception("full"))
    answers = _asked(_Scorer(), _Log(fault), dict.fromkeys(("one", "two"), _nothing))
    assert answers == [fault, fault]


def test_while_nobody_asks_what_others_wrote_is_looked_for() -> None:
    looked = Event()
    together = AskedTogether(_Log(), Lock(), looked.set, _now)  # type: ignore[arg-type]
    together.start()
    assert looked.wait(5)
    together.close()
