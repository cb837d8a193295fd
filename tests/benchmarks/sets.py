"""The data sets that results are measured on: open ones through examples/, and simulated districts."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from desk.settings import Settings
from pipelines.ingest import ingest
from pipelines.simulate import simulate_extract

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
    simulate_extract(orders, seed, folder / f"extract-{orders}", _quiet)
    settings = Settings(home=folder / f"home-{orders}", database_url=None, dataset=None)
    ingest(folder / f"extract-{orders}" / "pudong.toml", settings)
    return settings


def _quiet(*_: object) -> None:
    pass


quiet: Callable[..., None] = _quiet
