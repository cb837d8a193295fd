"""The planted truth: what makes a citizen dissatisfied, each cause with its coefficient.

A rating is drawn from an ordered logit: the sum of all causes, the caller's hidden temper and the
order's own chance, cut at three thresholds. `python -m simulator.behaviour` prints the causes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.clock import Numbers
from simulator.themes import THEMES

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
    Cause("is_promise_broken", SPEED, 1.30, "closed after the promised date: a step, however late"),
    Cause("is_contact_late", SPEED, 0.55, "no first contact within one working day of the round's opening"),
    Cause("returns", SPEED, 0.45, "each time the order was returned (first round)"),
    Cause("urges", SPEED, 0.30, "each time the citizen urged in the round, at most three"),
    Cause("is_explained", OUTCOME, 1.10, "closed as 解释说明, not 实际解决"),
    Cause(
        "is_structural", OUTCOME, 0.55, "the fund was asked for where no assembly or no account can give it"
    ),
    Cause("is_referred", OUTCOME, 0.25, "referred to a third party's paid repair"),
    Cause("is_visited", OUTCOME, -0.30, "somebody came and saw"),
    Cause("is_firm_called", OUTCOME, -0.25, "the firm itself called after closing"),
    Cause("put_right_repair", OUTCOME, -1.20, "stepped in on a repair: what is broken can be mended"),
    Cause("put_right_service", OUTCOME, -0.70, "stepped in on a complaint about service: an apology helps"),
    Cause("put_right_other", OUTCOME, -0.30, "stepped in on any other complaint"),
    Cause("put_right_structural", OUTCOME, 0.00, "stepped in on a structural block: a call cures nothing"),
    Cause("company_slack", HANDS, 0.40, "the closing firm's slack, in standard deviations of firms"),
    Cause("manager_slack", HANDS, 0.15, "the closing manager's slack, in standard deviations of managers"),
    Cause("is_complaint", PAST, 0.25, "a complaint, not a repair"),
    Cause("is_second_report", PAST, 0.30, "the caller's same matter once before in 180 days"),
    Cause("is_third_report", PAST, 0.75, "the caller's same matter at least twice before in 180 days"),
    Cause("is_redispatched", PAST, 0.50, "a later round of the same order"),
    Cause("has_petition", PAST, 0.60, "a petition number was matched"),
    *(Cause(f"says_{t.name}", WORDS, t.effect, f"says “{t.phrases[0]}” or the like") for t in THEMES),
)
EFFECTS = {cause.name: cause.effect for cause in CAUSES}
#: The sum of causes at which half of the citizens rate at most 不满意, 一般, 基本满意.
THRESHOLDS = (4.80, 4.35, 3.50)
#: Nobody can observe these two: the caller's temper and the order's own chance (standard deviations).
TEMPER_SPREAD, ORDER_SPREAD = 1.05, 0.85


def group_scores(columns: Mapping[str, Numbers]) -> dict[str, Numbers]:
    """What each group of causes adds, for columns that hold every cause by its name."""
    scores: dict[str, Numbers] = {}
    for cause in CAUSES:
        added = cause.effect * columns[cause.name]
        scores[cause.group] = scores[cause.group] + added if cause.group in scores else added
    return scores


def total_score(columns: Mapping[str, Numbers]) -> Numbers:
    """The observable part of the log-odds, before thresholds."""
    speed, *others = group_scores(columns).values()
    for added in others:
        speed = speed + added
    return speed


def causes_table() -> str:
    """The causes as a table for the docs."""
    rows = [f"| `{c.name}` | {c.group} | {c.effect:+.2f} | {c.meaning} |" for c in CAUSES]
    return "\n".join(["| cause | group | effect | meaning |", "|---|---|---|---|", *rows])


if __name__ == "__main__":
    print(causes_table())
