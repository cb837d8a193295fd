"""What is registered can be had back whole, is served from a plain file, and tells nobody's words."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.training_set import TrainingSet
from models.registry import NoModelError, Registry
from models.satisfaction_model import SatisfactionModel
from tests.pipelines.worlds import CALLER, RARE_WORD, a_model, a_report


def test_what_is_registered_is_the_challenger_and_comes_back_with_its_report(
    served: Registry, model: SatisfactionModel
) -> None:
    found = served.get("challenger")
    assert found.version == "1"
    assert found.report == a_report()
    assert found.model.to_json() == model.to_json()
    assert served.get("1").model.to_json() == model.to_json()


def test_a_model_that_is_not_there_is_said_to_be_missing(registry: Registry) -> None:
    with pytest.raises(NoModelError, match="run `qingling train`"):
        registry.get("challenger")
    with pytest.raises(NoModelError, match="`qingling promote`"):
        registry.champion()
    assert registry.champion_mark() is None


def test_the_champion_is_what_was_promoted(served: Registry, model: SatisfactionModel) -> None:
    champion = served.champion()
    assert (champion.version, champion.report) == ("1", a_report())
    assert champion.model.to_json() == model.to_json()
    assert served.get("champion").version == "1"


def test_a_promotion_cut_short_leaves_the_champion_before_it(
    registry: Registry, model: SatisfactionModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.register(model, a_report(), {"seed": 0})
    registry.promote(registry.get("1"))
    mark = registry.champion_mark()
    registry.register(model, a_report(), {"seed": 0})
    second = registry.get("challenger")
    assert second.version == "2"

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "replace", killed)
        registry.promote(second)
    assert registry.champion().version == "1"
    assert registry.champion_mark() == mark
    assert registry.get("champion").version == "1", "mlflow names the one that serves"
    assert [file.name for file in (registry.home / "models").iterdir()] == ["champion.json"]
    registry.promote(second)
    assert registry.champion().version == registry.get("champion").version == "2"


def test_the_champion_is_read_without_mlflow(served: Registry) -> None:
    code = (
        "import sys; from pathlib import Path; from models.registry import Registry\n"
        f"print(Registry(Path({str(served.home)!r})).champion().version, 'mlflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1 False\n"


def test_the_registered_model_is_an_ordinary_pyfunc_that_says_the_same(
    served: Registry, model: SatisfactionModel, training: TrainingSet
) -> None:
    import mlflow

    served.get("champion")  # points mlflow at this home
    loaded = mlflow.pyfunc.load_model("models:/qingling@champion")
    rows = {name: values[:200] for name, values in training.columns.items()}
    exact = {n: v.astype(np.float64) if v.dtype == np.float32 else v for n, v in rows.items()}
    said = loaded.predict(pd.DataFrame(exact))
    p = said[["dissatisfied", "fair", "mostly_satisfied", "satisfied"]].to_numpy()
    np.testing.assert_allclose(p, model.probabilities(rows), rtol=0, atol=1e-9)
    np.testing.assert_allclose(said["expected_loss"], model.expected_loss(p), rtol=0, atol=1e-9)
    assert p[:, 0].std() > 0.01, "all rows were told the same"


def test_a_row_of_a_few_features_is_answered_too(served: Registry) -> None:
    import mlflow

    served.get("champion")
    loaded = mlflow.pyfunc.load_model("models:/qingling@champion")
    said = loaded.predict(pd.DataFrame({"times_urged": [3.0]}))
    assert said.iloc[0, :4].sum() == pytest.approx(1.0)


def test_nothing_that_could_run_and_nobodys_words_are_stored(served: Registry) -> None:
    stored = [path for path in served.home.rglob("*") if path.is_file()]
    assert {"model.json", "MLmodel", "champion.json", "mlflow.db"} <= {path.name for path in stored}
    assert not [
        p.name for p in stored if p.suffix in {".pkl", ".pickle", ".joblib"} or "cloudpickle" in p.name
    ]
    for path in stored:
        content = path.read_bytes()
        assert CALLER.encode() not in content, f"a caller is named in {path.name}"
        for word in (RARE_WORD, RARE_WORD.encode("unicode_escape").decode()):
            assert word.encode() not in content, f"a rare word stands in {path.name}"


def test_words_that_many_callers_used_are_kept(model: SatisfactionModel) -> None:
    assert model.text_score is not None
    assert "电梯" in model.text_score.weights


def test_registering_prints_nothing_of_its_own(served: Registry, tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from models.registry import Registry\n"
        f"champion = Registry(Path({str(served.home)!r})).champion()\n"
        f"registry = Registry(Path({str(tmp_path / 'home')!r}))\n"
        "for _ in range(2): registry.register(champion.model, champion.report, {'seed': 0})\n"
        "registry.promote(registry.get('challenger'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""


def test_the_same_seed_learns_the_same_model_to_the_letter(
    training: TrainingSet, model: SatisfactionModel
) -> None:
    assert a_model(training).to_json() == model.to_json()
