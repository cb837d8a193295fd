"""truth.csv: each order's true chance of 不满意, which no extract of a real district holds."""

from pathlib import Path

import numpy as np

from simulator.aftercare import Aftercare
from simulator.behaviour import Evidence, chance_at_most, observable_chance
from simulator.clock import Numbers
from simulator.extract import write_table
from simulator.journey import Journey


def _district_evidence(care: Aftercare) -> Evidence:
    """What 962121 had already heard, and entered, when the city called."""
    is_known = care.district.known < care.city.at
    return Evidence(care.early_score, np.where(is_known, care.district.rating, -1))


def _earlier_evidence(rounds: list[tuple[Journey, Aftercare]], order: np.ndarray) -> tuple[Evidence, ...]:
    """What both offices had heard of these orders in earlier rounds; `order` places them."""
    found: list[Evidence] = []
    for journey, care in rounds:
        place = np.searchsorted(journey.order, order)
        found.append(Evidence(care.early_score[place], care.district.rating[place]))
        found.append(Evidence(care.score[place], care.city.rating[place]))
    return tuple(found)


def true_chances(rounds: list[tuple[Journey, Aftercare]], number: int) -> tuple[Numbers, Numbers]:
    """P(不满意) of a round with everything known, and with only what could be observed before the call."""
    journey, care = rounds[number]
    evidence = (*_earlier_evidence(rounds[:number], journey.order), _district_evidence(care))
    return chance_at_most(care.score + care.hidden, 0), observable_chance(care.score, evidence)


def write_truth(path: Path, rounds: list[tuple[Journey, Aftercare]], names: np.ndarray) -> None:
    """Write a row for each order and round, whether or not it was ever called back."""
    rows: dict[str, list[object]] = {"工单编号": [], "轮次": [], "p_full": [], "p_observable": []}
    for number, (journey, _) in enumerate(rounds):
        full, observable = true_chances(rounds, number)
        rows["工单编号"] += names[journey.order].tolist()
        rows["轮次"] += [journey.number] * len(full)
        rows["p_full"] += [f"{p:.6f}" for p in full.tolist()]
        rows["p_observable"] += [f"{p:.6f}" for p in observable.tolist()]
    write_table(path, dict(rows))
