"""How long a page of 200 (or N) open orders takes, and how large it is: `python -m tests.benchmarks.board_speed [N]`."""

import logging
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import structlog
from fastapi.testclient import TestClient

from hotline.calendar import SHANGHAI, to_micros
from hotline.policy import Role
from hotline.scope import scope_of
from serve.app import create_app
from serve.schemas import OrderIn
from store.database import open_store
from tests.serve.bodies import an_order
from tests.serve.conftest import a_key, wait_until_ready
from tests.serve.homes import make_home, settings_of

TURNS = 20


def main() -> None:
    """Print the median, the slowest but one of twenty, and the bytes before compression."""
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(make_home(Path(folder))).model_copy(update={"rescore_minutes": 0})
        with TestClient(create_app(settings), headers=a_key(settings)) as client:
            wait_until_ready(client)
            now = datetime.now(SHANGHAI)
            with open_store(settings.home).transaction() as store:
                for _ in range(orders):
                    order = OrderIn(**an_order(manager="量经理")).to_order(str, now)
                    store.add_order(order, to_micros(now))
            key = a_key(settings, Role.MANAGER, scope_of(Role.MANAGER, managers=["量经理"]))
            took = []
            for _ in range(TURNS + 1):
                began = time.perf_counter()
                page = client.get("/my-orders", params={"more": min(max(orders, 40), 200)}, headers=key)
                took.append(1_000 * (time.perf_counter() - began))
    took = sorted(took[1:])
    print(f"{orders:,} orders: {took[TURNS // 2]:.0f} ms, p95 {took[-2]:.0f} ms, {len(page.content):,} bytes")


if __name__ == "__main__":
    main()
