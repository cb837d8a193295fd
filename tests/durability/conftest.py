"""A small installation on each database: orders, a registered champion without a real model, a key."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from desk.settings import Settings
from hotline.calendar import SHANGHAI, to_micros
from hotline.order import Callback, Order, OrderEvent
from hotline.satisfaction import Rating
from store.database import LoggedPrediction, open_store
from store.datasets import make_current
from store.extracts.pseudonyms import Pseudonyms
from store.kept_answers import KeptAnswer, WriteKey

AT = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
NOW = to_micros(AT)
ODD = "换行\n制表\t反斜杠\\N 引号' NULL"


def fill(settings: Settings, orders: int = 3, first: int = 0) -> None:
    """Orders with everything that a database may hold, odd words among them."""
    store = open_store(settings.home, "hotline", settings.database_url)
    for n in range(first, first + orders):
        event = OrderEvent("closed", AT, AT, f"e{n}", actor=ODD)
        call = Callback("city", AT, AT, rating=Rating.FAIR, answered=True)
        store.add_order(Order(f"A{n}", AT, text=ODD, events=(event,), callbacks=(call,)), NOW)
        store.append_predictions(
            [LoggedPrediction(f"A{n}", NOW, NOW, "7", (0.1, 0.2, 0.3, 0.4), "red", "closed", '{"x": 1}')]
        )
    store.keep(WriteKey("", f"k{first}", "seal"), KeptAnswer(201, ODD), NOW, 0)
    store.close()


@pytest.fixture
def installation(either_settings: Settings) -> Iterator[Settings]:
    """On each database in turn; what a restore set aside in PostgreSQL is dropped afterwards."""
    settings = either_settings
    fill(settings)
    make_current(settings.home, "hotline")
    Pseudonyms.open(settings.home)
    champion = settings.home / "models" / "champion.json"
    champion.parent.mkdir(parents=True)
    champion.write_text(json.dumps({"version": "7", "report": {}, "model": {}}), "utf-8")
    yield settings
    if settings.database_url:
        engine = create_engine(settings.database_url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as connection:
            for schema in inspect(connection).get_schema_names():
                if schema.startswith(("aside_", "staged_")):
                    connection.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))
        engine.dispose()


def contents(settings: Settings, dataset: str = "hotline") -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, sorted."""
    from store.datasets import engine_of

    engine = engine_of(Path(settings.home), dataset, settings.database_url)
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
        rows = {name: connection.execute(text(f'SELECT * FROM "{name}"')).fetchall() for name in names}
    engine.dispose()
    return {name: sorted((tuple(row) for row in found), key=repr) for name, found in rows.items()}
