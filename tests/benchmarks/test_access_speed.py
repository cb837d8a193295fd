"""What a checked and noted request costs beside a hello-world FastAPI: no less than a fifth of its speed."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import pytest
import structlog
from fastapi import FastAPI

from desk.access.issuing import Issuing
from desk.access.person import Person
from desk.settings import Settings
from hotline.calendar import to_micros
from hotline.policy import Action, Role
from hotline.scope import WHOLE_DISTRICT, Scope, is_within
from serve.access import allowed
from serve.app import create_app
from store.database import Store, open_store
from store.whereabouts import whereabouts

pytestmark = pytest.mark.bench
_ROUNDS, _REQUESTS = 5, 1_000
#: Of the speed of a hello world, by the service's target for a whole score.
_LEAST = 0.2


async def _hello() -> dict[str, str]:
    return {"hello": "world"}


async def _checked(who: Annotated[Person, allowed(Action.READ_METRICS)]) -> dict[str, str]:
    return {"hello": "world"}


def test_a_checked_and_noted_request_beside_a_hello_world(home: Path) -> None:
    settings = Settings(home=home, database_url=None, dataset=None, rescore_minutes=0, keys_per_second=1e9)
    store = open_store(home)
    key = Issuing(store.engine, "bench", datetime.now(UTC)).add_key("bench", Role.MONITOR, WHOLE_DISTRICT)
    hello, service = FastAPI(), create_app(settings)
    hello.get("/")(_hello)
    service.get("/checked")(_checked)
    as_served = [structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso")]
    structlog.configure(
        processors=[*as_served, structlog.processors.JSONRenderer(ensure_ascii=False)],
        logger_factory=structlog.ReturnLoggerFactory(),
    )
    seconds = asyncio.run(_race(hello, service, f"Bearer {key}"))
    structlog.reset_defaults()
    ratio = seconds["hello"] / seconds["checked"]
    print(
        f"\nhello world {1e6 * seconds['hello']:.0f} µs, checked and noted {1e6 * seconds['checked']:.0f} µs "
        f"a request: {ratio:.2f} of its speed (target for a whole score: {_LEAST})"
    )
    store.close()
    assert ratio > _LEAST


async def _race(hello: FastAPI, service: FastAPI, key: str) -> dict[str, float]:
    """The quickest of some rounds of each, taken in turns; seconds a request."""
    best = {"hello": 9e9, "checked": 9e9}
    async with service.router.lifespan_context(service):
        for _ in range(_ROUNDS):
            for name, app, path in (("hello", hello, "/"), ("checked", service, "/checked")):
                began = time.perf_counter()
                for _ in range(_REQUESTS):
                    assert await _status(app, path, key) == 200
                best[name] = min(best[name], (time.perf_counter() - began) / _REQUESTS)
    return best


async def _status(app: FastAPI, path: str, key: str) -> int:
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode()}
    scope |= {"query_string": b"", "root_path": "", "scheme": "http", "http_version": "1.1"}
    scope |= {"headers": [(b"authorization", key.encode())], "client": ("127.0.0.1", 1), "server": ("x", 1)}
    answered = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        answered.append(message.get("status"))

    await app(scope, receive, send)
    return int(answered[0])


def test_whose_twenty_thousand_orders_are(home: Path) -> None:
    store = open_store(home)
    ids = _filled(store, 20_000)
    scope = Scope(streets=frozenset({"街道3"}))
    began = time.perf_counter()
    own = [order_id for order_id, where in whereabouts(store.engine, ids).items() if is_within(scope, where)]
    many = time.perf_counter() - began
    began = time.perf_counter()
    for order_id in ids[:500]:
        whereabouts(store.engine, [order_id])
    one = (time.perf_counter() - began) / 500
    print(f"\nwhose 20,000 open orders are: {1e3 * many:.0f} ms; whose one is: {1e3 * one:.2f} ms")
    store.close()
    assert len(own) == 2_000 and many < 2


def _filled(store: Store, orders: int) -> list[str]:
    at = datetime(2026, 10, 1, tzinfo=UTC)
    ids = [f"B{number:06d}" for number in range(orders)]
    with store.engine.begin() as connection:
        columns = "order_id, number, known_at, recorded_at, natural_at, street, company, category"
        rows = [
            (i, 0, to_micros(at), 0, 0, f"街道{n % 10}", f"物业{n % 50}", "电梯") for n, i in enumerate(ids)
        ]
        statement = f"INSERT INTO order_revisions ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        connection.exec_driver_sql(statement, rows)
    return ids
