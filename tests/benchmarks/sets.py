"""The data sets that results are measured on: open ones through examples/, and simulated districts."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from desk.settings import Settings
from pipelines.ingest import ingest
from tests.pipelines.worlds import a_district

_ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def open_set(name: str, folder: Path) -> Settings:
    """An open data set, ingested as a newcomer would."""
    settings = Settings(home=folder / name, database_url=None, dataset=None)
    ingest(_ROOT / "examples" / f"{name}.toml", settings)
    return settings


def district(orders: int, folder: Path, seed: int = 1) -> Settings:
    """A simulated district, ingested."""
    return a_district(folder / f"district-{orders}-{seed}", orders, seed)


def _quiet(*_: object) -> None:
    pass


quiet: Callable[..., None] = _quiet
