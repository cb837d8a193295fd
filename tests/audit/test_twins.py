"""Orders under two ids are told from orders that merely happened at the same hours."""

import numpy as np
import pytest

from tests.audit.extracts import Extract, add_twins, coarse, found, honest_orders, severe

COARSE = [("D", "0h"), ("D", "17h"), ("12h", "0h")]
TWINS = ("duplicates", "order_id")


def write_dates_with(extract: Extract) -> None:
    """Let pandas write the times of day even where all of them are midnight."""
    for name in ("received", "contacted", "closed", "called"):
        extract.orders[name] = extract.orders[name].dt.strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(("unit", "later"), COARSE)
@pytest.mark.parametrize("shape", ["wide", "long"])
def test_coarse_times_make_no_twins(big_extract: Extract, unit: str, later: str, shape: str) -> None:
    coarse(big_extract, unit, later)
    write_dates_with(big_extract)
    path = big_extract.wide() if shape == "wide" else big_extract.long()
    assert TWINS not in found(path)
    assert severe(path) == []


@pytest.mark.parametrize("shape", ["wide", "long"])
def test_orders_of_one_afternoon_are_no_twins(extract: Extract, shape: str) -> None:
    orders = extract.orders
    for name in ("received", "contacted", "closed", "called"):
        orders[name] = orders[name].min().floor("D") + (orders[name] - orders[name].dt.floor("h"))
        orders[name] = orders[name].dt.floor("10min")
    path = extract.wide() if shape == "wide" else extract.long()
    assert TWINS not in found(path)


def test_a_few_twins_in_a_short_list_are_a_slip_and_do_not_stop_training(extract: Extract) -> None:
    extract.orders = extract.orders[:8]
    add_twins(extract, 2)
    assert found(extract.wide())[TWINS].evidence["under_another_id"] == 2
    assert severe(extract.wide()) == []


@pytest.mark.parametrize("share", [0.02, 0.07])
@pytest.mark.parametrize(("unit", "later"), [("s", "0h"), ("D", "0h")])
def test_twins_are_found_however_coarse_the_times(
    extract: Extract, unit: str, later: str, share: float
) -> None:
    twins = round(share * len(extract.orders))
    coarse(extract, unit, later)
    add_twins(extract, twins)
    write_dates_with(extract)
    finding = found(extract.wide())[TWINS]
    assert abs(finding.evidence["under_another_id"] - twins) <= 2
    assert finding.severity.value == ("severe" if share > 0.05 else "warning")


@pytest.mark.parametrize(
    "changed",
    [{"text": "同一事项"}, {"caller": "C0"}, {"category": "其他", "area": 1.0}, {"company": "他处"}],
)
def test_twins_with_a_word_changed_are_found(extract: Extract, changed: dict[str, object]) -> None:
    add_twins(extract, 100, changed)
    assert found(extract.wide())[TWINS].evidence["under_another_id"] >= 95


def test_a_bare_log_that_holds_cases_twice_is_found(extract: Extract) -> None:
    bare = ["category", "company", "text", "caller", "area", "channel"]
    extract.orders = honest_orders(4000).assign(**dict.fromkeys(bare, None))
    later = np.random.default_rng(1).integers(60, 90_000, 4000) * np.timedelta64(1, "s")
    extract.orders["again"] = extract.orders["closed"] + later
    add_twins(extract, 80)
    moment = '[[files.moments]]\ntype = "checked"\nat = "again"\n'
    assert found(extract.wide(moment))[TWINS].evidence["under_another_id"] == 80


@pytest.mark.parametrize(
    ("unit", "later", "line"),
    [("D", "0h", "%Y-%m-%d 00:00:00"), ("D", "17h", "%Y-%m-%d 17:00:00")],
)
def test_one_hour_in_all_rows_is_a_day_without_a_time(
    extract: Extract, unit: str, later: str, line: str
) -> None:
    coarse(extract, unit, later)
    write_dates_with(extract)
    finding = found(extract.wide())["hidden_order", ""]
    assert finding.evidence["days_without_time_share"] == 1.0
    assert f'time_formats = ["{line}"]' in finding.remedy
    name, _, formats = finding.remedy.partition("time_formats = ")[2].partition("\n")[0].partition("[")
    mended = extract.wide(change=lambda text: f'time_formats = ["{line}"]\n' + text)
    assert (name, formats) == ("", f'"{line}"]')
    assert "00:00:00" not in found(mended)["hidden_order", ""].remedy, "the mended days are days"
    assert found(mended)["hidden_order", ""].evidence["days_without_time_share"] == 1.0


def test_one_column_of_days_among_times_is_named(extract: Extract) -> None:
    extract.orders["closed"] = extract.orders["closed"].dt.floor("D").dt.strftime("%Y-%m-%d %H:%M:%S")
    finding = found(extract.wide())["hidden_order", ""]
    assert finding.evidence["columns_of_days"] == "closed"
    assert '"%Y-%m-%d 00:00:00", "%Y-%m-%d %H:%M:%S"' in finding.remedy


def test_honest_times_hide_nothing(extract: Extract) -> None:
    assert ("hidden_order", "") not in found(extract.wide())
