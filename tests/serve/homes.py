"""The home of a small simulated district with a champion."""

from pathlib import Path

from desk.settings import Settings
from features.catalogue import feature_set
from features.training_set import build_training_set, examples_of, ripe
from models.registry import Registry
from models.satisfaction_model import SatisfactionModel
from pipelines.ingest import ingest
from pipelines.simulate import simulate_extract
from pipelines.train import history_of
from tests.pipelines.judgements import RNG, judged, pairs_of
from tests.pipelines.worlds import a_report


def settings_of(home: Path, database_url: str | None = None) -> Settings:
    """Settings of a home, whatever the environment says."""
    return Settings(home=home, database_url=database_url, dataset=None)


def make_home(folder: Path, database_url: str | None = None, orders: int = 800) -> Path:
    """Simulate, ingest, learn and promote; `extract` and `home` lie in the folder afterwards."""
    settings = settings_of(folder / "home", database_url)
    simulate_extract(orders, 1, folder / "extract", lambda *_: None)
    ingest(folder / "extract" / "pudong.toml", settings)
    dataset, history = history_of(settings)
    training = build_training_set(history, feature_set(history.chronicle.log), examples_of(history.chronicle))
    matured = training.take(ripe(training.examples, int(history.chronicle.known_at.max())))
    model = SatisfactionModel.fit(matured, dataset, 0)
    stage = {"stage": "received", "n": 100, "auc": 0.7, "auc_ci": [0.6, 0.8], "ece": float("nan")}
    report = {"verdict": "signal", "pooled_auc": 0.7, "baseline": {"pooled_auc": 0.7}, "stages": [stage]}
    registry = Registry(settings.home)
    registry.register(model, report, {"seed": 0})
    registry.promote(registry.get("challenger"))
    return settings.home


def own_registry(home: Path) -> None:
    """A registry at the place of a copied home: artefacts know their absolute addresses."""
    registry = Registry(home)
    champion = registry.champion()
    registry.register(champion.model, champion.report, {"seed": 0})
    registry.promote(registry.get("challenger"))


def judged_models(home: Path) -> tuple[str, str, str]:
    """Three more versions: one that serves now, one that knows much less, and the challenger, which knows as much."""
    pairs = pairs_of(0.2, 0.2)
    registry, model = Registry(home), Registry(home).champion().model
    found = [
        registry.register(model, a_report(), {"seed": 0}, judged(pairs, said))
        for said in (pairs.champion, RNG.permutation(pairs.challenger), pairs.challenger)
    ]
    registry.promote(registry.get(found[0]))
    return found[0], found[1], found[2]
