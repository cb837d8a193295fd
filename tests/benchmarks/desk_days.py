"""A desk that works a simulated district's queue day by day, with the house's own queue and draw.

Everything about orders, citizens and callbacks is the simulator's; who is called about is ours. The desk knows of an
order what a good but imperfect model would: the chance of each rating averaged over what nobody can observe, with
noise added to its log-odds. The truth (what a call changes for each citizen) is kept aside for the comparison.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np

from desk.effect.ledger import Ledger
from desk.queue.callback_times import CallbackTimes
from desk.queue.candidates import STEPPED_IN, Candidates
from desk.queue.draw import Arm, draw, seed_of
from desk.queue.effects import Effects, kinds_of
from desk.queue.incidents import incident_of
from desk.queue.queue import Place, queue
from features.arrays import Floats, Ints, Mask
from hotline.calendar import NO_TIME
from hotline.draw_rules import DrawRules
from hotline.satisfaction import WEIGHTS
from simulator import categories
from simulator.behaviour import EFFECTS
from simulator.calls import expected_points
from simulator.chance import averaged, chance_at_most
from simulator.circumstances import PUT_RIGHT, stepping_in
from simulator.city import build_city
from simulator.clock import DAY, EXTRACT_AT, FIRST_RECEIPT, HOUR, NEVER, WorkClock, work_clock
from simulator.generate import live
from simulator.intake import FIRM_DESK, Intake, take_in

#: How strong the planted effects are, as a multiple of the simulator's own.
STRENGTHS = {"strong": 1.0, "weak": 0.25, "none": 0.0}
#: Noise of the desk's model on its log-odds; the share of those to be called about who are; of the others who are too.
_NOISE, _KEPT_TO, _CALLED_ANYWAY = 0.4, 0.9, 0.03
MICROS = 1_000_000


@dataclass(frozen=True, eq=False)
class World:
    """Every round that was closed and is called back, one entry each. Times are the simulator's seconds.

    score, effect : what the citizen's rating follows from if nobody calls, and what a call adds to it
    stepped_in    : when the firm stepped in of itself; NEVER where it did not
    chances       : what the desk's model says, n × 4, worst first
    """

    clock: WorkClock
    order: Ints
    kind: np.ndarray
    category: np.ndarray
    incident: Ints
    is_structural: Mask
    closed: Ints
    called_back: Ints
    known: Ints
    is_answered: Mask
    stepped_in: Ints
    score: Floats
    effect: Floats
    chances: Floats
    luck: Floats


def world_of(seed: int, orders: int, strength: float) -> World:
    """Simulate a district; a call's effect is the simulator's own, times a strength."""
    rngs = [np.random.default_rng([seed, number]) for number in range(4)]
    clock = work_clock()
    city = build_city(rngs[0], orders)
    intake = take_in(rngs[1], city, clock, orders)
    parts = [_part(intake, journey, care, strength) for journey, care in live(rngs[2], city, clock, intake)]
    told = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    category = told.pop("category_number")
    names = np.array(categories.NAMES, dtype=object)[category]
    observed = told.pop("observed")
    return World(
        clock=clock,
        kind=categories.KINDS[category],
        category=names,
        incident=incident_of(told.pop("community").astype(str), names, told.pop("received") * MICROS),
        chances=_foreseen(observed + rngs[3].normal(0, _NOISE, len(observed))),
        luck=rngs[3].random(len(observed)),
        **told,
    )


def _part(intake: Intake, journey, care, strength: float) -> dict[str, np.ndarray]:  # type: ignore[no-untyped-def]
    keep = np.flatnonzero((intake.source[journey.order] != FIRM_DESK) & (journey.closed < EXTRACT_AT))
    put_right = np.sum([EFFECTS[name] * care.columns[name] for name in PUT_RIGHT], axis=0)
    everywhere = stepping_in(journey, intake, np.ones(len(journey.order), dtype=bool))
    effect = strength * np.sum([EFFECTS[name] * everywhere[name] for name in PUT_RIGHT], axis=0)
    told = {
        "order": journey.order,
        "category_number": intake.true_category[journey.order],
        "community": intake.community[journey.order],
        "received": intake.received[journey.order],
        "is_structural": journey.is_structural,
        "closed": journey.closed,
        "called_back": care.city.at,
        "known": care.city.known,
        "is_answered": care.city.rating >= 0,
        "stepped_in": care.put_right,
        "observed": care.score - put_right,
        "score": care.score - put_right + care.hidden,
        "effect": effect,
    }
    return {name: values[keep] for name, values in told.items()}


def _foreseen(observed: Floats) -> Floats:
    """The chances of the four ratings, averaged over temper and chance."""
    at_most = [
        averaged(lambda score, level=level: chance_at_most(score, level), observed) for level in range(3)
    ]
    return np.diff(np.stack([*at_most, np.ones(len(observed))], axis=1), axis=1, prepend=0.0)


@dataclass(frozen=True, eq=False)
class Played:
    """What came of the days: the ledger, and the truth beside it.

    points, dissatisfied : what calling truly changes on average of those rated whom the lot decides about
    naive                : 满意率 of those rated who were called less that of those who were not, all orders together
    """

    ledger: Ledger
    points: float
    dissatisfied: float
    points_by_kind: dict[str, float]
    naive: float


def play(world: World, capacity: int, rules: DrawRules, seed: int, likely: float = 0.3) -> Played:
    """Work the queue every working day at nine; orders from `likely` on owe a call, and are never drawn."""
    rng = np.random.default_rng([seed, 7])
    n = len(world.order)
    keeps_to, anyway = rng.random(n) < _KEPT_TO, rng.random(n) < _CALLED_ANYWAY
    hours = rng.integers(0, 8 * HOUR, n)
    times = CallbackTimes.learnt(
        (np.where(world.called_back < NEVER, world.called_back, EXTRACT_AT) - world.closed) * MICROS,
        world.called_back < NEVER,
    )
    called = np.where(anyway, world.closed + DAY, world.stepped_in)
    called = np.minimum(called, world.stepped_in)
    would_be_called = np.zeros(n, dtype=bool)
    arm, chance, drawn_at = np.zeros(n, dtype=np.int64), np.zeros(n), np.zeros(n, dtype=np.int64)
    matter, lots = np.full(n, -1), 0
    for morning in _mornings(world.clock):
        waiting = np.flatnonzero(
            (world.closed < morning) & (morning - world.closed < 60 * DAY) & (world.known > morning)
        )
        some = _candidates(world, waiting, morning, called)
        left = {str(row): Place.LEFT for row in waiting[arm[waiting] == -1]}
        to_call = frozenset(str(row) for row in waiting[arm[waiting] == 1])
        found = queue(some, times, Effects(), capacity, left, to_call)

        def may_be(names: Sequence[str]) -> Set[str]:
            return {name for name in names if arm[int(name)] == 0 and world.chances[int(name), 0] < likely}

        drawn = draw(found, rules, seed_of(rules, "call_centre", str(morning)), may_be)  # type: ignore[arg-type]
        for lot in drawn.lots:
            rows = np.array([int(name) for name in (lot.order_id, *lot.same)])
            arm[rows], chance[rows] = (1 if lot.arm is Arm.CALL else -1), drawn.chance
            drawn_at[rows], matter[rows], lots = morning, lots, lots + 1
            at = morning + hours[rows]
            would_be_called[rows] = keeps_to[rows] & (at < world.called_back[rows])
        if drawn.lots:
            fell = {name: lot.arm for lot in drawn.lots for name in (lot.order_id, *lot.same)}
            left |= {name: Place.LEFT for name, one in fell.items() if one is Arm.LEAVE}
            found = queue(
                some,
                times,
                Effects(),
                capacity,
                left,
                to_call | {n for n, a in fell.items() if a is Arm.CALL},
            )
        rows = np.array(
            [int(name) for entry in found.calls for name in (entry.order_id, *entry.same)], dtype=int
        )
        rows = rows[keeps_to[rows] & (morning + hours[rows] < world.called_back[rows])]
        called[rows] = np.minimum(called[rows], morning + hours[rows])
    own = np.minimum(np.where(anyway, world.closed + DAY, NEVER), world.stepped_in)
    told = _Told(arm, chance, matter, drawn_at, called, would_be_called & (own >= world.called_back))
    return _played(world, told)


@dataclass(frozen=True, eq=False)
class _Told:
    """What the days left behind, one entry an order; `is_decided` where the lot alone decides about the call."""

    arm: Ints
    chance: Floats
    matter: Ints
    drawn_at: Ints
    called: Ints
    is_decided: Mask


def _mornings(clock: WorkClock) -> Ints:
    """Nine o'clock of every working day."""
    days = np.arange(FIRST_RECEIPT // DAY, EXTRACT_AT // DAY) * DAY + 9 * HOUR
    return days[clock.worked(days + HOUR) > clock.worked(days)]


def _candidates(world: World, rows: Ints, morning: int, called: Ints) -> Candidates:
    n = len(rows)
    anybody = np.full(n, "", dtype=object)
    return Candidates(
        order_id=np.array([str(row) for row in rows], dtype=object),
        probabilities=world.chances[rows],
        street=anybody,
        company=anybody,
        community=anybody,
        manager=anybody,
        kind=world.kind[rows],
        category=world.category[rows],
        due_at=np.full(n, NO_TIME),
        round_at=world.closed[rows],
        waited_hours=(morning - world.closed[rows]) / HOUR,
        is_called_back=np.zeros(n, dtype=bool),
        is_called=called[rows] < morning,
        incident=world.incident[rows],
        is_structural=world.is_structural[rows],
        is_relayed=np.ones(n, dtype=bool),
    )


def _played(world: World, told: _Told) -> Played:
    """The ledger of those drawn, and the truth beside it."""
    is_called = told.called < world.called_back
    score = world.score + world.effect * is_called
    rating = np.sum([world.luck > chance_at_most(score, level) for level in range(3)], axis=0)
    is_rated = world.is_answered & (world.known <= EXTRACT_AT)
    rows = np.flatnonzero((told.matter >= 0) & (told.drawn_at < world.called_back))
    ledger = Ledger(
        matter=told.matter[rows],
        desk=np.full(len(rows), "call_centre", dtype=object),
        day=told.drawn_at[rows].astype(object),
        kind=_kinds(world)[rows],
        is_drawn=told.arm[rows] == 1,
        chance=told.chance[rows],
        probabilities=world.chances[rows],
        drawn_at=told.drawn_at[rows] * MICROS,
        done_at=_done(np.where(is_called[rows], told.called[rows] * MICROS, NO_TIME)),
        called_back_at=np.where(world.known[rows] <= EXTRACT_AT, world.called_back[rows] * MICROS, NO_TIME),
        answered_at=np.where(is_rated[rows], world.called_back[rows] * MICROS, NO_TIME),
        rating=np.where(is_rated[rows], rating[rows], np.nan),
    )
    truth = rows[is_rated[rows] & told.is_decided[rows]]
    with_call = world.score[truth] + world.effect[truth]
    points = expected_points(with_call) - expected_points(world.score[truth])
    bad = chance_at_most(with_call, 0) - chance_at_most(world.score[truth], 0)
    kinds = _kinds(world)[truth]
    scores = np.array(WEIGHTS)[rating]
    return Played(
        ledger=ledger,
        points=float(points.mean()),
        dissatisfied=float(bad.mean()),
        points_by_kind={str(kind): float(points[kinds == kind].mean()) for kind in np.unique(kinds)},
        naive=float(scores[is_rated & is_called].mean() - scores[is_rated & ~is_called].mean()),
    )


def _kinds(world: World) -> np.ndarray:
    rows = np.arange(len(world.order))
    return kinds_of(_candidates(world, rows, 0, world.closed))


def _done(called_at: Ints) -> Ints:
    """The times of every call, all of them put down as the first thing that can be done."""
    others = np.full((len(called_at), len(STEPPED_IN) - 1), NO_TIME)
    return np.concatenate([called_at[:, None], others], axis=1)
