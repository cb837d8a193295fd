"""One small model, learnt once, and a home where it is registered and champion."""

import shutil
from pathlib import Path

import pytest

from features.training_set import TrainingSet
from models.registry import Registry
from models.satisfaction_model import SatisfactionModel
from models.tracking import make_tracking_store
from tests.pipelines.worlds import a_model, a_report, a_training_set


@pytest.fixture(scope="session")
def training() -> TrainingSet:
    """Examples with texts and callers."""
    return a_training_set()


@pytest.fixture(scope="session")
def model(training: TrainingSet) -> SatisfactionModel:
    """A model of them."""
    return a_model(training)


@pytest.fixture(scope="session")
def served(model: SatisfactionModel, tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """A registry whose version 1 is champion; tests only read it."""
    registry = Registry(tmp_path_factory.mktemp("served") / "home")
    registry.register(model, a_report(), {"seed": 0})
    registry.promote(registry.get("challenger"))
    return registry


@pytest.fixture(scope="session")
def tracking_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """mlflow's tables with nothing in them; mlflow takes seconds to make them."""
    home = tmp_path_factory.mktemp("tracking")
    make_tracking_store(home / "mlflow.db", (home / "mlflow-artifacts").as_uri())
    return home / "mlflow.db"


@pytest.fixture
def registry(tmp_path: Path, tracking_store: Path) -> Registry:
    """An empty registry that one test may fill."""
    (tmp_path / "home").mkdir()
    shutil.copy(tracking_store, tmp_path / "home")
    return Registry(tmp_path / "home")
