"""Extracts that nobody tampered with have nothing severe: the simulator's, and the open data where it lies."""

from pathlib import Path

import pytest

from models.audit.findings import Finding
from pipelines.audit import audit_extract
from pipelines.simulate import simulate_extract
from tests.ingest.test_open_data import EXAMPLES, SIZES, SLOW, described_files


def severe_columns(findings: tuple[Finding, ...]) -> list[str]:
    return [f"{f.kind.value} {f.column}" for f in findings if f.severity.value == "severe"]


@pytest.mark.parametrize(("orders", "seed"), [(44, 1), (400, 2), (4000, 3)])
def test_a_simulated_district_has_nothing_severe(orders: int, seed: int, tmp_path: Path) -> None:
    simulate_extract(orders, seed, tmp_path, lambda step, share: None)
    findings = audit_extract(tmp_path / "pudong.toml")
    assert severe_columns(findings) == []
    assert {f.kind.value for f in findings} <= {"immature_labels", "never_rated"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in SIZES]
)
def test_open_data_has_nothing_severe(name: str) -> None:
    missing = [path for path in described_files(name) if not path.is_file()]
    if missing:
        pytest.skip(f"the open data is not here: {missing[0].name} in ../shared/data")
    assert severe_columns(audit_extract(EXAMPLES / f"{name}.toml")) == []


def test_the_second_label_of_the_retail_orders_is_seen_though_it_is_not_declared() -> None:
    if not all(path.is_file() for path in described_files("olist")):
        pytest.skip("the open data is not here: orders.csv in ../shared/data")
    notes = {f.column: f.remedy for f in audit_extract(EXAMPLES / "olist.toml")}
    assert notes["review_score"] == 'never map "review_score"'
