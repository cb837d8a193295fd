"""The command says what is wrong in one line, keeps its stdout clean, and its help comes at once."""

import os
import resource
import socket
import subprocess
import sys
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from rich.console import Console
from typer.testing import CliRunner

import pipelines.__main__ as command
from models.backtest import Protocol
from pipelines.printing import console

HEAVY = ("numpy", "pandas", "sklearn", "mlflow", "lightgbm", "fastapi", "sqlalchemy", "scipy")


@pytest.fixture(autouse=True)
def empty_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Each command finds an empty home."""
    for name in [n for n in os.environ if n.startswith("QINGLING_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("QINGLING_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_help_costs_less_than_half_a_second() -> None:
    def cost() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([sys.executable, "-m", "pipelines", "--help"], capture_output=True, check=True)
        assert b"ingest" in done.stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(cost() for _ in range(5)) < 0.5


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, pipelines.__main__ as c\n"
        "try: c.app(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage" in done.stdout
    assert done.stderr == "[]\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["score", "A"], "no model has been promoted yet; run `qingling train` and `qingling promote`"),
        (["score"], "name one order, or ask for all open ones with --open"),
        (["score", "A", "--open"], "name one order, or ask for all open ones with --open"),
        (
            ["score", "A", "--at", "2026-10-01T09:00"],
            "'2026-10-01T09:00' has no time zone; write it like 2026-10-01T09:00+08:00",
        ),
        (["score", "A", "--at", "soon"], "'soon' is no time; write it like 2026-10-01T09:00+08:00"),
        (["train"], "no order has a rating that counts; ingest callbacks with ratings first"),
        (["backtest"], "no order has a rating that counts; ingest callbacks with ratings first"),
    ],
)
def test_what_can_be_mended_is_said_in_one_line(words: list[str], said: str) -> None:
    done = CliRunner().invoke(command.app, words)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.strip().splitlines()[-1] == said
    assert "Traceback" not in done.stderr


def test_promoting_without_a_challenger_is_said_in_one_line(empty_home: Path) -> None:
    done = CliRunner().invoke(command.app, ["promote"])
    assert done.exit_code == 1
    assert done.stderr == f"there is no challenger model in {empty_home}; run `qingling train`\n"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATASET", "../x", "data set '../x'"),
        ("DATABASE_URL", "mysql://x/y", "use postgresql://user@host/name"),
    ],
)
def test_a_setting_that_cannot_be_used_is_said_in_one_line(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"QINGLING_{name}", value)
    done = CliRunner().invoke(command.app, ["train"])
    assert done.exit_code == 1
    assert said in done.stderr.strip().splitlines()[-1]


def test_a_protocol_that_there_is_not_is_refused_with_the_ones_there_are() -> None:
    done = CliRunner().invoke(command.app, ["backtest", "--protocol", "nonsense"])
    assert done.exit_code == 2
    assert "'label-honest', 'as-published'" in done.stderr


def test_the_protocols_of_the_command_are_those_of_the_backtest() -> None:
    offered = get_args(get_type_hints(command.backtest)["protocol"])
    assert set(offered) == {protocol.value for protocol in Protocol}


@pytest.mark.parametrize("fault", [KeyError("total"), ValueError("shapes (3,) (4,)"), LookupError("x")])
def test_a_fault_of_ours_is_not_taken_for_a_mistake_of_the_user(
    fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: object) -> None:
        raise fault

    monkeypatch.setattr("pipelines.score.open_scorer", faulty)
    done = CliRunner().invoke(command.app, ["score", "A"])
    assert done.exception is fault


def test_a_pipe_is_wide_and_a_terminal_keeps_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert console().width >= 150
    monkeypatch.setattr(Console, "is_terminal", True)
    assert console().width == 80


def test_the_demo_says_before_its_minutes_of_work_that_its_port_is_taken(empty_home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = CliRunner().invoke(command.app, ["demo", "--orders", "2000", "--port", str(port)])
    assert said.exit_code == 1
    assert f"port {port} on 127.0.0.1 cannot be used" in said.output + str(said.exception)
    assert not empty_home.exists(), "nothing was begun"
