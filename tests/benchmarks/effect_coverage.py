"""How often the ledger's intervals hold the planted effect: `python -m tests.benchmarks.effect_coverage [seeds]`.

For each strength of effect (the simulator's own, a quarter of it, none) so many districts are simulated, each worked
day by day by a desk that draws near its cut line (tests/benchmarks/desk_days.py). The ledger alone says what calling
does; the truth is what it changed for the citizens whom the lot decided about.
"""

import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from desk.effect.estimate import Estimate
from desk.effect.learnt import effect_on_dissatisfaction, effect_on_points, learnt
from desk.effect.ledger import Ledger
from desk.queue.effects import CallKind
from hotline.draw_rules import DrawRules
from simulator.clock import DAY, EXTRACT_AT, FIRST_RECEIPT
from tests.benchmarks.desk_days import MICROS, STRENGTHS, Played, play, world_of

SEEDS, ORDERS, CAPACITY, PROCESSES = 400, 20_000, 20, 2
RULES = DrawRules(share=0.5, nearness=0.5, agreed="simulated")


@dataclass(frozen=True)
class Trial:
    """One district: what the ledger says beside what is true, and whether a look at any month's end would have acted."""

    rated: int
    naive: float
    points: tuple[Estimate | None, float]
    dissatisfied: tuple[Estimate | None, float]
    kinds: dict[str, tuple[Estimate | None, float]]
    acted_once: bool
    acted_at_end: bool


def trial(told: tuple[str, int]) -> Trial:
    """Simulate, work and judge one district."""
    strength, seed = told
    played = play(world_of(seed, ORDERS, STRENGTHS[strength]), CAPACITY, RULES, seed)
    ledger = played.ledger
    looks = [_certain(ledger, at) for at in range(FIRST_RECEIPT + 60 * DAY, EXTRACT_AT + DAY, 30 * DAY)]
    return Trial(
        rated=int(ledger.is_rated.sum()),
        naive=played.naive,
        points=(effect_on_points(ledger, ledger.is_rated), played.points),
        dissatisfied=(effect_on_dissatisfaction(ledger, ledger.is_rated), played.dissatisfied),
        kinds=_by_kind(ledger, played),
        acted_once=any(looks),
        acted_at_end=_certain(ledger, EXTRACT_AT + DAY),
    )


def _by_kind(ledger: Ledger, played: Played) -> dict[str, tuple[Estimate | None, float]]:
    return {
        kind.value: (
            effect_on_points(ledger, ledger.is_rated & (ledger.kind == kind.value)),
            played.points_by_kind.get(kind.value, float("nan")),
        )
        for kind in CallKind
    }


def _certain(ledger: Ledger, at: int) -> bool:
    """Whether the queue would have gone by a measured effect, of all or any kind of call, on a day."""
    unheard = ledger.answered_at >= at * MICROS
    known = replace(ledger, rating=np.where(unheard, np.nan, ledger.rating))
    return not learnt(known).is_prior


def _told(pairs: Sequence[tuple[Estimate | None, float]]) -> str:
    known = [(one, truth) for one, truth in pairs if one is not None and not np.isnan(truth)]
    if not known:
        return "no figure"
    held = np.mean([one.low <= truth <= one.high for one, truth in known])
    bias = np.mean([one.value - truth for one, truth in known])
    width = np.mean([one.high - one.low for one, truth in known]) / 2
    share = f"{len(known)}/{len(pairs)} with a figure"
    truth = np.mean([truth for _, truth in known])
    return f"interval holds {100 * held:5.1f} %   truth {truth:+.4f}  error on average {bias:+.4f}  ±{width:.4f}  {share}"


def main(seeds: int) -> None:
    """Print a table for each strength."""
    for strength in STRENGTHS:
        with ProcessPoolExecutor(PROCESSES) as pool:
            trials = list(pool.map(trial, [(strength, seed) for seed in range(seeds)], chunksize=4))
        print(
            f"\n{strength}: {seeds} districts, {np.mean([t.rated for t in trials]):.0f} rated orders drawn each"
        )
        print(f"  满意率          {_told([t.points for t in trials])}")
        print(f"  P(不满意)       {_told([t.dissatisfied for t in trials])}")
        for kind in CallKind:
            print(f"  满意率 {kind.value:<16}{_told([t.kinds[kind.value] for t in trials])}")
        print(f"  called less not called, all orders: {np.mean([t.naive for t in trials]):+.4f}")
        print(
            f"  effect certain at the end: {100 * np.mean([t.acted_at_end for t in trials]):.1f} %, "
            f"at any month's end: {100 * np.mean([t.acted_once for t in trials]):.1f} %",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
