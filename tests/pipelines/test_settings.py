"""The settings in force can be printed, and tell no password."""

import json

import pytest
from typer.testing import CliRunner

import pipelines.__main__ as command
from desk.settings import Settings


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, object]]:
    """What the command prints with some variables set, by variable."""
    monkeypatch.setenv("QINGLING_DATABASE_URL", "postgresql://qingling:geheim@db.example/qingling")
    monkeypatch.setenv("QINGLING_CAPACITY", "0.2")
    done = CliRunner().invoke(command.app, ["settings", "--json"], catch_exceptions=False)
    return {row["variable"]: row for row in json.loads(done.stdout)}


def test_every_setting_is_told_with_its_value_origin_and_meaning(told: dict[str, dict[str, object]]) -> None:
    assert len(told) == len(Settings.model_fields)
    assert told["QINGLING_CAPACITY"]["value"] == 0.2 and told["QINGLING_CAPACITY"]["is_set"]
    assert not told["QINGLING_RESCORE_MINUTES"]["is_set"]
    assert all(row["meaning"] for row in told.values())


def test_a_password_in_an_address_is_hidden(told: dict[str, dict[str, object]]) -> None:
    assert told["QINGLING_DATABASE_URL"]["value"] == "postgresql://qingling:***@db.example/qingling"
    assert "geheim" not in json.dumps(told)


def test_people_get_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QINGLING_CAPACITY", "0.2")
    done = CliRunner().invoke(command.app, ["settings"], catch_exceptions=False, env={"COLUMNS": "200"})
    assert "QINGLING_HOME" in done.stdout and "default" in done.stdout
