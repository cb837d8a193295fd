"""Times that let the future in, orders that stand twice, columns that know the end."""

import numpy as np
import pandas as pd
import pytest

from tests.audit.extracts import Extract, attribute, found, honest_orders, severe

RNG = np.random.default_rng(7)
HOURS = np.timedelta64(1, "h")


def hours(n: int, most: int) -> np.ndarray:
    return RNG.integers(1, most, n) * HOURS


def test_a_time_after_the_callback_is_severe(extract: Extract) -> None:
    extract.orders["filed"] = extract.orders["called"] + hours(len(extract.orders), 90)
    assert severe(extract.wide(attribute("filed"))) == [("recorded_after_callback", "filed")]
    assert severe(extract.wide()) == []


def test_a_planned_date_is_no_time_after_the_callback(extract: Extract) -> None:
    extract.orders["planned"] = extract.orders["received"] + hours(len(extract.orders), 200)
    assert severe(extract.wide(attribute("planned"))) == []


def test_a_deadline_may_lie_after_the_callback(extract: Extract) -> None:
    extract.orders["due"] = extract.orders["called"] + np.timedelta64(40, "D")
    due = 'received_at = "received"\ndue_at = "due"\n'
    assert severe(extract.wide(change=lambda text: text.replace('received_at = "received"\n', due))) == []


def entered(extract: Extract, name: str) -> None:
    """Visits of which a third were entered weeks later, under this header."""
    orders = extract.orders
    is_late = RNG.random(len(orders)) < 0.33
    extract.orders[name] = orders["closed"] + np.where(
        is_late, np.timedelta64(30, "D"), np.timedelta64(1, "m")
    )


@pytest.mark.parametrize(
    ("name", "is_severe"), [("录入时间", True), ("recorded_at", True), ("promised", False)]
)
def test_a_time_of_entry_that_is_not_mapped_is_severe(extract: Extract, name: str, is_severe: bool) -> None:
    entered(extract, name)
    orders = extract.orders
    path = extract.long(extra={name: orders[name].to_numpy()})
    assert (("recorded_after_callback", name) in severe(path)) == is_severe
    assert found(path)["recorded_after_callback", name].remedy.startswith(f'known_at = "{name}"')


def test_a_time_of_entry_that_is_mapped_is_no_finding(extract: Extract) -> None:
    entered(extract, "录入时间")
    extra = {"录入时间": extract.orders["录入时间"].to_numpy()}
    path = extract.long(
        extra=extra, change=lambda t: t.replace('at = "when"', 'at = "when"\nknown_at = "录入时间"')
    )
    assert severe(path) == []


def again(extract: Extract) -> tuple[pd.DataFrame, np.ndarray]:
    """Re-dispatches of some orders, rated badly or not, and how many each order had."""
    orders = extract.orders
    count = np.where(RNG.random(len(orders)) < 0.25, RNG.integers(1, 3, len(orders)), 0)
    parts = [
        pd.DataFrame(
            {"no": orders["no"], "what": "重新交办", "when": orders["called"] + n * 24 * HOURS, "who": "x"}
        )[count >= n]
        for n in (1, 2)
    ]
    return pd.concat(parts), count


def test_a_count_of_what_comes_later_is_severe(extract: Extract) -> None:
    events, count = again(extract)
    path = extract.long(attribute("times", "numeric", "received"), extra={"times": count}, events=events)
    assert severe(path) == [("describes_end", "times")]


def test_a_mark_of_what_comes_later_is_severe(extract: Extract) -> None:
    events, count = again(extract)
    mark = {"again": np.where(count > 0, "是", "否")}
    path = extract.long(attribute("again", "boolean"), extra=mark, events=events)
    assert severe(path) == [("describes_end", "again")]


def test_without_times_of_callbacks_what_follows_them_is_severe(extract: Extract) -> None:
    events, _ = again(extract)
    path = extract.long(events=events, change=lambda text: text.replace('at = "called"\n', ""))
    assert severe(path) == [("recorded_after_callback", "redispatched")]
    assert severe(extract.long(events=events)) == []


def test_an_attribute_from_the_file_of_callbacks_is_severe(extract: Extract) -> None:
    mapped = attribute("channel", known_from="received")
    assert severe(extract.long(change=lambda text: text + mapped)) == [("recorded_after_callback", "channel")]


def test_a_companys_share_of_these_very_ratings_is_severe(extract: Extract) -> None:
    orders = extract.orders
    share = (
        pd.Series(np.where(extract.is_rated, extract.is_bad, np.nan))
        .groupby(orders["company"])
        .transform("mean")
    )
    declared = attribute("share", "numeric")
    orders["share"] = share.round(4)
    assert severe(extract.wide(declared)) == [("computed_from_ratings", "share")]
    half = pd.Series(np.where(extract.is_rated & (np.arange(len(orders)) < 700), extract.is_bad, np.nan))
    orders["share"] = half.groupby(orders["company"]).transform("mean").round(4)
    assert severe(extract.wide(declared)) == [], "last year's share is a cause like others"


