"""The causes as they stood for each order: one column for each, by its name in behaviour.CAUSES."""

from collections.abc import Mapping

import numpy as np

from simulator import categories
from simulator.clock import DAY, NEVER, Flags, Numbers, Times
from simulator.intake import Intake
from simulator.journey import Journey
from simulator.themes import THEME_NAMES

PUT_RIGHT = ("put_right_repair", "put_right_service", "put_right_other", "put_right_structural")


def _numbers(flags: Mapping[str, np.ndarray]) -> dict[str, Numbers]:
    return {name: np.asarray(flag, dtype=np.float64) for name, flag in flags.items()}


def _speed(journey: Journey) -> dict[str, np.ndarray]:
    return {
        "log_days": np.log1p((journey.closed - journey.opened) / DAY),
        "is_overdue": journey.closed > journey.due,
        "is_promise_broken": journey.closed > journey.promised,
        "is_contact_late": journey.contacted > journey.contact_due,
        "returns": (journey.returned < NEVER).sum(axis=1),
        "urges": (journey.urged < NEVER).sum(axis=1),
    }


def _outcome(journey: Journey) -> dict[str, np.ndarray]:
    return {
        "is_explained": ~journey.is_resolved,
        "is_structural": journey.is_structural,
        "is_referred": journey.referred < NEVER,
        "is_visited": journey.visited < NEVER,
    }


def _past(journey: Journey, intake: Intake) -> dict[str, np.ndarray]:
    earlier = intake.earlier_reports[journey.order]
    return {
        "is_complaint": ~categories.IS_REPAIR[intake.true_category[journey.order]],
        "is_second_report": earlier == 1,
        "is_third_report": earlier >= 2,
        "is_redispatched": np.full(len(earlier), journey.number > 1),
        "has_petition": intake.has_petition[journey.order],
    }


def circumstances(journey: Journey, intake: Intake, firm_called: Times) -> dict[str, Numbers]:
    """Every cause of one round as it stood once the firm had called, nobody having stepped in yet."""
    themes = intake.themes[journey.order]
    hands = {"company_slack": journey.company_slack, "manager_slack": journey.manager_slack}
    words = {f"says_{name}": themes[:, column] for column, name in enumerate(THEME_NAMES)}
    called = {"is_firm_called": firm_called < NEVER}
    nobody = dict.fromkeys(PUT_RIGHT, np.zeros(len(journey.order)))
    return _numbers(
        {
            **_speed(journey),
            **_outcome(journey),
            **called,
            **nobody,
            **hands,
            **_past(journey, intake),
            **words,
        }
    )


def stepping_in(journey: Journey, intake: Intake, is_put_right: Flags) -> dict[str, Numbers]:
    """The columns of stepping in, told apart by the kind of order it met."""
    category = intake.true_category[journey.order]
    is_repair, is_service = categories.IS_REPAIR[category], categories.IS_ABOUT_SERVICE[category]
    is_open = is_put_right & ~journey.is_structural
    kinds = (
        is_open & is_repair,
        is_open & is_service,
        is_open & ~is_repair & ~is_service,
        is_put_right & journey.is_structural,
    )
    return _numbers(dict(zip(PUT_RIGHT, kinds, strict=True)))
