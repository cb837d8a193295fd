"""Tuning by optuna on the forward folds: more candidates than the menu has, kept only if clearly better."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.folds import Folds
from models.selection import Choice, Held, Menu, best_ridge, blended, choose, held_of
from models.trees import TreeShape

#: Name, least, most, whether on a logarithmic scale and whether a whole number.
SPACE: dict[str, tuple[float, float, bool, bool]] = {
    "leaves": (3, 63, True, True),
    "rows_in_leaf": (20, 400, True, True),
    "learning_rate": (0.02, 0.15, True, False),
    "columns_share": (0.2, 1.0, False, False),
    "rows_share": (0.5, 1.0, False, False),
    "ridge": (1.0, 100.0, True, False),
}
#: Trees of every shape are looked at after so many of them.
TREE_COUNTS = (20, 40, 60, 90, 130, 180, 250, 350)
RIDGES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)


@dataclass
class Tuning:
    """A search through `SPACE` for some minutes; afterwards `record` tells what was tried.

    Use `search` where training chooses. The menu's own choice is the one to beat: a tuned candidate is
    kept only if its loss on later orders is lower by more than one standard error. Where the menu holds
    no trees (too few orders of the rarer outcome) nothing is tuned.
    """

    minutes: float
    seed: int = 0
    most_trials: int | None = None
    progress: Callable[[str], None] = lambda step: None
    record: dict[str, Any] = field(default_factory=dict)

    def search(self, folds: Folds, menu: Menu) -> tuple[Choice, Held | None]:
        """The best of the menu and of what optuna found, and its predictions of later orders."""
        choice, held = choose(folds, menu)
        if held is None or not menu.shapes:
            self.record = {"outcome": "too few orders of the rarer outcome; nothing was tuned", "trials": []}
            return choice, held
        C, ridge = best_ridge(folds, RIDGES)
        trials = _Trials(folds, ridge, menu.shapes[0])
        self._optimise(trials)
        gain, error = folds.gain(held.log_odds, trials.best_blend)
        is_better = gain > error
        self.record = {
            "space": {name: list(bounds) for name, bounds in SPACE.items()},
            "tree_counts": list(TREE_COUNTS),
            "ridges": list(RIDGES),
            "loss_of_menu": folds.loss(held.log_odds),
            "loss_of_best_trial": trials.best_loss,
            "gain": gain,
            "standard_error": error,
            "outcome": "tuned" if is_better else "not clearly better than the menu; its choice was kept",
            "trials": trials.told,
        }
        if not is_better:
            return choice, held
        tuned = Choice(trials.best_shape, trials.best_count, C, trials.best_share)
        return tuned, held_of(folds, trials.best_blend, ridge)

    def _optimise(self, trials: "_Trials") -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=self.seed))
        ends = time.monotonic() + 60 * self.minutes

        def objective(trial: Any) -> float:
            left = max(0.0, ends - time.monotonic()) / 60
            self.progress(f"tuning: trial {trial.number + 1}, {left:.1f} minutes left")
            return trials.run({name: _suggested(trial, name) for name in SPACE})

        study.optimize(objective, n_trials=self.most_trials, timeout=60 * self.minutes)


def _suggested(trial: Any, name: str) -> float | int:
    least, most, is_log, is_whole = SPACE[name]
    if is_whole:
        return int(trial.suggest_int(name, int(least), int(most), log=is_log))
    return float(trial.suggest_float(name, least, most, log=is_log))


@dataclass
class _Trials:
    """What was tried so far, and the best of it."""

    folds: Folds
    ridge: np.ndarray
    like: TreeShape
    told: list[dict[str, Any]] = field(default_factory=list)
    best_loss: float = float("inf")

    def run(self, parameters: dict[str, Any]) -> float:
        """The loss of the best blend that trees of this shape make with the ridge."""
        shape = TreeShape(**parameters, seeds=self.like.seeds, bins=self.like.bins)
        grown = self.folds.trees(shape, TREE_COUNTS)
        count = min(grown, key=lambda number: self.folds.loss(grown[number]))
        share, blend = blended(self.folds, grown[count], self.ridge, (0.25, 0.5, 0.75, 1.0))
        loss = self.folds.loss(blend)
        self.told.append({**parameters, "trees": count, "trees_share": share, "loss": loss})
        if loss < self.best_loss:
            self.best_loss, self.best_shape, self.best_count = loss, shape, count
            self.best_share, self.best_blend = share, blend
        return loss
