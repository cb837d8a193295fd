"""What the queue avoids of what could be avoided: `python -m tests.benchmarks.queue_against_oracle [districts]`.

Each district is simulated anew. A model learns from what was ripe when May 2026 ended, by the house's own way (its
choice fixed to the blend usually chosen); then, on working mornings from June to October, the closed orders that may
still be called back are queued from what was known just then, by the house's own queue with the effects it assumes
before anything was measured. An oracle knows each order's true expected effect: what a call takes off the points that
the citizen is expected to cost, averaged over temper and chance given the ratings heard so far, times the chance that
the official callback comes after the call. Beside it: by risk alone, and by the due date. A call is about an incident,
for all of them alike.
"""

import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from desk.queue.callback_times import CallbackTimes
from desk.queue.candidates import Candidates, candidates
from desk.queue.effects import CallKind, Effects
from desk.queue.queue import queue
from desk.scorer import Scorer
from desk.settings import Settings
from features.arrays import Floats, Ints
from features.catalogue import feature_set
from features.training_set import build_training_set, examples_of, ripe
from hotline.calendar import SHANGHAI, to_micros
from hotline.satisfaction import WEIGHTS
from models.registry import Registered
from models.satisfaction_model import SatisfactionModel
from models.selection import only
from pipelines.ingest import ingest
from pipelines.simulate import simulate_extract
from pipelines.train import history_of
from simulator.aftercare import Aftercare
from simulator.behaviour import EFFECTS
from simulator.calls import call_times, expected_points
from simulator.chance import NO_RATING, Evidence, averaged
from simulator.circumstances import PUT_RIGHT, stepping_in
from simulator.city import build_city
from simulator.clock import HOUR, NEVER, work_clock
from simulator.extract import order_numbers
from simulator.generate import ROOMS, live
from simulator.intake import Intake, take_in
from simulator.journey import Journey
from store.database import open_store
from tests.benchmarks.month_forecast import CHOICE

DISTRICTS, ORDERS, PROCESSES = 6, 20_000, 2
SHARES = (0.05, 0.10, 0.20)
#: What a call truly adds to the log-odds of a worse rating: on a repair, a service complaint, any other complaint.
PLANTED = {
    "strong": (-1.2, -0.7, -0.3),
    "weak": (-0.3, -0.175, -0.075),
    "reversed": (-0.3, -0.7, -1.2),
    "none": (0.0, 0.0, 0.0),
}
_LEARNT_UNTIL = datetime(2026, 6, 1, tzinfo=SHANGHAI)
_MORNINGS = [datetime(2026, month, day, 9, tzinfo=SHANGHAI) for month in range(6, 11) for day in (3, 11, 22)]
_AHEAD = 4 * HOUR
_MEDIAN_DAYS, _SPREAD = 8.0, 0.5
#: Share of closed orders that the city calls, in the first round and later.
_CALLS = (0.86, 0.95)


@dataclass(frozen=True, eq=False)
class Truth:
    """What the simulator knows of a district's rounds."""

    intake: Intake
    rounds: Sequence[tuple[Journey, Aftercare]]
    place: dict[str, int]
    waits: Ints

    @classmethod
    def of(cls, seed: int) -> "Truth":
        """The very district whose files `qingling simulate` writes."""
        rngs = {room: np.random.default_rng([seed, number]) for number, room in enumerate(ROOMS)}
        clock = work_clock()
        city = build_city(rngs["city"], ORDERS)
        intake = take_in(rngs["intake"], city, clock, ORDERS)
        rounds = live(rngs["lives"], city, clock, intake)
        closed = rounds[0][0].closed
        waits = [call_times(rngs["texts"], closed, _MEDIAN_DAYS, _SPREAD) - closed for _ in range(10)]
        names = {str(name): number for number, name in enumerate(order_numbers(intake))}
        return cls(intake, rounds, names, np.sort(np.concatenate(waits)))

    def effects(self, orders: Candidates, at: int, planted: Sequence[float]) -> Floats:
        """Points that a call some hours from now is truly expected to save, for each order."""
        found = np.zeros(len(orders))
        number = np.array([self.place[name] for name in orders.order_id])
        later = np.isin(number, self.rounds[1][0].order) & self._is_later(number, at)
        for index, chosen in ((0, ~later), (1, later)):
            rows = np.flatnonzero(chosen)
            if len(rows):
                found[rows] = self._of_round(index, number[rows], at, planted)
        return found

    def _is_later(self, number: Ints, at: int) -> np.ndarray:
        journey = self.rounds[1][0]
        opened = np.full(len(self.intake), NEVER)
        opened[journey.order] = journey.opened
        return opened[number] <= at

    def _of_round(self, index: int, number: Ints, at: int, planted: Sequence[float]) -> Floats:
        journey, care = self.rounds[index]
        rows = np.searchsorted(journey.order, number)
        put_right = np.sum([EFFECTS[name] * care.columns[name] for name in PUT_RIGHT], axis=0)
        everywhere = stepping_in(journey, self.intake, np.ones(len(journey.order), dtype=bool))
        added = dict(zip(PUT_RIGHT, (*planted, 0.0), strict=True))
        effect = np.sum([added[name] * everywhere[name] for name in PUT_RIGHT], axis=0)[rows]
        score = (care.score - put_right)[rows]
        heard = np.where(care.district.known[rows] <= at, care.district.rating[rows], NO_RATING)
        evidence = [Evidence(care.early_score[rows], heard)]
        for earlier, then in self.rounds[:index]:
            place = np.searchsorted(earlier.order, number)
            evidence.append(Evidence(then.early_score[place], then.district.rating[place]))
            evidence.append(Evidence(then.score[place], then.city.rating[place]))
        saved = _expected_loss(score, evidence) - _expected_loss(score + effect, evidence)
        waited = at - journey.closed[rows]
        now, then_ = (
            1 - np.searchsorted(self.waits, wait) / len(self.waits) for wait in (waited, waited + _AHEAD)
        )
        share = _CALLS[min(index, 1)]
        comes = share * then_ / (share * now + 1 - share)
        return np.where(care.city.known[rows] <= at, 0.0, saved * comes)


