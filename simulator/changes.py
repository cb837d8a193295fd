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


def _of_round(city: City, intake: Intake, journey: Journey) -> list[Changes]:
    order, community = journey.order, intake.community[journey.order]
    handover = city.handover_at[community]
    is_handed_over = np.flatnonzero((handover > journey.opened) & (handover <= journey.closed))
    company, manager = city.keepers(community, np.minimum(handover, EXTRACT_AT))
    extended = np.flatnonzero(journey.extended < NEVER)
    found = [
        _changes(
            order[is_handed_over],
            handover[is_handed_over],
            company=company[is_handed_over],
            manager=manager[is_handed_over],
        ),
        _changes(order[extended], journey.extended[extended], due=journey.due[extended]),
    ]
    if journey.number > 1:
        return [*found, _changes(order, journey.opened, due=journey.due)]
    stray = np.flatnonzero(intake.is_misaddressed[order])
    redirected = journey.dispatched[stray, 1]
    company, manager = city.keepers(community[stray], redirected)
    found.append(_changes(order[stray], redirected, company=company, manager=manager))
    category = intake.true_category[order]
    misfiled = np.flatnonzero(intake.category[order] != category)
    seen = np.where(journey.visited < NEVER, journey.visited, journey.accepted)
    return [*found, _changes(order[misfiled], seen[misfiled], category=category[misfiled])]


def log_changes(city: City, intake: Intake, journeys: list[Journey]) -> Changes:
    """All changes up to the extract, by order and time."""
    parts = [part for journey in journeys for part in _of_round(city, intake, journey)]
    columns = [np.concatenate([getattr(p, name) for p in parts]) for name in Changes.__dataclass_fields__]
    placed = np.lexsort((columns[1], columns[0]))
    placed = placed[columns[1][placed] <= EXTRACT_AT]
    return Changes(*(column[placed] for column in columns))
