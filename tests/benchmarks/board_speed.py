"""How long a manager's page of 200 open orders takes, and how large it is: `python -m tests.benchmarks.board_speed`."""

import logging
import tempfile
import time
from pathlib import Path

import structlog
from fastapi.testclient import TestClient

from hotline.policy import Role
from hotline.scope import scope_of
from serve.app import create_app
from tests.serve.bodies import an_order
from tests.serve.conftest import a_key, wait_until_ready
from tests.serve.homes import make_home, settings_of

ORDERS, TURNS = 200, 20


def main() -> None:
    """Print the median, the slowest but one of twenty, and the bytes before compression."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(make_home(Path(folder))).model_copy(update={"rescore_minutes": 0})
        with TestClient(create_app(settings), headers=a_key(settings)) as client:
            wait_until_ready(client)
            for _ in range(ORDERS):
                client.post("/api/v1/orders", json=an_order(manager="量经理"))
            key = a_key(settings, Role.MANAGER, scope_of(Role.MANAGER, managers=["量经理"]))
            took = []
            for _ in range(TURNS + 1):
                began = time.perf_counter()
                page = client.get("/my-orders", params={"more": 1_000}, headers=key)
                took.append(1_000 * (time.perf_counter() - began))
    took = sorted(took[1:])
    print(f"{ORDERS} orders: {took[TURNS // 2]:.0f} ms, p95 {took[-2]:.0f} ms, {len(page.content):,} bytes")


if __name__ == "__main__":
    main()
