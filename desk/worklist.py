"""The open orders by risk, kept between writes: scored whole once a minute, in between only what was written."""

from datetime import datetime, timedelta
from threading import Lock

from desk.scored import Scored
from desk.scorer import Scorer
from desk.standing import Standing

#: So long a risk may stand: the clock moves an order's score slowly, and a neighbour's event little.
KEPT_FOR = timedelta(minutes=1)


class Worklist:
    """Open orders, the riskiest first, without reasons (see `Scorer.explained`).

    An order that was written to is scored anew at once, and all of them where bands begin elsewhere than before; each
    score says its own moment.
    """

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._lock = Lock()
        self._kept: tuple[datetime, Standing, Scored] | None = None
        self._limits = scorer.limits()

    def now(self, now: datetime) -> Scored:
        """The list as it stands."""
        return self.look(now)[1]

    def look(self, now: datetime) -> tuple[Standing, Scored]:
        """The same with the look at history that it was made from."""
        with self._lock:
            standing, before, self._limits = self._scorer.lookout.look(), self._limits, self._scorer.limits()
            is_old = self._kept is None or not timedelta(0) <= now - self._kept[0] < KEPT_FOR
            if self._kept is None or is_old or before != self._limits:
                self._kept = now, standing, self._scorer.score_open_of(standing, now)
            elif standing is not self._kept[1]:
                self._kept = self._kept[0], standing, self._caught_up(standing, now)
            return self._kept[1:]

    def _caught_up(self, standing: Standing, now: datetime) -> Scored:
        """The kept list with the orders written to since scored anew."""
        assert self._kept is not None
        _, before, listed = self._kept
        if standing.base is not before.base:
            return self._scorer.score_open_of(standing, now)
        written = {i for i, order in standing.changed.items() if before.changed.get(i) is not order}
        if not written:
            return listed
        stay = [row for row, p in enumerate(listed.predictions) if p.order_id not in written]
        anew = self._scorer.score_open_of(standing, now, sorted(written))
        return Scored.joined([listed.take(stay), anew]).riskiest_first()
