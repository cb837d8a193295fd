"""The rounds as a log of events: what happened when, when it was entered, by whom."""

from dataclasses import dataclass

import numpy as np

from hotline.lifecycle import EventType, rank
from simulator.aftercare import Aftercare
from simulator.city import City
from simulator.clock import DAY, EXTRACT_AT, HOUR, NEVER, Codes, Flags, Times
from simulator.intake import FIRM_DESK, Intake
from simulator.journey import Journey
from simulator.names import STREETS

#: The hotline's desk and its agents.
_HOTLINE = "12345热线"
_AGENTS = 5
#: Minutes from an event to its entry: most at once, field work often later.
_DESK_MINUTES, _FIELD_MINUTES, _FIELD_SPREAD = 3.0, 25.0, 1.2
_FIELD = (
    EventType.CONTACTED,
    EventType.VISITED,
    EventType.REPAIRING,
    EventType.REFERRED,
    EventType.EXPLAINED,
)
_BY_DESK = (EventType.DISPATCHED, EventType.URGED, EventType.ARCHIVED)
_BY_STREET = (EventType.SUPERVISED, EventType.REDISPATCHED, EventType.FUND_APPROVED)
#: Days after closing when the round of an order that nobody called back is put away.
_ARCHIVED_AFTER_DAYS = 20


@dataclass(frozen=True)
class Hands:
    """Names of everyone who enters events, and the office each belongs to; codes point into both."""

    actors: np.ndarray
    groups: np.ndarray
    group_of: Codes
    first_handler: int
    first_agent: int


@dataclass(frozen=True)
class EventLog:
    """Events by order and time; `type` points into EventType's members."""

    order: Codes
    type: Codes
    happened: Times
    known: Times
    actor: Codes
    promised: Times
    is_resolved: np.ndarray

    def __len__(self) -> int:
        return len(self.order)


def hands_of(city: City) -> Hands:
    """Managers first, then one handler a street, then the agents of the hotline."""
    handlers = np.array([f"{street[:2]}处置员" for street in STREETS], dtype=object)
    agents = [f"热线坐席{n + 1:02d}" for n in range(_AGENTS)]
    managers = len(city.managers)
    groups = np.concatenate([city.companies, np.array([*STREETS, _HOTLINE], dtype=object)])
    streets = len(city.companies) + np.arange(len(STREETS))
    desk = np.full(_AGENTS, len(groups) - 1)
    return Hands(
        actors=np.concatenate([city.managers, handlers, np.array(agents, dtype=object)]),
        groups=groups,
        group_of=np.concatenate([city.manager_company, streets, desk]),
        first_handler=managers,
        first_agent=managers + len(STREETS),
    )


def _milestones(journey: Journey, care: Aftercare, is_official: Flags) -> list[tuple[EventType, Times]]:
    """Every event of a round with its times; never-times are left out later."""
    again = np.where(journey.number > 1, journey.opened, NEVER)
    is_put_away = is_official & (care.city.at == NEVER)
    archived = np.where(is_put_away, journey.closed + _ARCHIVED_AFTER_DAYS * DAY, NEVER)
    return [
        *((EventType.DISPATCHED, column) for column in journey.dispatched.T),
        *((EventType.RETURNED, column) for column in journey.returned.T),
        (EventType.REDISPATCHED, again),
        (EventType.ACCEPTED, journey.accepted),
        (EventType.CONTACTED, journey.contacted),
        (EventType.VISITED, journey.visited),
        (EventType.REPAIRING, journey.repairing),
        (EventType.DELAYED, journey.delayed),
        (EventType.DELAY_ENDED, journey.delay_ended),
        (EventType.ESCALATED, journey.escalated),
        (EventType.REFERRED, journey.referred),
        (EventType.FUND_REQUESTED, journey.fund_requested),
        (EventType.FUND_APPROVED, journey.fund_approved),
        *((EventType.URGED, column) for column in journey.urged.T),
        (EventType.SUPERVISED, journey.supervised),
        (EventType.EXPLAINED, journey.explained),
        (EventType.CLOSED, journey.closed),
        (EventType.FIRM_CALLED, care.firm_called),
        (EventType.PUT_RIGHT, care.put_right),
        (EventType.ARCHIVED, archived),
    ]


def _actors(
    rng: np.random.Generator,
    kind: EventType,
    happened: Times,
    city: City,
    intake: Intake,
    journey: Journey,
    hands: Hands,
) -> Codes:
    """Who entered each event: an agent, the street's handler, or the manager in charge just then."""
    community = intake.community[journey.order]
    if kind in _BY_DESK:
        return hands.first_agent + rng.integers(0, _AGENTS, len(happened))
    if kind in _BY_STREET:
        return hands.first_handler + city.street[community]
    if kind is EventType.RETURNED:
        return intake.manager[journey.order]
    return city.keepers(community, happened)[1]


def _entered(rng: np.random.Generator, kind: EventType, happened: Times, journey: Journey) -> Times:
    """When an event was entered: after it happened, and what precedes the closing before the closing."""
    count = len(happened)
    if kind in _FIELD:
        minutes = np.exp(rng.normal(np.log(_FIELD_MINUTES), _FIELD_SPREAD, count))
    else:
        minutes = rng.exponential(_DESK_MINUTES, count)
    entered = happened + np.minimum(minutes * 60, 30 * HOUR).astype(np.int64)
    is_before_closing = happened < journey.closed
    return np.where(is_before_closing, np.minimum(entered, journey.closed), entered)


def _round_log(
    rng: np.random.Generator, city: City, intake: Intake, journey: Journey, care: Aftercare, hands: Hands
) -> EventLog:
    parts: list[tuple[np.ndarray, ...]] = []
    types = list(EventType)
    for kind, happened in _milestones(journey, care, intake.source[journey.order] != FIRM_DESK):
        known = _entered(rng, kind, happened, journey)
        actor = _actors(rng, kind, happened, city, intake, journey, hands)
        rows = np.flatnonzero((happened < NEVER) & (known <= EXTRACT_AT))
        never = np.full(len(rows), NEVER)
        promised = journey.promised[rows] if kind is EventType.DELAYED else never
        verdict = journey.is_resolved[rows] if kind is EventType.CLOSED else np.full(len(rows), -1)
        code = np.full(len(rows), types.index(kind))
        parts.append((journey.order[rows], code, happened[rows], known[rows], actor[rows], promised, verdict))
    return EventLog(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def log_events(
    rng: np.random.Generator,
    city: City,
    intake: Intake,
    rounds: list[tuple[Journey, Aftercare]],
    hands: Hands,
) -> EventLog:
    """The events of all rounds that were entered by the time of the extract, by order and time."""
    logs = [_round_log(rng, city, intake, journey, care, hands) for journey, care in rounds]
    columns = [np.concatenate([getattr(log, name) for log in logs]) for name in EventLog.__dataclass_fields__]
    ranks = np.array([rank(kind.value) for kind in EventType])
    placed = np.lexsort((ranks[columns[1]], columns[2], columns[0]))
    return EventLog(*(column[placed] for column in columns))
