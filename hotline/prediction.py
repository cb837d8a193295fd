"""What the model says of one order at one moment."""

from dataclasses import dataclass
from datetime import datetime

from hotline.bands import RiskBand
from hotline.lifecycle import Stage
from hotline.satisfaction import Rating


@dataclass(frozen=True)
class Reason:
    """One feature that moves this order's risk, in the manager's words.

    `effect` is its share of the log-odds of 不满意; positive raises the risk.
    """

    feature: str
    zh: str
    value: float | None
    effect: float

    @property
    def raises(self) -> bool:
        """Whether it makes 不满意 likelier."""
        return self.effect > 0


@dataclass(frozen=True)
class Prediction:
    """The four probabilities (不满意, 一般, 基本满意, 满意; summing to 1) of one order at `as_of`.

    `reckon_with` are the ratings of the prediction set: the one that comes is among them as often as the
    model states.
    """

    order_id: str
    as_of: datetime
    stage: Stage
    probabilities: tuple[float, float, float, float]
    reckon_with: tuple[Rating, ...]
    expected_loss: float
    band: RiskBand
    reasons: tuple[Reason, ...]
    model_version: str

    @property
    def dissatisfied(self) -> float:
        """P(不满意)."""
        return self.probabilities[0]
