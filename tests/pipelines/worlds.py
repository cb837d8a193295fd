"""A small model for tests of the registry and of promotion: learnt in seconds, with texts and callers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desk.settings import Settings
from features.catalogue import feature_set
from features.history import History
from features.log import Log
from features.training_set import TrainingSet, build_training_set, examples_of
from models.satisfaction_model import SatisfactionModel
from pipelines.ingest import ingest
from pipelines.simulate import simulate_extract
from store.extracts.pseudonyms import KEY_VARIABLE
from tests.models.worlds import a_log

#: A word that only the callers of a few orders used, and callers nobody should find again.
RARE_WORD, CALLER = "孤例词", "caller-secret"

SIGNAL = {
    "verdict": "signal",
    "dataset": "hotline",
    "train_orders": 600,
    "n_orders": 150,
    "n_dissatisfied_orders": 40,
    "pooled_auc": 0.75,
    "pooled_auc_ci": [0.70, 0.80],
    "brier": 0.12,
    "baseline": {"pooled_auc": 0.74},
    "stages": [],
}


def a_report(**figures: Any) -> dict[str, Any]:
    """The report of a model with signal, but for these figures."""
    return SIGNAL | figures


def a_district(folder: Path, orders: int, seed: int) -> Settings:
    """The home of a simulated district, ingested."""
    simulate_extract(orders, seed, folder / "extract", lambda *_: None)
    settings = Settings(home=folder / "home", database_url=None, dataset=None)
    with the_same_pseudonyms():
        ingest(folder / "extract" / "pudong.toml", settings)
    return settings


@contextmanager
def the_same_pseudonyms() -> Iterator[None]:
    """Callers get the pseudonyms that they had in every other run, so that the same is learnt from them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_VARIABLE, "the same in every run")
        yield


def a_training_set(orders: int = 500) -> TrainingSet:
    """Examples of a log whose orders have texts; three of them say a word that nobody else does."""
    log = a_log(orders, effect=1.2)
    number = np.arange(len(log.orders))
    text = np.where(
        number % 200 == 7, f"电梯{RARE_WORD}坏了", np.where(number % 2, "电梯坏了没人修", "楼道灯不亮")
    )
    texts = log.orders.assign(text=text.astype(object), caller=np.char.add(CALLER, number.astype(str)))
    told = Log.of({"orders": texts, "events": log.events, "callbacks": log.callbacks})
    history = History.of(told)
    return build_training_set(history, feature_set(told), examples_of(history.chronicle))


def a_model(training: TrainingSet, seed: int = 0) -> SatisfactionModel:
    """What was learnt from them."""
    return SatisfactionModel.fit(training, "hotline", seed)
