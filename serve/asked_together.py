"""Scores that are asked for at the same time are worked out together: eight cost little more than one."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from sqlalchemy.exc import SQLAlchemyError

from desk.questions import Question
from hotline.prediction import Prediction
from serve.clock import Clock
from serve.errors import Unavailable
from serve.open_desk import InService
from serve.score_log import PATIENCE, ScoreLog, too_late

#: So many are worked out at once at most; the others wait for the next turn.
_MOST_TOGETHER = 64
#: Seconds for which as many are waited for as asked the last time; whoever asks alone never waits.
_GATHERED = 0.005
#: Seconds without a question after which what others wrote is looked for.
_IDLE = 0.1


@dataclass(frozen=True, eq=False)
class _Asked:
    """check : raises what keeps whoever asks from this order
    at    : None for the moment at which it is worked out
    """

    service: InService
    order_id: str
    at: datetime | None
    with_reasons: bool
    check: Callable[[], None]
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    answer: "asyncio.Future[Prediction]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


_Told = tuple[_Asked, Prediction | Exception]


class AskedTogether:
    """One thread scores what waits by then, has it logged, and goes on while that is written.

    While nobody asks it takes in what other workers wrote (`notice`), so that the next score need not.
    """

    def __init__(self, log: ScoreLog, turn: Lock, notice: Callable[[], None], clock: Clock) -> None:
        self._log = log
        self._turn = turn
        self._notice = notice
        self._clock = clock
        self._waiting: SimpleQueue[_Asked | None] = SimpleQueue()
        self._worker: Thread | None = None
        self._last_time = 0
        self._written: Future[None] = Future()
        self._written.set_result(None)

    def start(self) -> None:
        """Begin to work."""
        self._worker = Thread(target=self._work, name="scores", daemon=True)
        self._worker.start()

    def close(self) -> None:
        """Work out what waits, then stop."""
        if self._worker:
            self._waiting.put(None)
            self._worker.join(timeout=10)

    async def score(
        self,
        service: InService,
        order_id: str,
        at: datetime | None,
        with_reasons: bool,
        check: Callable[[], None],
    ) -> Prediction:
        """The score of an order of the store; it is in the log by then.

        Raises what `check` raises, what keeps the order from being scored, or Unavailable.
        """
        asked = _Asked(service, order_id, at, with_reasons, check)
        self._waiting.put(asked)
        try:
            return await asyncio.wait_for(asked.answer, PATIENCE)
        except TimeoutError:
            raise too_late() from None

    def _work(self) -> None:
        while (first := self._first()) is not None:
            together, is_last = self._together(first)
            for service, some in groupby(together, key=lambda asked: asked.service):
                self._score(service, list(some))
            if is_last:
                return

    def _first(self) -> _Asked | None:
        while True:
            try:
                return self._waiting.get(timeout=_IDLE)
            except Empty:
                self._notice()

    def _together(self, first: _Asked) -> tuple[list[_Asked], bool]:
        """What waits by now or soon, and whether nothing will come after it."""
        together = [first]
        until, expected = time.monotonic() + _GATHERED, self._expected()
        while len(together) < _MOST_TOGETHER:
            wait = until - time.monotonic() if len(together) < expected else 0
            try:
                asked = self._waiting.get(timeout=wait) if wait > 0 else self._waiting.get_nowait()
            except Empty:
                break
            if asked is None:
                return together, True
            together.append(asked)
        self._last_time = len(together)
        return together, False

    def _expected(self) -> int:
        """So many as asked the last time; those who are about to be answered will ask again soon."""
        unanswered = 0 if self._written.done() else self._last_time
        return max(self._last_time, 1 + self._waiting.qsize() + unanswered)

    def _score(self, service: InService, together: Sequence[_Asked]) -> None:
        try:
            now = self._clock()
            refused, allowed = _checked(together)
            questions = [Question(asked.order_id, asked.at or now, asked.with_reasons) for asked in allowed]
            with self._turn:
                scored, answers = service.scorer.score_each(questions)
            told = [*refused, *zip(allowed, answers, strict=True)]
            written = self._written = self._log.put(service.store, scored, now)
            written.add_done_callback(lambda done: _tell(told, done.exception()))
        except Exception as error:  # whoever waits is told; the worker goes on
            if len(together) == 1 or isinstance(error, (SQLAlchemyError, OSError, Unavailable)):
                _tell([(asked, error) for asked in together], None)
                return
            for asked in together:  # one order that cannot be scored keeps no other from its score
                self._score(service, [asked])


def _checked(together: Sequence[_Asked]) -> tuple[list[_Told], list[_Asked]]:
    refused: list[_Told] = []
    allowed = []
    for asked in together:
        try:
            asked.check()
        except Exception as error:
            refused.append((asked, error))
        else:
            allowed.append(asked)
    return refused, allowed


def _tell(told: Sequence[_Told], fault: BaseException | None) -> None:
    """Let everyone go on, in the one thread where they wait; with the fault instead of a score."""
    told[0][0].loop.call_soon_threadsafe(_tell_here, told, fault)


def _tell_here(told: Sequence[_Told], fault: BaseException | None) -> None:
    for asked, answer in told:
        if asked.answer.done():  # it waits no longer
            continue
        if isinstance(answer, Prediction) and fault is None:
            asked.answer.set_result(answer)
        else:
            asked.answer.set_exception(fault if isinstance(answer, Prediction) else answer)  # type: ignore[arg-type]
