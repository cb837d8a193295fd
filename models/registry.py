"""Models kept: every training a run in mlflow, the champion also as a plain file that serving reads.

The only room that knows mlflow. Serving never waits for it: promotion copies the model's text to
`models/champion.json` under home in one atomic step.
"""

import json
import os
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hotline.errors import QinglingError
from models.satisfaction_model import SatisfactionModel

NAME = "qingling"
EXPERIMENT = "qingling"
CHAMPION, CHALLENGER = "champion", "challenger"
_SERVED = "models/champion.json"


class NoModelError(QinglingError, LookupError):
    """There is no such model yet."""


@dataclass(frozen=True, eq=False)
class Registered:
    """A model with its version and the report of its backtest."""

    version: str
    model: SatisfactionModel
    report: Mapping[str, Any]


@dataclass(frozen=True)
class Registry:
    """The models of one home folder."""

    home: Path

    def register(
        self,
        model: SatisfactionModel,
        report: Mapping[str, Any],
        parameters: Mapping[str, Any],
        files: Mapping[str, bytes] | None = None,
    ) -> str:
        """Log a training as a run, register its model as challenger, and return the version.

        `files` are kept with the run under their names; `file` brings them back.
        """
        mlflow = self._mlflow()
        with mlflow.start_run() as run, tempfile.TemporaryDirectory() as folder:
            text = Path(folder) / "model.json"
            text.write_text(model.to_json(), encoding="utf-8")
            for name, content in (files or {}).items():
                (Path(folder) / name).write_bytes(content)
                mlflow.log_artifact(str(Path(folder) / name))
            mlflow.log_params({**parameters, **_parameters(model)})
            mlflow.log_metrics(_metrics(report))
            mlflow.log_dict(dict(report), "report.json")
            mlflow.set_tags({"dataset": model.span.dataset, "verdict": report["verdict"]})
            with warnings.catch_warnings():
                # The signature says what a row is; an example would be somebody's order.
                warnings.filterwarnings("ignore", message="(?s).*input example was not provided")
                logged = mlflow.pyfunc.log_model(
                    name="model",
                    python_model=str(Path(__file__).with_name("pyfunc.py")),
                    artifacts={"model": str(text)},
                    signature=_signature(model),
                    pip_requirements=_requirements(),
                )
            client, tags = mlflow.MlflowClient(), {"dataset": model.span.dataset}
            # The client says nothing; mlflow.register_model prints what it does.
            if not client.search_registered_models(f"name = '{NAME}'"):
                client.create_registered_model(NAME)
            found = client.create_model_version(
                NAME, logged.model_uri, run.info.run_id, tags=tags, model_id=logged.model_id
            )
        client.set_registered_model_alias(NAME, CHALLENGER, found.version)
        return str(found.version)

    def get(self, alias: str) -> Registered:
        """The model under an alias, or of a version; NoModelError where there is none."""
        mlflow, found = self._mlflow(), self._found(alias)
        folder = Path(mlflow.artifacts.download_artifacts(f"models:/{NAME}/{found.version}"))
        text = next(folder.rglob("model.json")).read_text(encoding="utf-8")
        report = json.loads(mlflow.artifacts.load_text(f"runs:/{found.run_id}/report.json"))
        return Registered(str(found.version), SatisfactionModel.from_json(text), report)

    def file(self, alias: str, name: str) -> bytes | None:
        """A file that was kept with the training of a model; None where there is none of this name."""
        mlflow, found = self._mlflow(), self._found(alias)
        if name not in {kept.path for kept in mlflow.MlflowClient().list_artifacts(found.run_id)}:
            return None
        return Path(mlflow.artifacts.download_artifacts(f"runs:/{found.run_id}/{name}")).read_bytes()

    def _found(self, alias: str) -> Any:
        mlflow = self._mlflow()
        client = mlflow.MlflowClient()
        try:
            if alias.isdigit():
                return client.get_model_version(NAME, alias)
            return client.get_model_version_by_alias(NAME, alias)
        except mlflow.exceptions.MlflowException as error:
            raise NoModelError(f"there is no {alias} model in {self.home}; run `qingling train`") from error

    def promote(self, candidate: Registered, reason: str = "not worse") -> None:
        """Make a model the champion; the one before it stands first in line for a rollback.

        `reason` is kept beside it: why the model serves.
        """
        before = [*self._before(), self._serving()] if self._serves() else []
        self._serve(candidate, [version for version in before if version != candidate.version], reason)

    def rollback(self) -> Registered:
        """Put the champion before this one in service again, and return it.

        Raises NoModelError where there was none.
        """
        before = self._before() if self._serves() else []
        if not before:
            raise NoModelError("no champion came before this one; nothing was changed")
        earlier = self.get(before[-1])
        self._serve(earlier, before[:-1], f"rolled back from version {self._serving()}")
        return earlier

    def _serve(self, model: Registered, before: list[str], reason: str) -> None:
        """The file that serving reads, in one step, then the alias in mlflow."""
        served = {
            "version": model.version,
            "reason": reason,
            "before": before,
            "report": dict(model.report),
            "model": json.loads(model.model.to_json()),
        }
        _write_whole(self.home / _SERVED, json.dumps(served, ensure_ascii=False))
        client = self._mlflow().MlflowClient()
        client.set_registered_model_alias(NAME, CHAMPION, model.version)
        client.set_model_version_tag(NAME, model.version, "why_it_serves", reason)

    def _serves(self) -> bool:
        return (self.home / _SERVED).exists()

    def _before(self) -> list[str]:
        """Versions that served before the champion, the latest last."""
        return list(self._read().get("before", []))

    def _serving(self) -> str:
        return str(self._read()["version"])

    def _read(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.home / _SERVED).read_text(encoding="utf-8"))
        return found

    def champion(self) -> Registered:
        """The model in service, without asking mlflow; NoModelError where nothing was promoted."""
        if not self._serves():
            raise NoModelError("no model has been promoted yet; run `qingling train` and `qingling promote`")
        served = self._read()
        model = SatisfactionModel.from_json(json.dumps(served["model"]))
        return Registered(served["version"], model, served["report"])

    def champion_mark(self) -> tuple[int, int] | None:
        """Changes whenever the champion does; None where there is none. One look at the file system."""
        try:
            found = (self.home / _SERVED).stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino

    def _mlflow(self) -> Any:
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
        os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
        import logging

        import mlflow

        logging.getLogger("mlflow").setLevel(logging.ERROR)
        logging.getLogger("alembic").setLevel(logging.ERROR)
        home = self.home.resolve()
        home.mkdir(parents=True, exist_ok=True)
        mlflow.set_tracking_uri(f"sqlite:///{home / 'mlflow.db'}")
        if mlflow.get_experiment_by_name(EXPERIMENT) is None:
            mlflow.create_experiment(EXPERIMENT, artifact_location=(home / "mlflow-artifacts").as_uri())
        mlflow.set_experiment(EXPERIMENT)
        return mlflow


