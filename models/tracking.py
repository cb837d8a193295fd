"""mlflow's own store under a home: opened without a word of its own, and what it is told of a model."""

import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from hotline.errors import QinglingError
from hotline.whole_files import beside
from models.satisfaction_model import SatisfactionModel

NAME = EXPERIMENT = "qingling"
CHALLENGER = "challenger"
DATABASE = "mlflow.db"


def opened(home: Path) -> Any:
    """The mlflow module, pointed at this home; its tables are made where there are none."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    import mlflow

    logging.getLogger("mlflow").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.ERROR)
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    artifacts = (home / "mlflow-artifacts").as_uri()
    if not (home / DATABASE).exists():
        make_tracking_store(home / DATABASE, artifacts)
    mlflow.set_tracking_uri(f"sqlite:///{home / DATABASE}")
    if mlflow.get_experiment_by_name(EXPERIMENT) is None:
        mlflow.create_experiment(EXPERIMENT, artifact_location=artifacts)
    mlflow.set_experiment(EXPERIMENT)
    return mlflow


@dataclass(frozen=True)
class Listed:
    """A registered version; `made_at` by this machine's clock."""

    version: str
    made_at: datetime
    is_challenger: bool


def listed(home: Path) -> tuple[Listed, ...]:
    """Every version, the newest first; none where nothing was ever trained. QinglingError where it cannot be read."""
    if not (home / DATABASE).exists():
        return ()
    import mlflow

    try:
        return _listed(opened(home).MlflowClient())
    except (mlflow.exceptions.MlflowException, SQLAlchemyError, OSError) as error:
        raise QinglingError(
            f"the list of models in {home / DATABASE} cannot be read ({type(error).__name__}); "
            "put it back from a backup"
        ) from error


def _listed(client: Any) -> tuple[Listed, ...]:
    if not client.search_registered_models(f"name = '{NAME}'"):
        return ()
    challenger = str(client.get_registered_model(NAME).aliases.get(CHALLENGER))
    found = client.search_model_versions(f"name = '{NAME}'")
    rows = [
        Listed(
            str(row.version),
            datetime.fromtimestamp(row.creation_timestamp / 1000, UTC),
            str(row.version) == challenger,
        )
        for row in found
    ]
    return tuple(sorted(rows, key=lambda row: -int(row.version)))


def make_tracking_store(database: Path, artifacts: str) -> None:
    """mlflow's tables, made beside their place: killed in between, they would never be whole again."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    with beside(database) as (_, fresh):
        store = SqlAlchemyStore(f"sqlite:///{fresh}", artifacts)
        store.engine.dispose()
        with suppress(FileExistsError):
            os.link(fresh, database)


def signature_of(model: SatisfactionModel) -> Any:
    """What a row is that the model answers, and what it says."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema

    rows = [
        ColSpec(DataType.double if f.kind == "number" else DataType.string, f.name, required=False)
        for f in model.features.features
    ]
    levels = ("dissatisfied", "fair", "mostly_satisfied", "satisfied", "expected_loss")
    return ModelSignature(Schema(rows), Schema([ColSpec(DataType.double, name) for name in levels]))


def requirements() -> list[str]:
    """The packages that the model wants, in the versions of today."""
    from importlib.metadata import version

    return [f"{name}=={version(name)}" for name in ("lightgbm", "numpy", "pandas", "rjieba", "mlflow")]
