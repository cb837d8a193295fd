"""What comparing two models finds: the same figures as their judgements hold, kept whole, told in plain Chinese."""

import io
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from desk.opening import open_store_in_use
from desk.promotion.kept_verdicts import compare_and_keep, kept_verdict
from desk.promotion.words import difference_line, gate_lines
from desk.settings import Settings
from hotline.errors import QinglingError
from hotline.policy import Action
from models.changes import ChangeKind, ChangesFile
from models.judgement import Judgement
from models.metrics import auc
from models.promotion import judge
from models.registry import Registry
from models.satisfaction_model import SatisfactionModel
from models.side_by_side import side_by_side
from pipelines.promote import promote, rollback
from serve.web.model_view import model_view
from store.access.audit_log import entries
from store.database import open_store
from tests.pipelines.judgements import JUDGED, ROUNDS, judged, pairs_of
from tests.pipelines.worlds import a_report


def a_judgement(good: float = 0.2) -> tuple[Judgement, np.ndarray]:
    """What a challenger said, and what a champion said of the same moments but for the first hundred."""
    pairs = pairs_of(good, 1.0)
    said = pairs.champion.copy()
    said[:100] = np.nan
    return Judgement.from_frame(pd.read_parquet(io.BytesIO(judged(pairs, pairs.challenger)[JUDGED]))), said


def test_both_models_are_told_on_the_moments_that_neither_learnt_from() -> None:
    judgement, said = a_judgement()
    told = side_by_side(judgement, said, 0.1)
    truth, common = judgement.is_dissatisfied, ~np.isnan(said)
    assert (told["rounds"], told["dissatisfied"]) == (ROUNDS - 100, int(truth[common].sum()))
    [stage] = told["stages"]
    assert stage["auc"] == auc(truth[common], judgement.dissatisfied[common])
    assert stage["champion_auc"] == auc(truth[common], said[common])
    assert stage["low"] < stage["auc"] < stage["high"]
    for bins in told["calibration"].values():
        assert sum(row["n"] for row in bins) == pytest.approx(ROUNDS - 100)
    assert [row["name"] for row in told["differences"]] == ["AUC", "recall", "Brier", "ECE"]


def test_without_a_champion_the_candidate_is_told_alone() -> None:
    told = side_by_side(a_judgement()[0], None, 0.1)
    assert told["rounds"] == ROUNDS and told["differences"] == []
    assert list(told["calibration"]) == list(told["gains"]["scores"]) == ["本模型"]


@pytest.mark.parametrize("is_worse", [False, True])
def test_every_gate_has_words_and_says_the_same_in_them(is_worse: bool) -> None:
    judgement, said = a_judgement()
    pairs = pairs_of(3.0, 0.2, ruined="公司3") if is_worse else pairs_of(0.2, 0.2)
    verdict = judge(a_report(), a_report(), pairs, 0.1)
    figures = side_by_side(judgement, said, 0.1)
    found = kept(a_report(), verdict, figures)
    lines = list(gate_lines(found))
    assert [line.passed for line in lines] == [gate.passed for gate in verdict.gates]
    assert len({line.title for line in lines}) == len(lines) == 8
    assert all(line.title and line.told and line.title.isascii() is False for line in lines)
    assert is_worse == ("公司3" in lines[-1].told)


def kept(report: dict[str, Any], verdict: Any, figures: Any) -> dict[str, Any]:
    """As a comparison is kept."""
    return {
        "gates": [vars(gate) for gate in verdict.gates],
        "slices": [vars(row) for row in verdict.slices],
        "learnt": report,
        "least": {"rated": 200, "dissatisfied": 10},
        "auc": [report["pooled_auc"], *report["pooled_auc_ci"]],
        "datasets": ["hotline", "hotline"],
        "figures": figures,
        "capacity": 0.1,
    }


@pytest.mark.parametrize(
    ("name", "low", "high", "verdict"),
    [
        ("AUC", 0.01, 0.03, "更好"),
        ("AUC", -0.03, -0.01, "变差"),
        ("recall", -0.01, 0.03, "分不出"),
        ("Brier", 0.001, 0.002, "变差"),
        ("ECE", -0.003, -0.001, "更好"),
        ("ECE", None, None, "比较不了"),
    ],
)
def test_the_verdict_agrees_with_the_interval(
    name: str, low: float | None, high: float | None, verdict: str
) -> None:
    row = {"name": name, "challenger": 0.5, "champion": 0.4, "low": low, "high": high}
    assert difference_line(row, 0.1).verdict == verdict


