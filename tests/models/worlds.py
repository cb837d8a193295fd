"""Small logs with a planted cause, or with none, for tests of what is learnt."""

import numpy as np

from features.catalogue import feature_set
from features.definition import FeatureSet
from features.history import History
from features.log import Log
from tests.builders import Records, a_callback, an_event, an_order, at


def a_log(orders: int, effect: float, seed: int = 0, levels: bool = True) -> Log:
    """Orders a few hours apart; `effect` is the log-odds that each urging adds to 不满意."""
    rng = np.random.default_rng(seed)
    rows: list[Records] = []
    for number in range(orders):
        name, start = f"{number:05d}", number * 0.1
        urged = int(rng.integers(0, 4))
        rows.append(an_order(name, at(start), company=f"公司{number % 5}", category=f"类{number % 3}"))
        rows += [an_event(name, "urged", at(start, hours=2 + n)) for n in range(urged)]
        rows.append(an_event(name, "closed", at(start, hours=30)))
        bad = rng.random() < 1 / (1 + np.exp(2.0 - effect * (urged - 1.0)))
        rating = 0 if bad else (int(rng.integers(1, 4)) if levels else 3)
        rows.append(a_callback(name, at(start, hours=60), rating=rating))
    return _added(rows).log()


def _added(rows: list[Records]) -> Records:
    return Records(
        tuple(row for r in rows for row in r.orders),
        tuple(row for r in rows for row in r.events),
        tuple(row for r in rows for row in r.callbacks),
    )


def a_history(orders: int, effect: float, seed: int = 0, levels: bool = True) -> tuple[History, FeatureSet]:
    """The same as a history with the features it calls for."""
    log = a_log(orders, effect, seed, levels)
    return History.of(log), feature_set(log)
