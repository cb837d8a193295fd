"""A small district with a champion, made once, and a service on it."""

import gc
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from desk.access.issuing import Issuing
from desk.settings import Settings
from hotline.calendar import SHANGHAI
from hotline.policy import Role
from hotline.scope import WHOLE_DISTRICT, Scope
from serve.app import create_app
from store.database import open_store
from tests.serve.homes import make_home, settings_of

__all__ = ["later", "promote_again", "settings_of", "wait_until_ready"]
_NUMBERS = count(1)


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a simulated district with a champion; copied, never served itself."""
    home = make_home(tmp_path_factory.mktemp("served"))
    gc.collect()
    gc.freeze()  # what was imported stays; each history sorted would be a reason to look through it
    return home


@pytest.fixture(scope="session")
def shared_home(made_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home that most tests share; each adds orders of its own."""
    return copied(made_home, tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="session")
def client(shared_home: Path) -> Iterator[TestClient]:
    """A client of the service on the shared home, ready to score; its key reaches every order.

    It outlives its tests, so it rescores nothing by itself: its log would be heard in others.
    """
    with serving(settings_of(shared_home).model_copy(update={"rescore_minutes": 0})) as client:
        wait_until_ready(client)
        yield client


@contextmanager
def serving(settings: Settings) -> Iterator[TestClient]:
    """A service, and a client of it whose key is that of the hotline's own software."""
    with TestClient(create_app(settings), headers=a_key(settings)) as client:
        yield client


def a_key(settings: Settings, role: Role = Role.SYSTEM, scope: Scope = WHOLE_DISTRICT) -> dict[str, str]:
    """The headers of a request with a fresh key."""
    store = open_store(settings.home, settings.dataset, settings.database_url)
    issuing = Issuing(store.engine, "the test", datetime.now(SHANGHAI))
    key = issuing.add_key(f"{role} {next(_NUMBERS)}", role, scope)
    store.close()
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture
def own_home(made_home: Path, tmp_path: Path) -> Path:
    """A home that one test may spoil."""
    return copied(made_home, tmp_path)


def wait_until_ready(client: TestClient, version: str | None = None, seconds: float = 60) -> None:
    """Wait until the champion, or one of this version, serves."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        answer = client.get("/readyz")
        if answer.status_code == 200 and version in (None, answer.json()["model_version"]):
            return
        time.sleep(0.05)
    raise AssertionError(f"not ready within {seconds} s: {answer.text}")


@contextmanager
def later(client: TestClient, span: timedelta) -> Iterator[None]:
    """The service's clock is so much ahead meanwhile."""
    state = client.app.state  # type: ignore[attr-defined]
    clock = state.clock
    state.clock = lambda: clock() + span
    try:
        yield
    finally:
        state.clock = clock


def promote_again(home: Path, version: str) -> None:
    """Put the same model in service under another version, as promotion does: in one step."""
    served = home / "models" / "champion.json"
    champion = json.loads(served.read_text("utf-8"))
    fresh = served.with_name("fresh.json")
    fresh.write_text(json.dumps({**champion, "version": version}), "utf-8")
    fresh.replace(served)


def copied(home: Path, folder: Path) -> Path:
    shutil.copytree(home, folder / "home", ignore=shutil.ignore_patterns("mlflow*"))
    return folder / "home"
