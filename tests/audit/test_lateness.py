"""Lateness is known when an order ends: whoever has it at receipt has it from the future."""

import numpy as np
import pandas as pd
import pytest

from tests.audit.extracts import Extract, attribute, severe, with_deadlines

DAY = pd.Timedelta("1D")
SHAPES = {
    "flag": ("boolean", lambda late: np.where(late > 0, "Y", "N")),
    "word": ("category", lambda late: np.where(late > 1, "严重超期", np.where(late > 0, "超期", "按期"))),
    "figure": ("numeric", lambda late: (late > 0).astype(int)),
    "days": ("numeric", lambda late: late.clip(0).round(2)),
    "started days": ("numeric", lambda late: np.ceil(late.clip(0))),
    "days left": ("numeric", lambda late: (-late * 24).round(1) + 3),
}


def lateness(extract: Extract, known_from: str, *against: str) -> tuple[str, list[str]]:
    """Plant lateness in every shape, against these times; how to declare the columns, and their names."""
    declared, names = "", []
    for other in against:
        late = (extract.orders["closed"] - extract.orders[other]) / DAY
        for shape, (kind, of) in SHAPES.items():
            name = f"{shape}_{other}".replace(" ", "_")
            extract.orders[name] = of(late)
            declared += attribute(name, kind, known_from)
            names.append(name)
    return declared, sorted(names)


@pytest.mark.parametrize("known_from", ["received", "contacted"])
def test_lateness_known_before_the_end_is_severe_in_every_shape(extract: Extract, known_from: str) -> None:
    described = with_deadlines(extract)
    declared, names = lateness(extract, known_from, "due", "promised")
    assert severe(extract.wide(declared, described)) == [("describes_end", name) for name in names]


def test_lateness_known_from_the_closing_is_no_leak(extract: Extract) -> None:
    described = with_deadlines(extract)
    declared, _ = lateness(extract, "closed", "due", "promised")
    assert severe(extract.wide(declared, described)) == []


def test_an_overdue_mark_in_every_row_of_a_log_is_no_leak_if_known_from_the_closing(extract: Extract) -> None:
    late = np.where(extract.orders["closed"] - extract.orders["received"] > 3 * DAY, "是", "否")
    for known_from, leaks in (("closed", []), ("first_event", [("describes_end", "late")])):
        path = extract.long(attribute("late", "boolean", known_from), extra={"late": late})
        assert severe(path) == leaks


def test_a_mark_of_slow_orders_known_at_receipt_is_severe(extract: Extract) -> None:
    took = (extract.orders["closed"] - extract.orders["received"]) / DAY
    extract.orders["slow"] = np.where(took > 3, "慢", "快")
    assert severe(extract.wide(attribute("slow"))) == [("describes_end", "slow")]


def test_an_urgency_that_sets_the_deadline_is_no_lateness(extract: Extract) -> None:
    described = with_deadlines(extract)
    is_urgent = np.arange(len(extract.orders)) % 3 == 0
    extract.orders["due"] = extract.orders["received"] + pd.to_timedelta(
        np.where(is_urgent, 1, 300), unit="D"
    )
    extract.orders["urgency"] = np.where(is_urgent, "紧急", "一般")
    extract.orders["limit"] = np.where(is_urgent, 1, 300)
    declared = attribute("urgency") + attribute("limit", "numeric")
    assert severe(extract.wide(declared, described)) == []


def test_a_mark_that_merely_goes_with_lateness_is_no_leak(extract: Extract) -> None:
    described = with_deadlines(extract)
    is_late = (extract.orders["closed"] > extract.orders["due"]).to_numpy()
    rng = np.random.default_rng(3)
    extract.orders["hard"] = np.where(rng.random(len(is_late)) < np.where(is_late, 0.85, 0.2), "难", "易")
    assert severe(extract.wide(attribute("hard"), described)) == []
