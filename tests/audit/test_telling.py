"""What tells the rating by itself is found in whatever shape it comes; what merely foretells it is not."""

import numpy as np
import pandas as pd
import pytest

from tests.audit.extracts import BAD, Extract, attribute, found, honest_orders, severe

RNG = np.random.default_rng(5)


def planted(extract: Extract, shape: str) -> np.ndarray:
    """Values that give the rating away, in this shape."""
    bad, n = extract.is_bad, len(extract.orders)
    shapes = {
        "numeric": RNG.normal(0, 1, n) + 8 * bad,
        "not monotone": np.where(bad, 5, RNG.choice([1, 9], n)),
        "boolean": np.where(bad, "是", "否"),
        "category": np.where(bad, RNG.choice(["甲", "乙"], n), RNG.choice(["丙", "丁", "戊"], n)),
        "status": np.where(bad, "再次处理", np.where(extract.is_rated, "归档", "待回访")),
        "text": [
            f"回访情况{i}：{'市民不认可' if b else '市民表示认可'}，单号{i * 7}" for i, b in enumerate(bad)
        ],
    }
    return np.asarray(shapes[shape], dtype=object)


SHAPES = {
    "numeric": "numeric",
    "not monotone": "numeric",
    "boolean": "boolean",
    "category": "category",
    "status": "category",
    "text": "text",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_column_that_nearly_decides_the_rating_is_severe(extract: Extract, shape: str) -> None:
    extract.orders["leak"] = planted(extract, shape)
    assert severe(extract.wide(attribute("leak", SHAPES[shape]))) == [("near_perfect", "leak")]


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_not_declared_is_never_severe(extract: Extract, shape: str) -> None:
    extract.orders["leak"] = planted(extract, shape)
    path = extract.wide()
    assert severe(path) == []
    assert found(path)["near_perfect", "leak"].remedy == 'never map "leak"'


@pytest.mark.parametrize("shape", SHAPES)
def test_a_leak_in_six_rows_of_ten_is_severe(extract: Extract, shape: str) -> None:
    extract.orders["leak"] = np.where(RNG.random(len(extract.orders)) < 0.6, planted(extract, shape), None)
    assert severe(extract.wide(attribute("leak", SHAPES[shape]))) == [("near_perfect", "leak")]


def test_what_is_written_only_after_an_unhappy_callback_is_severe(extract: Extract) -> None:
    said = extract.is_bad & (RNG.random(len(extract.orders)) < 0.6)
    reasons = RNG.choice(["维修太慢", "没有修好", "态度不好"], len(said)).astype(object)
    extract.orders["reason"] = np.where(said, reasons, None)
    finding = found(extract.wide(attribute("reason")))["one_sided", "reason"]
    assert finding.severity.value == "severe"
    assert finding.evidence["dissatisfied_share"] == 1.0


def test_a_remark_added_to_some_unhappy_texts_is_severe(extract: Extract) -> None:
    said = extract.is_bad & (RNG.random(len(extract.orders)) < 0.6)
    extract.orders["text"] = np.where(said, extract.orders["text"] + "【已列入重点】", extract.orders["text"])
    assert severe(extract.wide()) == [("one_sided", "text")]


def test_a_field_overwritten_after_the_rating_is_severe(extract: Extract) -> None:
    extract.orders["company"] = np.where(extract.is_bad, "督办组", extract.orders["company"])
    assert severe(extract.wide()) == [("near_perfect", "company")]


def test_a_two_level_scale_is_no_cover(extract: Extract) -> None:
    extract.orders["leak"] = planted(extract, "boolean")
    extract.orders["rating"] = extract.orders["rating"].map(
        lambda r: r and ("1" if r == BAD else "0"), "ignore"
    )
    scale = '\n[scale]\n1 = "不满意"\n0 = "满意"\n'
    assert severe(extract.wide(attribute("leak", "boolean"), lambda text: text + scale)) == [
        ("near_perfect", "leak")
    ]


def test_what_stands_in_every_row_from_the_first_is_called_constant(extract: Extract) -> None:
    leak = {"leak": planted(extract, "category")}
    for of in ("order", "event"):
        path = extract.long(attribute("leak", known_from="first_event", of=of), extra=leak)
        assert severe(path) == [("constant_from_start", "leak")]


def test_what_comes_with_the_outcome_alone_is_severe_even_without_a_time_of_callbacks(
    extract: Extract,
) -> None:
    path = extract.long(attribute("leak", of="event"), extra={"leak": planted(extract, "category")})
    path.write_text(path.read_text("utf-8").replace('at = "called"\n', ""), "utf-8")
    rows = pd.read_csv(extract.folder / "events.csv")
    rows["leak"] = rows["leak"].mask(rows["no"].duplicated(keep="last"))
    rows.to_csv(extract.folder / "events.csv", index=False)
    assert severe(path) == [("near_perfect", "leak")]


def test_what_stands_in_six_rows_of_ten_is_called_constant_even_without_a_time_of_callbacks(
    extract: Extract,
) -> None:
    path = extract.long(attribute("leak", of="event"), extra={"leak": planted(extract, "category")})
    path.write_text(path.read_text("utf-8").replace('at = "called"\n', ""), "utf-8")
    rows = pd.read_csv(extract.folder / "events.csv")
    rows["leak"] = rows["leak"].where(RNG.random(len(rows)) < 0.6)
    rows.to_csv(extract.folder / "events.csv", index=False)
    assert severe(path) == [("constant_from_start", "leak")]


@pytest.mark.parametrize("orders", [300, 600])
def test_a_small_extract_with_a_perfect_leak_is_severe(extract: Extract, orders: int) -> None:
    extract.orders = honest_orders(orders, 1)
    extract.orders["leak"] = planted(extract, "boolean")
    assert severe(extract.wide(attribute("leak", "boolean"))) == [("near_perfect", "leak")]


def test_known_only_after_the_callback_is_no_leak(extract: Extract) -> None:
    orders = extract.orders
    orders["again"] = orders["called"].where(extract.is_bad) + np.timedelta64(2, "h")
    moment = '[[files.moments]]\ntype = "redispatched"\nat = "again"\n'
    assert severe(extract.wide(moment)) == []


def test_an_event_dated_back_before_the_rating_that_it_follows_is_severe(extract: Extract) -> None:
    orders = extract.orders
    orders["again"] = orders["closed"].where(extract.is_bad)
    moment = '[[files.moments]]\ntype = "redispatched"\nat = "again"\n'
    assert severe(extract.wide(moment)) == [("near_perfect", "redispatched")]


def test_an_id_tells_nothing(extract: Extract) -> None:
    extract.orders["serial"] = extract.orders["no"].str[::-1]
    assert severe(extract.wide(attribute("serial"))) == []


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("orders", [44, 200, 1500])
def test_honest_extracts_have_nothing_severe(extract: Extract, orders: int, seed: int) -> None:
    extract.orders = honest_orders(orders, seed)
    for number in range(8):
        extract.orders[f"x{number}"] = RNG.integers(0, 2 + 3 * number, orders)
    declared = "".join(
        attribute(f"x{number}", "numeric" if number % 2 else "category") for number in range(8)
    )
    assert severe(extract.wide(declared)) == []
