"""Logged scores computed again: `qingling consistency`."""

import json
from collections.abc import Callable
from dataclasses import asdict

from desk.answers import finite
from desk.consistency import Consistency, recompute
from desk.settings import Settings
from hotline.calendar import SHANGHAI, from_micros
from models.registry import Registry
from store.database import open_store


def check(settings: Settings, sample: int, progress: Callable[[str], None]) -> Consistency:
    """The champion's logged scores again, a sample of them. NoModelError where there is no champion."""
    champion = Registry(settings.home).champion()
    dataset = settings.dataset or champion.model.span.dataset
    store = open_store(settings.home, dataset, settings.database_url)
    try:
        drawn = store.drawn_predictions(champion.version, sample)
        progress(f"computing {len(drawn)} scores again")
        return recompute(store, champion.model, drawn)
    finally:
        store.close()


def print_found(found: Consistency, as_json: bool) -> None:
    """The differences, order by order, with the features that moved."""
    if as_json:
        print(json.dumps(finite(asdict(found)), ensure_ascii=False))
        return
    print(f"{found.compared} scores computed again, {len(found.differences)} differ", end="")
    print(f"; {found.met} met a write in the same two seconds" if found.met else "")
    for one in found.differences:
        when = f"{from_micros(one.as_of).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        now = "not recorded by then" if one.now is None else f"{one.now:.6f}"
        print(f"  {one.order_id} at {when}: {one.then:.6f} then, {now} now")
        for name, (before, after) in one.features.items():
            print(f"    {name}: {before} → {after}")
