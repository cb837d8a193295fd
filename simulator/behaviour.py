"""The planted truth: what makes a citizen dissatisfied, each cause with its coefficient.

A rating is drawn from an ordered logit: the sum of all causes, the caller's hidden temper and the
order's own chance, cut at three thresholds.
"""

from dataclasses import dataclass

import numpy as np

from simulator.clock import Numbers
from simulator.phrases import THEMES

SPEED, OUTCOME, WORDS, HANDS, PAST = "speed", "outcome", "words", "hands", "past"


@dataclass(frozen=True)
class Cause:
    """One cause: what a unit of it adds to the log-odds of a worse rating."""

    name: str
    group: str
    effect: float
    meaning: str


CAUSES = (
    Cause("log_days", SPEED, 0.75, "log(1 + days from the round's opening to its closing)"),
    Cause("is_overdue", SPEED, 0.75, "closed after the deadline then in force"),
    Cause("is_promise_broken", SPEED, 1.20, "closed after the promised date: a step, however late"),
    Cause("is_contact_late", SPEED, 0.55, "no first contact within one working day of the round's opening"),
    Cause("returns", SPEED, 0.45, "each time the order was returned (first round)"),
    Cause("urges", SPEED, 0.30, "each time the citizen urged, at most three"),
    Cause("is_explained", OUTCOME, 0.95, "closed as 解释说明, not 实际解决"),
    Cause(
        "is_structural", OUTCOME, 0.55, "the fund was asked for where no assembly or no account can give it"
    ),
    Cause("is_referred", OUTCOME, 0.25, "referred to a third party's paid repair"),
    Cause("is_visited", OUTCOME, -0.25, "somebody came and saw"),
    Cause("is_firm_called", OUTCOME, -0.25, "the firm itself called after closing"),
    Cause("put_right_repair", OUTCOME, -1.20, "stepped in on a repair: what is broken can be mended"),
    Cause("put_right_service", OUTCOME, -0.70, "stepped in on a complaint about service: an apology helps"),
    Cause("put_right_other", OUTCOME, -0.30, "stepped in on any other complaint"),
    Cause("put_right_structural", OUTCOME, 0.00, "stepped in on a structural block: a call cures nothing"),
    Cause("company_slack", HANDS, 0.45, "the closing firm's slack, in standard deviations"),
    Cause("manager_slack", HANDS, 0.15, "the closing manager's slack, in standard deviations"),
    Cause("is_complaint", PAST, 0.25, "a complaint, not a repair"),
    Cause("is_second_report", PAST, 0.30, "the caller's same matter once before in 180 days"),
    Cause("is_third_report", PAST, 0.75, "the caller's same matter at least twice before"),
    Cause("is_redispatched", PAST, 0.50, "a later round of the same order"),
    Cause("has_petition", PAST, 0.60, "a petition number was matched"),
    *(Cause(f"says_{t.name}", WORDS, t.effect, f"says e.g. “{t.phrases[0]}”") for t in THEMES),
)
#: The sum of causes at which half of the citizens rate at most 不满意, 一般, 基本满意.
THRESHOLDS = np.array([4.75, 4.25, 3.35])
#: Nobody can observe these two: the caller's temper and the order's own chance (standard deviations).
TEMPER_SPREAD, ORDER_SPREAD = 0.95, 0.75
HIDDEN_SPREAD = float(np.hypot(TEMPER_SPREAD, ORDER_SPREAD))

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(31)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


def group_scores(columns: dict[str, Numbers]) -> dict[str, Numbers]:
    """What each group of causes adds, for columns that hold every cause by its name."""
    scores: dict[str, Numbers] = {}
    for cause in CAUSES:
        scores[cause.group] = scores.get(cause.group, 0.0) + cause.effect * columns[cause.name]
    return scores


def total_score(columns: dict[str, Numbers]) -> Numbers:
    """The observable part of the log-odds, before thresholds."""
    return sum(group_scores(columns).values(), start=np.zeros(1))


def chance_at_most(score: Numbers, level: int) -> Numbers:
    """P(rating ≤ level) for the sum of everything, hidden parts included."""
    return 1.0 / (1.0 + np.exp(THRESHOLDS[level] - score))


def draw_ratings(rng: np.random.Generator, score: Numbers) -> np.ndarray:
    """A rating (0 不满意 … 3 满意) for each sum of everything."""
    chance = rng.random(len(score))
    return np.sum([chance > chance_at_most(score, level) for level in range(3)], axis=0)


@dataclass(frozen=True)
class Evidence:
    """A rating already given for the same order: it tells something of what is hidden.

    `rating` is −1 where there was none.
    """

    score: Numbers
    rating: np.ndarray

    def likelihood(self, hidden: float) -> Numbers:
        """P(this rating) if the hidden part were `hidden`; 1 where there was none."""
        at_most = [np.zeros(len(self.score)), *(chance_at_most(self.score + hidden, k) for k in range(3))]
        at_most.append(np.ones(len(self.score)))
        table = np.diff(np.stack(at_most), axis=0)
        given = table[np.maximum(self.rating, 0), np.arange(len(self.score))]
        return np.where(self.rating < 0, 1.0, given)


def observable_chance(score: Numbers, evidence: tuple[Evidence, ...] = ()) -> Numbers:
    """P(不满意) averaged over temper and chance, given what earlier callbacks of the order said."""
    total, mass = np.zeros(len(score)), np.zeros(len(score))
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        hidden = node * HIDDEN_SPREAD
        known = np.full(len(score), weight)
        for piece in evidence:
            known = known * piece.likelihood(hidden)
        mass += known
        total += known * chance_at_most(score + hidden, 0)
    return total / mass
