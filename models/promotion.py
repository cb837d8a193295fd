"""Whether a challenger may become champion."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Before so many rated orders, so many of them 不满意, no score is better than a guess (a setting).
LEAST_RATED, LEAST_DISSATISFIED = 200, 50
#: How much worse in AUC and Brier a challenger may look by the noise of one test window.
_AUC_MARGIN, _BRIER_MARGIN = 0.01, 0.005


@dataclass(frozen=True)
class Verdict:
    """Whether promotion is granted; each gate with its figures and whether it was passed."""

    gates: tuple[tuple[str, str, bool], ...]

    @property
    def granted(self) -> bool:
        """Whether every gate was passed."""
        return all(passed for _, _, passed in self.gates)


def judge(challenger: Mapping[str, Any], champion: Mapping[str, Any] | None) -> Verdict:
    """Compare two backtest reports; a first model only has to show signal on enough ratings."""
    rated, bad = challenger["train_orders"], challenger["n_dissatisfied_orders"]
    low, high = challenger["pooled_auc_ci"]
    gates = [
        (
            "enough ratings",
            f"{rated} orders learnt from, {bad} dissatisfied to judge by",
            rated + challenger["n_orders"] >= LEAST_RATED and bad >= LEAST_DISSATISFIED // 5,
        ),
        (
            "signal",
            f"AUC {challenger['pooled_auc']:.3f} [{low:.3f}, {high:.3f}]",
            challenger["verdict"] == "signal",
        ),
    ]
    if champion is not None:
        gates += [
            (
                "same data set",
                f"{challenger['dataset']} / {champion['dataset']}",
                _same(challenger, champion, "dataset"),
            ),
            _no_worse("AUC", "pooled_auc", challenger, champion, -_AUC_MARGIN),
            _no_worse("Brier", "brier", challenger, champion, _BRIER_MARGIN),
        ]
    return Verdict(tuple(gates))


def _same(challenger: Mapping[str, Any], champion: Mapping[str, Any], name: str) -> bool:
    return bool(challenger[name] == champion[name])


def _no_worse(
    zh: str, name: str, challenger: Mapping[str, Any], champion: Mapping[str, Any], margin: float
) -> tuple[str, str, bool]:
    new, old = challenger[name], champion[name]
    passed = new >= old + margin if margin < 0 else new <= old + margin
    return (f"{zh} not worse", f"{new:.4f} against {old:.4f}, margin {abs(margin)}", bool(passed))