def test_a_companys_rank_and_a_share_by_two_keys_are_severe(big_extract: Extract) -> None:
    orders = big_extract.orders
    bad = pd.Series(np.where(big_extract.is_rated, big_extract.is_bad, np.nan))
    orders["rank"] = orders["company"].map(bad.groupby(orders["company"]).mean().rank(ascending=False))
    orders["both"] = bad.groupby([orders["company"], orders["category"]]).transform("mean").round(4)
    declared = attribute("rank", "numeric") + attribute("both", "numeric")
    assert severe(big_extract.wide(declared)) == [
        ("computed_from_ratings", "both"),
        ("computed_from_ratings", "rank"),
    ]


def test_last_years_rank_and_share_by_two_keys_are_causes_like_others(big_extract: Extract) -> None:
    orders = big_extract.orders
    keys = [orders["company"], orders["category"]]
    for seed in range(4):
        year = honest_orders(4000, seed + 50, bad_share=0.3)
        bad = year["rating"].eq("不满意").where(year["rating"].notna()).astype(float)
        companies = bad.groupby(year["company"]).mean().rank()
        both = bad.groupby([year["company"], year["category"]]).mean().round(4)
        orders[f"rank{seed}"] = keys[0].map(companies)
        orders[f"both{seed}"] = both.reindex(pd.MultiIndex.from_arrays(keys)).to_numpy()
    names = [f"{name}{seed}" for seed in range(4) for name in ("rank", "both")]
    assert severe(big_extract.wide("".join(attribute(name, "numeric") for name in names))) == []


def test_the_length_of_the_whole_order_is_severe_unless_known_at_closing(extract: Extract) -> None:
    extract.orders["days"] = (
        extract.orders["closed"] - extract.orders["received"]
    ).dt.total_seconds() // 86400
    assert severe(extract.wide(attribute("days", "numeric", "received"))) == [("describes_end", "days")]
    assert severe(extract.wide(attribute("days", "numeric", "closed"))) == []


def test_the_time_of_closing_known_at_receipt_is_severe(extract: Extract) -> None:
    extract.orders["finished"] = extract.orders["closed"]
    assert severe(extract.wide(attribute("finished"))) == [("describes_end", "finished")]


def test_orders_under_two_ids_are_found_and_make_nothing_else_look_like_a_leak(extract: Extract) -> None:
    orders = extract.orders
    twins = orders.iloc[:400].assign(no="X" + orders["no"].iloc[:400])
    extract.orders = pd.concat([orders, twins])
    path = extract.wide(
        attribute("text2", "category").replace('name = "text2"', 'name = "text2"\ncolumn = "text"')
    )
    assert severe(path) == [("duplicates", "order_id")]
    assert found(path)["duplicates", "order_id"].evidence["under_another_id"] == 400


def test_a_long_file_that_holds_cases_twice_is_found(extract: Extract) -> None:
    path = extract.long()
    for name in ("events.csv", "calls.csv"):
        rows = pd.read_csv(extract.folder / name)
        twins = rows[rows["no"] < "PD000400"].assign(no=lambda frame: "X" + frame["no"])
        pd.concat([rows, twins]).to_csv(extract.folder / name, index=False)
    assert severe(path) == [("duplicates", "order_id")]


def test_a_few_twins_are_a_warning(extract: Extract) -> None:
    orders = extract.orders
    extract.orders = pd.concat([orders, orders.iloc[:20].assign(no="X" + orders["no"].iloc[:20])])
    assert found(extract.wide())["duplicates", "order_id"].severity.value == "warning"


def test_rows_that_stand_twice_are_found(extract: Extract) -> None:
    path = extract.long()
    rows = pd.read_csv(extract.folder / "events.csv")
    pd.concat([rows, rows.iloc[:200]]).to_csv(extract.folder / "events.csv", index=False)
    assert found(path)["duplicates", "events.csv"].evidence["repeated"] == 200
    assert severe(path) == []


def test_days_without_a_time_are_named(extract: Extract) -> None:
    for name in ("received", "contacted", "closed", "called"):
        extract.orders[name] = extract.orders[name].dt.date
    assert found(extract.wide())["hidden_order", ""].evidence["days_without_time_share"] == 1.0


def test_honest_times_are_no_finding(extract: Extract) -> None:
    kinds = {kind for kind, _ in (*found(extract.wide()), *found(extract.long()))}
    assert kinds == set()
