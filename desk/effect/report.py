"""What the ledger says of calling, overall and by kind of call, and what the queue goes by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from scipy.stats import norm

from desk.effect.estimate import LEAST_RATED, Estimate
from desk.effect.learnt import effect_on_dissatisfaction, effect_on_points, learnt
from desk.effect.ledger import Ledger
from desk.queue.candidates import STEPPED_IN
from desk.queue.effects import PRIOR, Basis, CallKind, Effects
from desk.queue.gain import expected_losses, shifted
from features.arrays import Mask
from hotline.calendar import NO_TIME
from hotline.draw_rules import WHY_OFF_ZH, DrawRules
from hotline.lifecycle import EventType


class Verdict(StrEnum):
    """What can be said of an effect today."""

    HELPS = "helps"
    HARMS = "harms"
    UNTOLD = "untold"
    TOO_FEW = "too_few"
    UNMOVED = "unmoved"

    @property
    def zh(self) -> str:
        """The same as people read it."""
        return _VERDICT_ZH[self]


_VERDICT_ZH = {
    Verdict.HELPS: "有效果",
    Verdict.HARMS: "适得其反",
    Verdict.UNTOLD: "看不出效果",
    Verdict.TOO_FEW: "样本太少，不作结论",
    Verdict.UNMOVED: "抽中与否几乎没有改变实际联系，无从判断",
}


@dataclass(frozen=True)
class ArmCounts:
    """How the orders of one arm went on; `done` counts what was done with the citizen before the callback."""

    drawn: int
    called: int
    called_back: int
    rated: int
    done: Mapping[EventType, int]


@dataclass(frozen=True)
class KindEffect:
    """The effect among those drawn of one kind of call; `kind` None for all together.

    points, dissatisfied : None where too few are rated
    expected             : the change of 满意率 (0–1) that was assumed for the same orders
    shift, basis         : what the queue goes by for the kind; None for all together
    """

    kind: CallKind | None
    drawn: int
    rated_called: int
    rated_left: int
    points: Estimate | None
    dissatisfied: Estimate | None
    expected: float | None
    shift: float | None = None
    basis: Basis | None = None

    @property
    def verdict(self) -> Verdict:
        """What can be said today, however often one has looked."""
        if self.points is None:
            is_enough = min(self.rated_called, self.rated_left) >= LEAST_RATED
            return Verdict.UNMOVED if is_enough else Verdict.TOO_FEW
        if not self.points.clears_zero:
            return Verdict.UNTOLD
        return Verdict.HELPS if self.points.value > 0 else Verdict.HARMS

    @property
    def contradicts_what_was_assumed(self) -> bool:
        """Whether the interval that holds at every look leaves out what was assumed."""
        if self.points is None or self.expected is None:
            return False
        low, high = self.points.always
        return not low <= self.expected <= high


@dataclass(frozen=True, eq=False)
class EffectReport:
    """The whole ledger at a moment.

    days        : days on which something was drawn
    answering   : by how much more of those drawn to be called about gave a rating once called back (0–1), with the
                  95 % interval; None where nobody was called back
    """

    as_of: datetime
    rules: DrawRules
    days: int
    to_call: ArmCounts
    left: ArmCounts
    answering: tuple[float, float, float] | None
    effects: tuple[KindEffect, ...]
    in_force: Effects

    @property
    def why_off_zh(self) -> str | None:
        """Why nothing is drawn; None where something is."""
        return None if self.rules.is_on else WHY_OFF_ZH

    @property
    def answers_differ(self) -> bool:
        """Whether the lot changed who answers, so that the effect holds for those who answer only."""
        return self.answering is not None and not self.answering[1] <= 0 <= self.answering[2]


def effect_report(ledger: Ledger, rules: DrawRules, as_of: datetime) -> EffectReport:
    """What the ledger says."""
    in_force = learnt(ledger)
    everything = np.ones(len(ledger), dtype=bool)
    kinds = [_effect(ledger, ledger.kind == kind.value, kind, in_force) for kind in CallKind]
    return EffectReport(
        as_of=as_of,
        rules=rules,
        days=len({*zip(ledger.desk.tolist(), ledger.day.tolist(), strict=True)}),
        to_call=_counts(ledger.take(ledger.is_drawn)),
        left=_counts(ledger.take(~ledger.is_drawn)),
        answering=_answering(ledger),
        effects=(_effect(ledger, everything, None, in_force), *kinds),
        in_force=in_force,
    )


def _effect(ledger: Ledger, which: Mask, kind: CallKind | None, in_force: Effects) -> KindEffect:
    rated = which & ledger.is_rated
    chances = ledger.probabilities[rated]
    expected = None
    if rated.any():
        prior = np.array([PRIOR[CallKind(told)] for told in ledger.kind[rated]])
        expected = float((expected_losses(chances) - expected_losses(shifted(chances, prior))).mean())
    return KindEffect(
        kind=kind,
        drawn=int(which.sum()),
        rated_called=int((rated & ledger.is_drawn).sum()),
        rated_left=int((rated & ~ledger.is_drawn).sum()),
        points=effect_on_points(ledger, rated),
        dissatisfied=effect_on_dissatisfaction(ledger, rated),
        expected=expected,
        shift=None if kind is None else in_force.shifts[kind],
        basis=None if kind is None else in_force.bases[kind],
    )


def _counts(arm: Ledger) -> ArmCounts:
    done = arm.is_done.sum(axis=0).tolist()
    return ArmCounts(
        drawn=len(arm),
        called=int(arm.is_called.sum()),
        called_back=int((arm.called_back_at != NO_TIME).sum()),
        rated=int(arm.is_rated.sum()),
        done=dict(zip(STEPPED_IN, done, strict=True)),
    )


def _answering(ledger: Ledger) -> tuple[float, float, float] | None:
    called_back = ledger.take(ledger.called_back_at != NO_TIME)
    arms = [called_back.is_rated[called_back.is_drawn == arm] for arm in (True, False)]
    if not all(len(arm) for arm in arms):
        return None
    shares = [float(arm.mean()) for arm in arms]
    error = np.sqrt(sum(share * (1 - share) / len(arm) for share, arm in zip(shares, arms, strict=True)))
    difference, width = shares[0] - shares[1], float(norm.ppf(0.975) * error)
    return difference, difference - width, difference + width
