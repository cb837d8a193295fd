"""Models kept: every training a run in mlflow, the champion also as a plain file that serving reads.

With `tracking.py` the only room that knows mlflow. Serving never waits for it: promotion copies the model's text
to `models/champion.json` under home in one atomic step.
"""

import json
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hotline.errors import QinglingError
from hotline.whole_files import alone, write_whole
from models.champion_file import ChampionFile
from models.changes import Change, ChangesFile
from models.run_figures import metrics_of, parameters_of
from models.satisfaction_model import SatisfactionModel
from models.tracking import CHALLENGER, EXPERIMENT, NAME, opened, requirements, signature_of

CHAMPION = "champion"
_LOCK = ".registry.lock"
#: There while a promotion is under way, or after one was killed.
_UNDER_WAY = "models/promotion"


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
        with self.held():
            return self._register(model, report, parameters, files or {})

    def _register(
        self,
        model: SatisfactionModel,
        report: Mapping[str, Any],
        parameters: Mapping[str, Any],
        files: Mapping[str, bytes],
    ) -> str:
        mlflow = opened(self.home)
        self._end_killed_runs(mlflow)
        with mlflow.start_run() as run, tempfile.TemporaryDirectory() as folder:
            text = Path(folder) / "model.json"
            text.write_text(model.to_json(), encoding="utf-8")
            for name, content in files.items():
                (Path(folder) / name).write_bytes(content)
                mlflow.log_artifact(str(Path(folder) / name))
            mlflow.log_params({**parameters, **parameters_of(model)})
            mlflow.log_metrics(metrics_of(report))
            mlflow.log_dict(dict(report), "report.json")
            mlflow.set_tags({"dataset": model.span.dataset, "verdict": report["verdict"]})
            with warnings.catch_warnings():
                # The signature says what a row is; an example would be somebody's order.
                warnings.filterwarnings("ignore", message="(?s).*input example was not provided")
                logged = mlflow.pyfunc.log_model(
                    name="model",
                    python_model=str(Path(__file__).with_name("pyfunc.py")),
                    artifacts={"model": str(text)},
                    signature=signature_of(model),
                    pip_requirements=requirements(),
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
        mlflow, found = opened(self.home), self._found(alias)
        folder = Path(mlflow.artifacts.download_artifacts(f"models:/{NAME}/{found.version}"))
        text = next(folder.rglob("model.json")).read_text(encoding="utf-8")
        report = json.loads(mlflow.artifacts.load_text(f"runs:/{found.run_id}/report.json"))
        return Registered(str(found.version), SatisfactionModel.from_json(text), report)

    def file(self, alias: str, name: str) -> bytes | None:
        """A file that was kept with the training of a model; None where there is none of this name, or it is gone."""
        mlflow, found = opened(self.home), self._found(alias)
        try:
            if name not in {kept.path for kept in mlflow.MlflowClient().list_artifacts(found.run_id)}:
                return None
            return Path(mlflow.artifacts.download_artifacts(f"runs:/{found.run_id}/{name}")).read_bytes()
        except (mlflow.exceptions.MlflowException, OSError):
            return None

    def _found(self, alias: str) -> Any:
        mlflow = opened(self.home)
        client = mlflow.MlflowClient()
        try:
            if alias.isdigit():
                return client.get_model_version(NAME, alias)
            return client.get_model_version_by_alias(NAME, alias)
        except mlflow.exceptions.MlflowException as error:
            raise NoModelError(f"there is no {alias} model in {self.home}; run `qingling train`") from error

    def promote(self, candidate: Registered, reason: str = "not worse", change: Change | None = None) -> None:
        """Make a model the champion; the one before it stands first in line for a rollback.

        `reason` is kept beside it: why the model serves. `change` becomes a line of the record.
        """
        with self.held():
            self.put_in_service(candidate, reason, change)

    def put_in_service(self, candidate: Registered, reason: str, change: Change | None = None) -> None:
        """The same for whoever holds the registry already."""
        serving = self.serving()
        before = [*serving["before"], serving["version"]] if serving else []
        kept = [version for version in before if version != candidate.version]
        self._serve(candidate, kept, reason, change)

    def rollback(self, change: Change | None = None) -> Registered:
        """Put the champion before this one in service again; NoModelError where there was none."""
        with self.held():
            return self.put_back(change)

    def put_back(self, change: Change | None = None) -> Registered:
        """The same for whoever holds the registry already."""
        serving = self.serving()
        if not serving or not serving["before"]:
            raise NoModelError("no champion came before this one; nothing was changed")
        earlier = self.get(serving["before"][-1])
        reason = f"rolled back from version {serving['version']}"
        told = replace(change, version=earlier.version) if change else None
        self._serve(earlier, serving["before"][:-1], reason, told)
        return earlier

    def serving(self) -> dict[str, Any] | None:
        """The version in service, why, and which served before it; None where it cannot be told."""
        return self._file.serving()

    def settle(self) -> None:
        """Finish a promotion that was cut short: mlflow's alias follows the file that serves."""
        if (self.home / _UNDER_WAY).exists():
            with self.held():
                pass

    @contextmanager
    def held(self) -> Iterator[None]:
        """One change at a time, whatever an earlier one left half-done put right first."""
        with alone(self.home / _LOCK):
            if (self.home / _UNDER_WAY).exists():
                if serving := self.serving():
                    self._tell(_change_in(self.home / _UNDER_WAY), serving["version"])
                    self._name_champion(serving["version"], serving["reason"])
                (self.home / _UNDER_WAY).unlink(missing_ok=True)
            yield

    @staticmethod
    def _end_killed_runs(mlflow: Any) -> None:
        """Runs still called running while nobody else registers were killed."""
        experiment = mlflow.get_experiment_by_name(EXPERIMENT).experiment_id
        client = mlflow.MlflowClient()
        for run in client.search_runs([experiment], "attributes.status = 'RUNNING'"):
            client.set_terminated(run.info.run_id, "KILLED")

    def _serve(self, model: Registered, before: list[str], reason: str, change: Change | None) -> None:
        """The file that serving reads, in one step; then the record of changes, and the alias in mlflow."""
        serving = self.serving()
        told = replace(change, before=serving["version"] if serving else None) if change else None
        # The file decides. Should we be killed before record and mlflow know, the mark says what they are to be told.
        write_whole(self.home / _UNDER_WAY, told.to_json() if told else "")
        self._file.write(model.version, reason, before, model.report, model.model.to_json())
        self._tell(told, model.version)
        self._name_champion(model.version, reason)
        (self.home / _UNDER_WAY).unlink(missing_ok=True)

    def _tell(self, change: Change | None, serving: str) -> None:
        """Add a change that came about to the record, once."""
        kept = ChangesFile(self.home)
        if change and change.version == serving and change not in kept.read():
            kept.add(change)

    def _name_champion(self, version: str, reason: str) -> None:
        client = opened(self.home).MlflowClient()
        client.set_registered_model_alias(NAME, CHAMPION, version)
        client.set_model_version_tag(NAME, version, "why_it_serves", reason)

    @property
    def _file(self) -> ChampionFile:
        return ChampionFile(self.home)

    def champion(self) -> Registered:
        """The model in service, without asking mlflow; NoModelError where nothing was promoted."""
        if not self._file.exists():
            raise NoModelError("no model has been promoted yet; run `qingling train` and `qingling promote`")
        served = self._file.read()
        model = SatisfactionModel.from_json(json.dumps(served["model"]))
        return Registered(served["version"], model, served["report"])

    def champion_mark(self) -> tuple[int, int] | None:
        """Changes whenever the champion does; None where there is none. One look at the file system."""
        return self._file.mark()


def _change_in(mark: Path) -> Change | None:
    """The change that was under way when a promotion was cut short; None where none was to be told."""
    try:
        return Change.from_json(mark.read_text(encoding="utf-8"))
    except (ValueError, TypeError, KeyError):
        return None