def _write_whole(target: Path, text: str) -> None:
    """Write a file so that whoever reads it finds the old text or the new one, never a part."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=target.parent, delete=False) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        Path(file.name).replace(target)
    except BaseException:
        Path(file.name).unlink(missing_ok=True)
        raise


def _parameters(model: SatisfactionModel) -> dict[str, Any]:
    span = model.span
    return {
        "dataset": span.dataset,
        "estimator": model.chosen,
        "trees_share": model.trees_share,
        "trees": model.trees.trees if model.trees else 0,
        "features": len(model.features),
        "feature_fingerprint": model.features.fingerprint,
        "train_orders": span.orders,
        "train_examples": span.examples,
        "train_dissatisfied": span.dissatisfied,
        "first_received_at": span.first_received_at,
        "last_received_at": span.last_received_at,
    }


def _metrics(report: Mapping[str, Any]) -> dict[str, float]:
    found = {name: value for name, value in report.items() if isinstance(value, float)}
    for stage in report["stages"]:
        found |= {f"{stage['stage']}_{n}": v for n, v in stage.items() if isinstance(v, float)}
    found |= {f"baseline_{n}": v for n, v in report["baseline"].items() if isinstance(v, float)}
    return {name: value for name, value in found.items() if value == value}


def _signature(model: SatisfactionModel) -> Any:
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema

    rows = [
        ColSpec(DataType.double if f.kind == "number" else DataType.string, f.name, required=False)
        for f in model.features.features
    ]
    levels = ("dissatisfied", "fair", "mostly_satisfied", "satisfied", "expected_loss")
    return ModelSignature(Schema(rows), Schema([ColSpec(DataType.double, name) for name in levels]))


def _requirements() -> list[str]:
    from importlib.metadata import version

    return [f"{name}=={version(name)}" for name in ("lightgbm", "numpy", "pandas", "rjieba", "mlflow")]
