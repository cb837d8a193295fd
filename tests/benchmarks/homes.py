"""The home that speed is measured on: one that is named, copied, or a small one made for it."""

import os
import shutil
from pathlib import Path

from desk.settings import Settings
from models.registry import Registry
from pipelines.train import Recipe, train
from tests.benchmarks.sets import district, quiet


def settings_of(home: Path) -> Settings:
    """Settings of a home, whatever the environment says."""
    return Settings(home=home, database_url=None, dataset=None)


def a_home(folder: Path) -> Path:
    """A home with a district and a champion, which may be written to."""
    if given := os.environ.get("QINGLING_BENCH_HOME"):
        leave = shutil.ignore_patterns("mlflow*", "reports", "demo-extract", "history")
        return Path(shutil.copytree(given, folder / "home", ignore=leave))
    settings = district(5_000, folder)
    train(settings, Recipe(), quiet)
    registry = Registry(settings.home)
    registry.promote(registry.get("challenger"))
    return settings.home