def test_a_pair_is_compared_once_and_anew_by_another_capacity(
    registry: Registry, settings: Settings, model: SatisfactionModel
) -> None:
    good = pairs_of(0.2, 0.2)
    for said in (good.champion, good.challenger):
        registry.register(model, a_report(), {"seed": 0}, judged(good, said))
    assert kept_verdict(settings, "1", None) is None
    compare_and_keep(settings, "1", None)
    first = kept_verdict(settings, "1", None)
    assert (
        first
        and first["granted"]
        and [gate["name"] for gate in first["gates"]] == ["enough ratings", "signal"]
    )
    promote(settings, "1", force=False)
    compare_and_keep(settings, "2", "1")
    second = kept_verdict(settings, "2", "1")
    assert second and second["granted"] and second["figures"]["rounds"] == ROUNDS
    assert kept_verdict(settings.model_copy(update={"capacity": 0.2}), "2", "1") is None
    [file] = settings.home.glob("verdicts/2-1.json")
    file.write_text(file.read_text("utf-8")[:100], "utf-8")
    assert kept_verdict(settings, "2", "1") is None, "half a file is none"


def test_what_cannot_be_compared_is_kept_with_its_reason_and_tried_again_later(
    registry: Registry, settings: Settings, model: SatisfactionModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        registry.register(model, a_report(), {"seed": 0})
    registry.promote(registry.get("1"))
    compare_and_keep(settings, "2", "1")
    found = kept_verdict(settings, "2", "1")
    assert found and "without its judgement" in found["problem"] and not found["granted"]
    monkeypatch.setattr("desk.promotion.kept_verdicts._RETRY_AFTER", -1.0)
    assert kept_verdict(settings, "2", "1") is None


@pytest.mark.parametrize("content", ["{}", "half a file", '{"version": "1", "report": {}, "model": {}}'])
def test_a_champion_that_cannot_be_opened_keeps_nobody_from_replacing_it(
    registry: Registry, settings: Settings, model: SatisfactionModel, content: str
) -> None:
    registry.register(model, a_report(), {"seed": 0})
    served = settings.home / "models" / "champion.json"
    served.parent.mkdir(parents=True)
    served.write_text(content, "utf-8")
    open_store_in_use(settings).close()  # whoever serves or keeps accounts is not shut out
    assert promote(settings, None, force=False).granted
    assert registry.champion().version == "1"


def test_commands_leave_a_line_in_the_record_and_in_the_audit_log(
    registry: Registry, settings: Settings, model: SatisfactionModel
) -> None:
    for _ in range(2):
        registry.register(model, a_report(verdict="no usable signal"), {"seed": 0})
    assert not promote(settings, "1", force=False).granted
    assert ChangesFile(settings.home).read() == (), "what was refused changed nothing"
    promote(settings, "1", force=True, reason="演示用")
    registry.promote(registry.get("2"))
    rollback(settings, "不如以前")
    forced, back = ChangesFile(settings.home).read()
    assert (forced.kind, forced.version, forced.before) == (ChangeKind.PROMOTED, "1", None)
    assert forced.is_forced and forced.reason == "演示用" and forced.by.startswith("console:")
    assert (back.kind, back.version, back.before) == (ChangeKind.ROLLED_BACK, "1", "2")
    store = open_store(settings.home, "hotline")
    noted = [entry for _, entry in entries(store.engine) if entry.action == Action.PROMOTE]
    store.close()
    assert [entry.outcome for entry in noted] == [
        "version 1 put back",
        "version 1 promoted, forced",
    ]


def test_a_record_that_was_tampered_with_is_not_read_over(settings: Settings) -> None:
    path: Path = settings.home / "models" / "changes.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"kind": "promoted"}) + "\n", "utf-8")
    with pytest.raises(QinglingError, match="put it back from a backup"):
        ChangesFile(settings.home).read()


def test_a_version_whose_files_are_gone_is_listed_and_says_so(
    registry: Registry, settings: Settings, model: SatisfactionModel
) -> None:
    registry.register(model, a_report(), {"seed": 0}, judged(pairs := pairs_of(0.2, 0.2), pairs.champion))
    shutil.rmtree(settings.home / "mlflow-artifacts")
    compare_and_keep(settings, "1", None)
    view = model_view(settings, None, datetime.now(UTC))
    assert view.candidate and ("结论", "训练时的各项数字缺失") in view.candidate.lines
    assert view.found and view.found["problem"] and view.candidate.card is None
    assert [one.report for one in view.versions] == [{}]


def test_a_list_of_models_that_cannot_be_read_is_told(settings: Settings) -> None:
    settings.home.mkdir()
    (settings.home / "mlflow.db").write_bytes(b"no database" * 1000)
    with pytest.raises(QinglingError, match="put it back from a backup"):
        model_view(settings, None, datetime.now(UTC))
