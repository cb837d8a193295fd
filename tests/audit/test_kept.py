"""Ingest keeps what the audit found, and train refuses what is severe until it is mended or acknowledged."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from desk.kept_findings import kept_findings, refuse_leaks
from desk.settings import Settings
from hotline.errors import QinglingError
from pipelines.ingest import ingest
from pipelines.train import Recipe, train
from tests.audit.extracts import Extract, attribute

ACKNOWLEDGED = """
[[acknowledged]]
kind = "near_perfect"
column = "leak"
reason = "the firm's own call, made before the official one"
"""


@pytest.fixture
def leaky(extract: Extract) -> Callable[..., Path]:
    extract.orders["leak"] = extract.is_bad.astype(int)

    def describe(dataset: str = "planted", attributes: str = attribute("leak"), more: str = "") -> Path:
        return extract.wide(attributes, lambda text: text.replace('"planted"', f'"{dataset}"') + more)

    return describe


def test_train_refuses_and_names_the_column(leaky: Callable[..., Path], settings: Settings) -> None:
    summary = ingest(leaky(), settings)
    assert summary.stops_training == ("leak",)
    with pytest.raises(QinglingError, match=r"leak \(near_perfect\)"):
        train(settings, Recipe(), lambda step: None)


def test_the_file_is_one_whole_object(leaky: Callable[..., Path], settings: Settings) -> None:
    ingest(leaky(), settings)
    kept = json.loads((settings.home / "audits" / "planted.json").read_text("utf-8"))
    assert [f["column"] for f in kept["findings"] if f["severity"] == "severe"] == ["leak"]
    assert [path.name for path in (settings.home / "audits").iterdir()] == ["planted.json"]


def test_an_acknowledged_leak_lets_train_pass(leaky: Callable[..., Path], settings: Settings) -> None:
    ingest(leaky(), settings)
    ingest(leaky(more=ACKNOWLEDGED), settings)
    refuse_leaks(settings.home, "planted")
    assert "firm's own call" in next(f.acknowledged or "" for f in kept_findings(settings.home, "planted"))


def test_a_mended_description_does_not_mend_what_was_loaded(
    leaky: Callable[..., Path], settings: Settings
) -> None:
    ingest(leaky(), settings)
    ingest(leaky(attributes=""), settings)
    with pytest.raises(QinglingError, match="leak"):
        refuse_leaks(settings.home, "planted")
    ingest(leaky("mended", attributes=""), settings)
    refuse_leaks(settings.home, "mended")


def test_a_data_set_begun_anew_has_no_past(leaky: Callable[..., Path], settings: Settings) -> None:
    ingest(leaky(), settings)
    for path in settings.home.glob("planted.db*"):
        path.unlink()
    ingest(leaky(attributes=""), settings)
    refuse_leaks(settings.home, "planted")


def test_a_data_set_without_an_audit_is_not_refused(settings: Settings) -> None:
    refuse_leaks(settings.home, "never")
