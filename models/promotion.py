"""Whether a challenger may become champion."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.comparison import SLICE_MARGIN, Difference, Pairs, compare, compare_slices

#: Before so many rated orders, so many of them 不满意, no score is better than a guess (a setting).
LEAST_RATED, LEAST_DISSATISFIED = 200, 50
#: Fewer common later rounds, or fewer 不满意 among them, cannot tell two models apart.
_LEAST_COMMON, _LEAST_COMMON_DISSATISFIED = 100, 10


@dataclass(frozen=True)
class Gate:
    """One condition, its figures, and whether it was passed."""

    name: str
    figures: str
    passed: bool


@dataclass(frozen=True)
class Verdict:
    """Whether promotion is granted: every gate, and the slices that were compared."""

    gates: tuple[Gate, ...]
    slices: tuple[Difference, ...] = ()

    @property
    def granted(self) -> bool:
        """Whether every gate was passed."""
        return all(gate.passed for gate in self.gates)


def judge_first(challenger: Mapping[str, Any]) -> Verdict:
    """A first model has to show signal on enough ratings, by the report of its backtest."""
    rated, bad = challenger["train_orders"], challenger["n_dissatisfied_orders"]
    low, high = challenger["pooled_auc_ci"]
    enough = rated + challenger["n_orders"] >= LEAST_RATED and bad >= LEAST_DISSATISFIED // 5
    return Verdict(
        (
            Gate("enough ratings", f"{rated} orders learnt from, {bad} dissatisfied to judge by", enough),
            Gate(
                "signal",
                f"AUC {challenger['pooled_auc']:.3f} [{low:.3f}, {high:.3f}]",
                challenger["verdict"] == "signal",
            ),
        )
    )


def judge(
    challenger: Mapping[str, Any], champion: Mapping[str, Any], pairs: Pairs, capacity: float
) -> Verdict:
    """Besides showing signal it must not be worse than the champion on the same later orders.

    `capacity` is the share of orders that the desks can call, by which recall is measured.
    """
    is_same = bool(challenger["dataset"] == champion["dataset"])
    gates = [
        *judge_first(challenger).gates,
        Gate("same data set", f"{challenger['dataset']} / {champion['dataset']}", is_same),
    ]
    bad = int(pairs.truth.sum())
    is_told = len(pairs) >= _LEAST_COMMON and min(bad, len(pairs) - bad) >= _LEAST_COMMON_DISSATISFIED
    told = f"{len(pairs)} rated after what either learnt from, {bad} dissatisfied"
    gates.append(Gate("enough common later orders", told, is_told))
    if not (is_same and is_told):
        return Verdict(tuple(gates))
    gates += [
        Gate(f"{row.name} not worse", row.figures, not row.is_worse) for row in compare(pairs, capacity)
    ]
    slices = tuple(compare_slices(pairs))
    worse = [row.name for row in slices if row.is_worse]
    told = f"{len(slices)} streets and companies compared"
    told += f"; worse by more than {SLICE_MARGIN}: {', '.join(worse)}" if worse else ""
    gates.append(Gate("no street or company worse", told, not worse))
    return Verdict(tuple(gates), slices)
