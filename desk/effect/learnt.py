"""What the ledger teaches the queue: by kind of call, once an effect is certain; until then what was assumed."""

from datetime import datetime

import numpy as np
from scipy.optimize import brentq

from desk.effect.estimate import Estimate, effect_of_calling
from desk.effect.ledger import Ledger
from desk.queue.effects import PRIOR, Basis, CallKind, Effects
from desk.queue.gain import expected_losses, shifted
from desk.rounds import Rounds
from features.arrays import Floats, Mask
from features.chronicle import Chronicle
from features.log import Log
from hotline.calendar import to_micros
from hotline.lifecycle import OfficialCaller
from hotline.satisfaction import WEIGHTS, Rating
from store.database import Store
from store.draws import drawn_since

#: No call moves the log-odds of a worse rating by more than this.
MOST = 6.0
_POINTS = np.array(WEIGHTS)


def ledger_of(store: Store, at: datetime, label_caller: OfficialCaller | None = None) -> Ledger:
    """The ledger of a store as it was known at a moment."""
    drawn = [row for row in drawn_since(store.engine, 0) if row.drawn_at <= to_micros(at)]
    frames = store.frames(sorted({row.order_id for row in drawn}), known_until=to_micros(at))
    calls = (frames["callbacks"][name].tolist() for name in ("order_id", "callback_id", "happened_at"))
    made_at = {(order_id, name): made for order_id, name, made in zip(*calls, strict=True)}
    log = Log.of(frames, store.attributes(), label_caller)
    return Ledger.of(drawn, Rounds.of(Chronicle.of(log), to_micros(at)), made_at)


def effect_on_points(ledger: Ledger, rows: Mask) -> Estimate | None:
    """What calling changes about 满意率 (0–1) among some rated orders of the ledger."""
    points = _POINTS[ledger.rating[rows].astype(int)]
    return _effect(ledger, rows, points, ledger.probabilities[rows] @ _POINTS)


def effect_on_dissatisfaction(ledger: Ledger, rows: Mask) -> Estimate | None:
    """What calling changes about P(不满意) among some rated orders of the ledger."""
    is_bad = (ledger.rating[rows] == Rating.DISSATISFIED).astype(float)
    return _effect(ledger, rows, is_bad, ledger.probabilities[rows, 0])


def _effect(ledger: Ledger, rows: Mask, outcome: Floats, foreseen: Floats) -> Estimate | None:
    some = ledger.take(rows)
    return effect_of_calling(outcome, foreseen, some.is_drawn, some.chance, some.is_called, some.matter)


def learnt(ledger: Ledger) -> Effects:
    """The effects to go by: measured where that is certain, assumed elsewhere.

    Certain is what clears zero in the interval that holds at every look, because the queue looks every day. Where
    only all kinds together are certain, what was assumed of each is scaled to what was measured of all.
    """
    shifts, bases = dict(PRIOR), dict.fromkeys(CallKind, Basis.ASSUMED)
    together = effect_on_points(ledger, ledger.is_rated)
    if together is not None and together.clears_zero:
        scale = _scale(ledger.take(ledger.is_rated), together.value)
        shifts = {kind: scale * shift for kind, shift in PRIOR.items()}
        bases = dict.fromkeys(CallKind, Basis.MEASURED_TOGETHER)
    for kind in CallKind:
        rows = ledger.is_rated & (ledger.kind == kind.value)
        found = effect_on_points(ledger, rows)
        if found is not None and found.clears_zero:
            everywhere = np.ones(int(rows.sum()))
            shifts[kind] = factor_for(ledger.probabilities[rows], everywhere, found.value, MOST)
            bases[kind] = Basis.MEASURED
    return Effects(shifts, bases)


def _scale(rated: Ledger, points: float) -> float:
    """By what the assumed effects are multiplied to change 满意率 by so many points among these."""
    assumed = np.array([PRIOR[CallKind(kind)] for kind in rated.kind])
    return factor_for(rated.probabilities, assumed, points, MOST / float(np.abs(assumed).max()))


def factor_for(probabilities: Floats, shift: Floats, points: float, most: float) -> float:
    """The factor of these shifts of log-odds with which calls change 满意率 by so many points (0–1) on average.

    Points that no factor between -`most` and `most` can bring are taken for the most that one can.

    >>> chances = np.array([[0.3, 0.0, 0.0, 0.7]])
    >>> round(factor_for(chances, np.ones(1), 0.1, 6.0), 3)
    -0.539
    """
    left = expected_losses(probabilities)

    def missing(factor: float) -> float:
        return float((left - expected_losses(shifted(probabilities, factor * shift))).mean()) - points

    ends = missing(-most), missing(most)
    if ends[0] * ends[1] >= 0:
        return min((-most, most), key=lambda factor: abs(missing(factor)))
    return float(brentq(missing, -most, most))


def learnt_of(store: Store, at: datetime, label_caller: OfficialCaller | None) -> Effects:
    """The same of a store; what is assumed where nothing was ever drawn."""
    if not drawn_since(store.engine, 0):
        return Effects()
    return learnt(ledger_of(store, at, label_caller))