def _expected_loss(score: Floats, evidence: Sequence[Evidence]) -> Floats:
    return averaged(lambda everything: WEIGHTS[-1] - expected_points(everything), score, evidence)


def district(seed: int) -> dict[tuple[str, float], dict[str, float]]:
    """What each ranking avoids in one district, summed over the mornings, by strength and capacity."""
    with tempfile.TemporaryDirectory() as folder:
        extract, settings = Path(folder) / "extract", Settings(home=Path(folder) / "home", dataset=None)
        simulate_extract(ORDERS, seed, extract, lambda step, share: None)
        ingest(extract / "pudong.toml", settings)
        history = history_of(settings)[1]
        examples = examples_of(history.chronicle)
        known = examples.take(ripe(examples, to_micros(_LEARNT_UNTIL)))
        training = build_training_set(history, feature_set(history.chronicle.log), known)
        model = SatisfactionModel.fit(training, search=only(CHOICE))
        store = open_store(settings.home)
        scorer, truth = Scorer(store, Registered("1", model, {})), Truth.of(seed)
        found: dict[tuple[str, float], dict[str, float]] = {}
        for morning in _MORNINGS:
            orders, due = _waiting(scorer, morning)
            at = int((morning + timedelta(hours=8)).timestamp())  # the simulator's clock is Shanghai's
            times = CallbackTimes.of(scorer.lookout.look().base.chronicle, "city", to_micros(morning))
            for strength, planted in PLANTED.items():
                worth = truth.effects(orders, at, planted)
                measured = Effects(dict(zip(CallKind, planted, strict=True)))
                for share in SHARES:
                    avoided = _avoided(orders, times, due, worth, share, measured)
                    total = found.setdefault((strength, share), dict.fromkeys(avoided, 0.0))
                    for name, points in avoided.items():
                        total[name] += points
        store.close()
    return found


def _waiting(scorer: Scorer, morning: datetime) -> tuple[Candidates, Ints]:
    """The closed orders that a call could be about, and when they were due."""
    standing = scorer.lookout.look()
    scored = scorer.score_open_of(standing, morning)
    orders = candidates(standing, scored, to_micros(morning))
    rows = np.flatnonzero(~np.isnan(orders.waited_hours) & orders.is_relayed.astype(bool) & ~orders.is_called)
    orders = orders.take(rows)
    chronicle = standing.base.chronicle
    number = chronicle.order_number(orders.order_id)
    at = np.full(len(number), to_micros(morning))
    due = chronicle.field("due_at").at(chronicle.position_at(number, at), np.iinfo(np.int64).max)
    return orders, due


def _avoided(
    orders: Candidates, times: CallbackTimes, due: Ints, worth: Floats, share: float, measured: Effects
) -> dict[str, float]:
    incidents = np.unique(orders.incident)
    capacity = max(1, round(share * len(incidents)))
    together = dict(
        zip(incidents.tolist(), np.bincount(orders.incident, worth)[incidents].tolist(), strict=True)
    )

    def of(incident: Sequence[int]) -> float:
        return float(sum(together[one] for one in incident[:capacity]))

    def by(key: Floats | Ints) -> float:
        return of(list(dict.fromkeys(orders.incident[np.argsort(key, kind="stable")].tolist())))

    place = {name: row for row, name in enumerate(orders.order_id)}

    def queued(effects: Effects) -> float:
        calls = queue(orders, times, effects, capacity).calls
        return of([int(orders.incident[place[call.order_id]]) for call in calls])

    return {
        "oracle": of(sorted(together, key=lambda one: -together[one])),
        "queue": queued(Effects()),
        "queue that knows the effects": queued(measured),
        "risk": by(-orders.probabilities[:, 0]),
        "due": by(due),
        "anybody": float(np.mean(list(together.values()))) * capacity,
    }


def main(districts: int) -> None:
    """Print what each ranking avoids, as a share of what the oracle does."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        trials = list(pool.map(district, range(100, 100 + districts)))
    print(
        f"{districts} districts of {ORDERS:,} orders, {len(_MORNINGS)} mornings each; points avoided, share of the oracle's"
    )
    for strength, share in trials[0]:
        sums = {
            name: sum(trial[strength, share][name] for trial in trials) for name in trials[0][strength, share]
        }
        oracle = sums.pop("oracle")
        told = "  ".join(
            f"{name} {points / oracle:6.1%}" if oracle else f"{name} {points:.3f}"
            for name, points in sums.items()
        )
        print(f"{strength:>6} {share:4.0%}: oracle {oracle:7.1f} points  {told}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DISTRICTS)
