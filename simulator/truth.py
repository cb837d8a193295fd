"""truth.csv: each order's true chance of 不满意, which no extract of a real district holds."""

from pathlib import Path

import numpy as np

from simulator.aftercare import Aftercare
from simulator.behaviour import EFFECTS
from simulator.chance import NO_RATING, Evidence, chance_at_most, observable_chance
from simulator.circumstances import PUT_RIGHT, stepping_in
from simulator.clock import Numbers
from simulator.extract import write_table
from simulator.intake import Intake
from simulator.journey import Journey

Rounds = list[tuple[Journey, Aftercare]]


def evidence_before_call(rounds: Rounds, number: int) -> tuple[Evidence, ...]:
    """What the offices had heard of a round's orders before the city called in it."""
    journey, care = rounds[number]
    found = [Evidence(care.early_score, np.where(care.heard_by_district, care.district.rating, NO_RATING))]
    for earlier, then in rounds[:number]:
        place = np.searchsorted(earlier.order, journey.order)
        found.append(Evidence(then.early_score[place], then.district.rating[place]))
        found.append(Evidence(then.score[place], then.city.rating[place]))
    return tuple(found)


def put_right_effect(
    intake: Intake, journey: Journey, care: Aftercare, evidence: tuple[Evidence, ...]
) -> Numbers:
    """What stepping in changes about the observable P(不满意): with it less without it."""
    everywhere = stepping_in(journey, intake, np.ones(len(journey.order), dtype=bool))
    without = care.score - _put_right_score(care.columns)
    helped = observable_chance(without + _put_right_score(everywhere), evidence)
    return helped - observable_chance(without, evidence)


def _put_right_score(columns: dict[str, Numbers]) -> Numbers:
    return np.sum([EFFECTS[name] * columns[name] for name in PUT_RIGHT], axis=0)


def write_truth(path: Path, intake: Intake, rounds: Rounds, names: np.ndarray) -> None:
    """A row for each order and round, whether or not it was called back; `轮次` counts from 1.

    `p_full` knows temper and chance; `p_observable` averages over them, as of just before the city's
    call; `put_right_effect` is what stepping in changes about `p_observable`.
    """
    orders: list[str] = []
    numbers: list[int] = []
    chances: list[list[str]] = [[], [], []]
    for number, (journey, care) in enumerate(rounds):
        evidence = evidence_before_call(rounds, number)
        orders += names[journey.order].tolist()
        numbers += [journey.number] * len(journey.order)
        for column, chance in zip(
            chances,
            (
                chance_at_most(care.score + care.hidden, 0),
                observable_chance(care.score, evidence),
                put_right_effect(intake, journey, care, evidence),
            ),
            strict=True,
        ):
            column += [f"{value:.6f}" for value in chance.tolist()]
    full, observable, effect = chances
    write_table(
        path,
        {
            "工单编号": orders,
            "轮次": numbers,
            "p_full": full,
            "p_observable": observable,
            "put_right_effect": effect,
        },
    )
