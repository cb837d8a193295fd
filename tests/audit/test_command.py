"""The command: what it prints, how it ends, what an acknowledgement must say."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import pipelines.__main__ as command
from pipelines.audit import audit_extract
from store.extracts.description import DescriptionError
from tests.audit.extracts import BAD, Extract, attribute

LEAK = "near_perfect"


def acknowledged(kind: str = LEAK, column: str = "leak", reason: str = "asked before the callback") -> str:
    return f'\n[[acknowledged]]\nkind = "{kind}"\ncolumn = "{column}"\nreason = "{reason}"\n'


@pytest.fixture
def leaky(extract: Extract) -> Extract:
    extract.orders["leak"] = extract.is_bad.astype(int)
    return extract


def test_json_is_one_object_with_all_fields(leaky: Extract) -> None:
    done = CliRunner().invoke(command.app, ["audit", str(leaky.wide(attribute("leak"))), "--json"])
    assert done.exit_code == 1
    (finding,) = json.loads(done.stdout)["findings"]
    assert set(finding) == {"kind", "column", "evidence", "severity", "why", "remedy", "acknowledged"}
    assert (finding["kind"], finding["column"], finding["severity"]) == (LEAK, "leak", "severe")
    assert finding["evidence"]["auc"] == 1.0


def test_people_read_the_line_to_write(leaky: Extract) -> None:
    done = CliRunner().invoke(command.app, ["audit", str(leaky.wide(attribute("leak")))])
    assert done.exit_code == 1
    for words in ("SEVERE  near_perfect  leak", "auc 1.0", 'whose column is "leak"', "1 findings, 1 of them"):
        assert words in done.stdout


def test_an_acknowledged_finding_stays_in_the_list_and_ends_well(leaky: Extract) -> None:
    path = leaky.wide(attribute("leak"), lambda text: text + acknowledged())
    done = CliRunner().invoke(command.app, ["audit", str(path)])
    assert done.exit_code == 0
    assert "SEVERE  near_perfect  leak (acknowledged: asked before the callback)" in done.stdout


def test_what_the_remedy_says_to_write_can_be_written(leaky: Extract) -> None:
    (finding,) = audit_extract(leaky.wide(attribute("leak")))
    told = finding.remedy.split("honest:\n")[1].replace("…", "asked before the callback")
    (again,) = audit_extract(leaky.wide(attribute("leak"), lambda text: f"{text}\n{told}\n"))
    assert again.acknowledged == "asked before the callback"


def test_an_acknowledgement_is_for_its_kind_and_column_only(leaky: Extract) -> None:
    for other in (acknowledged(kind="one_sided"), acknowledged(column="area")):
        (finding,) = audit_extract(leaky.wide(attribute("leak"), lambda text, other=other: text + other))
        assert finding.stops_training


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (acknowledged(kind="near_perfct"), "did you mean 'near_perfect'"),
        (acknowledged(reason=""), "has no reason"),
        (acknowledged(reason="…"), "has no reason"),
        (acknowledged().replace("reason", "why"), "unknown key 'why'"),
        ('\n[acknowledged]\nkind = "near_perfect"\n', "double brackets"),
    ],
)
def test_an_acknowledgement_that_does_not_say_why_is_refused(leaky: Extract, written: str, said: str) -> None:
    with pytest.raises(DescriptionError, match=said):
        audit_extract(leaky.wide(attribute("leak"), lambda text: text + written))


def test_a_description_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(command.app, ["audit", str(tmp_path / "none.toml")])
    assert done.exit_code == 1
    assert "there is no description" in done.stderr


def test_no_text_and_no_caller_is_printed(extract: Extract) -> None:
    extract.orders["text"] = extract.orders["text"] + [f"王小姐{n}" for n in range(len(extract.orders))]
    extract.orders["caller"] = [f"SECRET{n % 50}" for n in range(len(extract.orders))]
    extract.orders["text"] = extract.orders["text"].where(
        extract.orders["rating"] != BAD, "投诉人李先生不认可"
    )
    done = CliRunner().invoke(command.app, ["audit", str(extract.wide()), "--json"])
    assert "text" in done.stdout
    for secret in ("李先生", "王小姐", "SECRET"):
        assert secret not in done.stdout
