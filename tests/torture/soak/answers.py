"""What an answer of the service has to be like, held against what was acknowledged before."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hotline.lifecycle import STAGE_AFTER, EventType, Stage

#: What happens to each order, one after the other; each is to be seen in the stage of the next score.
COURSE = (
    EventType.DISPATCHED,
    EventType.ACCEPTED,
    EventType.CONTACTED,
    EventType.VISITED,
    EventType.CLOSED,
    EventType.FIRM_CALLED,
)
STAGES: tuple[Stage, ...] = (Stage.RECEIVED, *(STAGE_AFTER[event] for event in COURSE))
#: Probabilities are floating-point numbers.
_ROUNDING = 1e-9


@dataclass
class Life:
    """An order of ours: how many steps of its course were sent, and how many acknowledged."""

    order_id: str
    sent: int = 0
    kept: int = 0
    #: When its rated callback was acknowledged, of the monotonic clock: from then on nobody waits for it.
    over_at: float = math.inf


def wrong_score(
    score: Mapping[str, Any], order_id: str | None = None, reasons: bool | None = None
) -> str | None:
    """What cannot be right about a score by itself; None where nothing is found."""
    chances = list(score["probabilities"].values())
    if len(chances) != 4 or not all(0 <= p <= 1 for p in chances) or abs(sum(chances) - 1) > _ROUNDING:
        return f"probabilities {chances}"
    if score["dissatisfied"] != chances[0]:
        return f"P(不满意) is told as {score['dissatisfied']} and as {chances[0]}"
    if order_id not in (None, score["order_id"]):
        return f"asked for {order_id}, told of {score['order_id']}"
    if reasons is not None and bool(score["reasons"]) != reasons:
        return f"{len(score['reasons'])} reasons where {'some' if reasons else 'none'} were asked for"
    return None


def wrong_stage(stage: str, life: Life, kept_when_asked: int) -> str | None:
    """None where the stage knows every step acknowledged before the question, and none that was not sent."""
    possible = {STAGES[step].value for step in range(kept_when_asked, life.sent + 1)}
    return None if stage in possible else f"{life.order_id} stands at {stage}, not at {sorted(possible)}"


def wrong_page(orders: Iterable[Mapping[str, Any]], lives: Mapping[str, Life], asked_at: float) -> str | None:
    """None where a worklist page goes from high to low, and nobody is on it who was called back before."""
    risks, ids = [], set()
    for score in orders:
        if wrong := wrong_score(score):
            return wrong
        risks.append(score["dissatisfied"])
        ids.add(score["order_id"])
    if risks != sorted(risks, reverse=True):
        return "the worklist does not go from high to low"
    done = [order_id for order_id in ids if order_id in lives and lives[order_id].over_at < asked_at]
    return f"{done[0]} is in the worklist after its callback" if done else None
