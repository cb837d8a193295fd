"""Bringing log-odds to the frequencies that came, stage by stage, without overfitting small stages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

#: How strongly the slope is held at 1 and a stage's shift at 0, as if by this many rated orders
#: (an order at even odds weighs a quarter).
_SLOPE_PRIOR, _SHIFT_PRIOR = 100.0, 30.0
#: How much of the held-out windows' level is carried on. What moved it was mostly the drift of those weeks,
#: however many orders they had: the next window is as likely to drift back (docs/decisions/0010).
_LEVEL_KEPT = 0.25
_STEPS = 30


@dataclass(frozen=True, eq=False)
class StageCalibration:
    """P(不满意) = sigmoid(shift + shift of the stage + slope · log-odds)."""

    slope: float
    shift: float
    stage_shifts: tuple[float, ...]

    @classmethod
    def fit(
        cls, log_odds: np.ndarray, stage: np.ndarray, y: np.ndarray, weight: np.ndarray, stages: int
    ) -> "StageCalibration":
        """The penalised likelihood's best; stages with few orders stay near the whole, the level mostly stays."""
        middle = np.average(log_odds, weights=weight)
        design = np.column_stack([np.ones(len(y)), log_odds - middle, stage[:, None] == np.arange(stages)])
        prior = np.concatenate([[1e-3, _SLOPE_PRIOR], np.full(stages, _SHIFT_PRIOR)]) / 4
        start = np.concatenate([[middle, 1.0], np.zeros(stages)])
        level, slope, *shifts = penalised_logistic(design, y, weight, prior, start)
        slope = max(slope, 0.0)
        kept = middle + _LEVEL_KEPT * (level - middle)
        return cls(float(slope), float(kept - slope * middle), tuple(map(float, shifts)))

    def log_odds(self, log_odds: np.ndarray, stage: np.ndarray) -> np.ndarray:
        """The calibrated log-odds."""
        shifts = np.array(self.stage_shifts)[stage.astype(int)]
        return self.shift + shifts + self.slope * log_odds

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return {"slope": self.slope, "shift": self.shift, "stage_shifts": list(self.stage_shifts)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "StageCalibration":
        """The calibration that was stored."""
        return cls(stored["slope"], stored["shift"], tuple(stored["stage_shifts"]))


@dataclass(frozen=True, eq=False)
class LevelMap:
    """The other three levels from the chance of the worst: given it is not 不满意, which one.

    Each level's log-weight is linear in the log-odds of 不满意, so the four always agree and sum to 1.
    """

    intercepts: tuple[float, float, float]
    slopes: tuple[float, float, float]

    @classmethod
    def fit(cls, log_odds: np.ndarray, rating: np.ndarray, weight: np.ndarray) -> "LevelMap":
        """Multinomial regression over the levels that occur; a level that never does gets none."""
        from sklearn.linear_model import LogisticRegression

        better = rating > 0
        present = np.unique(rating[better])
        intercepts, slopes = np.full(3, -np.inf), np.zeros(3)
        if len(present) == 1:
            intercepts[present - 1] = 0.0
        elif len(present) > 1:
            model = LogisticRegression(C=1.0, max_iter=300)
            model.fit(log_odds[better, None], rating[better], sample_weight=weight[better])
            coefficients, base = model.coef_[:, 0], model.intercept_
            if len(present) == 2:
                coefficients, base = np.array([0.0, coefficients[0]]), np.array([0.0, base[0]])
            intercepts[present - 1], slopes[present - 1] = base, coefficients
        return cls(tuple(intercepts), tuple(slopes))  # type: ignore[arg-type]

    def probabilities(self, log_odds: np.ndarray) -> np.ndarray:
        """The four probabilities (n × 4) for these calibrated log-odds of 不满意."""
        worst = sigmoid(log_odds)
        weights = np.array(self.intercepts) + log_odds[:, None] * np.array(self.slopes)
        weights = np.exp(weights - weights.max(axis=1, keepdims=True))
        others = weights / weights.sum(axis=1, keepdims=True) * (1 - worst)[:, None]
        return np.column_stack([worst, others])

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads; a level that never occurred is null."""
        return {
            "intercepts": [v if np.isfinite(v) else None for v in self.intercepts],
            "slopes": list(self.slopes),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "LevelMap":
        """The map that was stored."""
        intercepts = tuple(-np.inf if v is None else v for v in stored["intercepts"])
        return cls(intercepts, tuple(stored["slopes"]))  # type: ignore[arg-type]


def penalised_logistic(
    design: np.ndarray, y: np.ndarray, weight: np.ndarray, prior: np.ndarray, start: np.ndarray
) -> np.ndarray:
    """Coefficients held near `start` by `prior` (precisions), by damped Newton steps."""

    def loss(at: np.ndarray) -> float:
        z = design @ at
        return float(weight @ (np.logaddexp(0.0, z) - y * z) + 0.5 * prior @ (at - start) ** 2)

    answer, value = start.copy(), loss(start)
    for _ in range(_STEPS):
        p = sigmoid(design @ answer)
        gradient = design.T @ (weight * (p - y)) + prior * (answer - start)
        hessian = (design * (weight * p * (1 - p))[:, None]).T @ design + np.diag(prior + 1e-9)
        step = np.linalg.solve(hessian, gradient)
        while (tried := loss(answer - step)) > value and np.abs(step).max() > 1e-9:
            step /= 2
        if np.abs(step).max() < 1e-9:
            break
        answer, value = answer - step, tried
    return answer


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + e⁻ˣ), without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * x))
