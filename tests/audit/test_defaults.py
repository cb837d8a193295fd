"""A default in all rows but those that a bad rating brought something else to: as telling as a blank."""

import numpy as np
import pytest

from tests.audit.extracts import Extract, attribute, found, severe

RNG = np.random.default_rng(11)


def paid(extract: Extract, share: float) -> np.ndarray:
    """Amounts paid to this share of the dissatisfied, and to nobody else; NaN where nothing was paid."""
    bad = np.flatnonzero(extract.is_bad)
    amounts = np.full(len(extract.orders), np.nan)
    amounts[bad[: round(share * len(bad))]] = RNG.gamma(2, 50, round(share * len(bad))).round() + 1
    return amounts


@pytest.mark.parametrize("default", [0, np.nan])
def test_an_amount_paid_after_bad_ratings_only_is_severe(extract: Extract, default: float) -> None:
    names = [f"amount{percent}" for percent in (20, 40, 60, 80)]
    for name in names:
        extract.orders[name] = np.nan_to_num(paid(extract, int(name[-2:]) / 100), nan=default)
    path = extract.wide("".join(attribute(name, "numeric", "closed") for name in names))
    assert severe(path) == [("one_sided", name) for name in names]


def test_a_count_that_starts_after_bad_ratings_only_is_severe(extract: Extract) -> None:
    counted = extract.is_bad & (RNG.random(len(extract.orders)) < 0.6)
    extract.orders["again"] = np.where(counted, RNG.integers(1, 4, len(counted)), 0)
    assert severe(extract.wide(attribute("again", "numeric"))) == [("one_sided", "again")]


def test_a_word_for_nothing_is_a_default_too(extract: Extract) -> None:
    said = extract.is_bad & (RNG.random(len(extract.orders)) < 0.4)
    reasons = RNG.choice(["维修太慢", "没有修好", "态度不好", "收费不清"], len(said)).astype(object)
    extract.orders["reason"] = np.where(said, reasons, "无")
    assert severe(extract.wide(attribute("reason"))) == [("one_sided", "reason")]


def test_times_urged_that_raise_the_risk_are_no_leak(extract: Extract) -> None:
    urged = RNG.choice([0, 1, 2], len(extract.orders), p=[0.85, 0.1, 0.05])
    is_moved = extract.is_rated & (RNG.random(len(urged)) < np.array([0.0, 0.45, 0.75])[urged])
    extract.orders["rating"] = extract.orders["rating"].mask(is_moved, "不满意")
    extract.orders["urged"] = urged
    path = extract.wide(attribute("urged", "numeric"))
    assert found(path) == {}
    share = extract.is_bad[extract.is_rated & (urged == 2)].mean()
    assert share > 0.7, "the cause is strong, and honest"


def test_an_honest_flag_of_few_orders_is_no_leak(extract: Extract) -> None:
    is_vip = RNG.random(len(extract.orders)) < np.where(extract.is_rated, 0.3, 0.15)
    extract.orders["vip"] = np.where(is_vip, "是", "否")
    extract.orders["visits"] = np.where(is_vip, RNG.integers(1, 5, len(is_vip)), 0)
    assert found(extract.wide(attribute("vip", "boolean") + attribute("visits", "numeric"))) == {}


def test_a_mark_on_just_under_half_of_the_unhappy_texts_is_severe(big_extract: Extract) -> None:
    marked = big_extract.is_bad & (RNG.random(len(big_extract.orders)) < 0.45)
    big_extract.orders["text"] = np.where(marked, "(R) ", "") + big_extract.orders["text"]
    assert severe(big_extract.wide()) == [("one_sided", "text")]


def test_a_word_of_just_under_half_of_the_unhappy_is_severe(big_extract: Extract) -> None:
    marked = big_extract.is_bad & (RNG.random(len(big_extract.orders)) < 0.45)
    big_extract.orders["state"] = np.where(marked, "督办", RNG.choice(["甲", "乙"], len(marked)))
    assert severe(big_extract.wide(attribute("state"))) == [("one_sided", "state")]


def test_a_dire_case_of_a_few_dozen_orders_is_a_warning(extract: Extract) -> None:
    bad = np.flatnonzero(extract.is_bad)[:40]
    extract.orders["case"] = RNG.choice(["甲", "乙", "丙"], len(extract.orders)).astype(object)
    extract.orders.loc[bad, "case"] = "群体"
    finding = found(extract.wide(attribute("case")))["one_sided", "case"]
    assert finding.severity.value == "warning"
