"""What changed about an order after its intake: its hands, its category, its deadline."""

from dataclasses import dataclass

import numpy as np

from simulator.city import City
from simulator.clock import EXTRACT_AT, NEVER, Codes, Times
from simulator.intake import Intake
from simulator.journey import Journey

_SAME = -1


@dataclass(frozen=True)
class Changes:
    """One change a place; −1 and NEVER where a field stays as it was."""

    order: Codes
    at: Times
    company: Codes
    manager: Codes
    category: Codes
    due: Times

    def __len__(self) -> int:
        return len(self.order)


def _changes(order: Codes, at: Times, **fields: np.ndarray) -> Changes:
    same = np.full(len(order), _SAME)
    never = np.full(len(order), NEVER)
    columns = {"company": same, "manager": same, "category": same, "due": never} | fields
    return Changes(order, at, **columns)


def _handovers(city: City, intake: Intake, journey: Journey, since: Times) -> Changes:
    """Communities that changed hands after `since`: known at once, or when the round opens if later."""
    community = intake.community[journey.order]
    handover = city.handover_at[community]
    rows = np.flatnonzero((handover > since) & (handover <= journey.closed))
    at = np.maximum(handover, journey.opened)[rows]
    company, manager = city.keepers(community[rows], at)
    return _changes(journey.order[rows], at, company=company, manager=manager)


def _redirections(city: City, intake: Intake, journey: Journey) -> Changes:
    """Misaddressed orders, given to the right firm when they are dispatched again."""
    rows = np.flatnonzero(intake.is_misaddressed[journey.order])
    order, at = journey.order[rows], journey.dispatched[rows, 1]
    company, manager = city.keepers(intake.community[order], at)
    return _changes(order, at, company=company, manager=manager)


def _refilings(intake: Intake, journey: Journey) -> Changes:
    """Wrong categories, put right when somebody has seen the order."""
    category = intake.true_category[journey.order]
    rows = np.flatnonzero(intake.category[journey.order] != category)
    seen = np.where(journey.visited < NEVER, journey.visited, journey.accepted)
    return _changes(journey.order[rows], seen[rows], category=category[rows])


def _deadlines(journey: Journey) -> Changes:
    """Granted extensions, and the deadline that a re-dispatch brings."""
    if journey.number > 1:
        return _changes(journey.order, journey.opened, due=journey.due)
    rows = np.flatnonzero(journey.extended < NEVER)
    return _changes(journey.order[rows], journey.extended[rows], due=journey.due[rows])


def _all_changes(city: City, intake: Intake, journeys: list[Journey]) -> list[Changes]:
    first, *later = journeys
    parts = [_redirections(city, intake, first), _refilings(intake, first)]
    parts += [_deadlines(journey) for journey in journeys]
    parts.append(_handovers(city, intake, first, first.opened))
    parts += [_handovers(city, intake, journey, first.closed[journey.order]) for journey in later]
    return parts


def log_changes(city: City, intake: Intake, journeys: list[Journey]) -> Changes:
    """All changes up to the extract, by order and time."""
    parts = _all_changes(city, intake, journeys)
    columns = [np.concatenate([getattr(p, name) for p in parts]) for name in Changes.__dataclass_fields__]
    placed = np.lexsort((columns[1], columns[0]))
    placed = placed[columns[1][placed] <= EXTRACT_AT]
    return Changes(*(column[placed] for column in columns))
