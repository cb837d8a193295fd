"""Ratings that are not ratings, not yet there, or can never be there."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from tests.audit.extracts import BAD, Extract, attribute, found, severe

RNG = np.random.default_rng(6)
SILENT = ("silent_as_worst", "rating")


def without_answer(text: str) -> str:
    """The description without the column that says who answered."""
    return text.replace('answered = "answered"\n', "")


def code_the_silent(extract: Extract, word: str) -> None:
    extract.orders["rating"] = extract.orders["rating"].fillna(word)


def scaled(lines: str) -> Callable[[str], str]:
    return lambda text: without_answer(text) + f"\n[scale]\n{lines}\n"


LEVELS = '"不满意" = "不满意"\n"一般" = "一般"\n"基本满意" = "基本满意"\n"满意" = "满意"\n'


@pytest.mark.parametrize("word", ["未评价", "无人接听", "no answer", "-", "N/A"])
@pytest.mark.parametrize("scale", [LEVELS + '"{}" = "不满意"', LEVELS + '"*" = "不满意"'])
def test_a_word_for_silence_kept_as_the_worst_is_severe(extract: Extract, word: str, scale: str) -> None:
    code_the_silent(extract, word)
    assert severe(extract.wide(change=scaled(scale.format(word)))) == [SILENT]


def test_a_nought_beside_the_levels_is_severe(extract: Extract) -> None:
    numbers = {BAD: "1", "一般": "2", "基本满意": "3", "满意": "4"}
    extract.orders["rating"] = extract.orders["rating"].map(numbers)
    code_the_silent(extract, "0")
    scale = '0 = "不满意"\n1 = "不满意"\n2 = "一般"\n3 = "基本满意"\n4 = "满意"'
    assert severe(extract.wide(change=scaled(scale))) == [SILENT]


def test_the_silent_show_in_a_column_that_is_not_declared(extract: Extract) -> None:
    code_the_silent(extract, BAD)
    assert severe(extract.wide(change=without_answer)) == [SILENT]


def test_the_silent_show_in_what_they_lack(extract: Extract) -> None:
    orders = extract.orders.drop(columns="answered")
    orders["channel"] = orders["channel"].where(orders["rating"].notna())
    orders["called"] = orders["called"].where(orders["rating"].notna())
    extract.orders = orders
    code_the_silent(extract, BAD)
    assert severe(extract.wide(change=without_answer)) == [SILENT]


def test_a_nought_is_silence_where_most_are_worst_and_nobody_is_silent(extract: Extract) -> None:
    extract.orders["rating"] = extract.orders["rating"].map(
        {BAD: "0", "一般": "1", "基本满意": "2", "满意": "3"}
    )
    code_the_silent(extract, "0")
    extract.orders = extract.orders.drop(columns="answered")
    scale = '0 = "不满意"\n1 = "一般"\n2 = "基本满意"\n3 = "满意"'
    assert severe(extract.wide(change=scaled(scale))) == [SILENT]


def test_a_nought_of_four_levels_or_of_two_is_a_level(extract: Extract) -> None:
    four = dict(zip([BAD, "一般", "基本满意", "满意"], "0123", strict=True))
    for numbers in (four, {word: str(int(word != BAD)) for word in four}):
        copy = Extract(extract.folder, extract.orders.assign(rating=extract.orders["rating"].map(numbers)))
        lines = [f'{n} = "{"不满意" if n == "0" else "满意"}"' for n in dict.fromkeys(numbers.values())]
        assert (
            severe(copy.wide(change=lambda text, lines=lines: text + "\n[scale]\n" + "\n".join(lines))) == []
        )


def test_the_unhappy_who_were_not_solved_are_not_silent(extract: Extract) -> None:
    extract.orders["solved"] = np.where(extract.is_bad, "否", np.where(extract.is_rated, "是", None))
    path = extract.wide(
        change=lambda text: text.replace('answered = "ans', 'solved = "solved"\nanswered = "ans')
    )
    assert severe(path) == []


def test_a_column_filled_only_where_a_rating_came_is_severe(extract: Extract) -> None:
    recorded = RNG.integers(30, 300, len(extract.orders)).astype(str).astype(object)
    extract.orders["seconds"] = np.where(extract.is_rated, recorded, None)
    kinds = [("seconds", "numeric"), ("seconds", "category"), ("seconds", "text")]
    for column, kind in kinds:
        assert severe(extract.wide(attribute(column, kind))) == [("only_where_rated", column)]
    assert found(extract.wide())["only_where_rated", "seconds"].severity.value == "note"


def test_a_column_filled_for_a_part_of_the_rated_is_severe(extract: Extract) -> None:
    kept = extract.is_rated & (RNG.random(len(extract.orders)) < 0.5)
    extract.orders["record"] = np.where(kept, "有", None)
    assert severe(extract.wide(attribute("record"))) == [("only_where_rated", "record")]


def test_a_word_that_only_the_rated_have_is_severe(extract: Extract) -> None:
    extract.orders["state"] = np.where(extract.is_rated, "已评价", "未评价")
    assert severe(extract.wide(attribute("state"))) == [("only_where_rated", "state")]


def test_without_a_note_of_calls_the_settled_orders_are_compared(extract: Extract) -> None:
    orders = extract.orders
    orders["called"] = orders["called"].where(extract.is_rated)
    orders["answered"], orders["channel"] = None, None
    orders["record"] = np.where(extract.is_rated, "有", None)
    assert severe(extract.wide(attribute("record"))) == [("only_where_rated", "record")]


def test_what_is_filled_at_closing_is_not_taken_for_a_sign_of_rating(extract: Extract) -> None:
    orders = extract.orders
    is_open = RNG.random(len(orders)) < 0.3
    for name in ("closed", "called", "rating", "channel", "answered"):
        orders[name] = orders[name].mask(is_open)
    orders["bill"] = np.where(is_open, None, RNG.integers(1, 99, len(orders)))
    assert severe(extract.wide(attribute("bill", "numeric"))) == []


def test_recent_orders_without_their_ratings_are_named(extract: Extract) -> None:
    orders = extract.orders
    end = orders["received"].max()
    for name in ("called", "rating", "channel", "answered"):
        orders[name] = orders[name].where(orders["called"] <= end)
    path = extract.wide(change=lambda text: text.replace("2026-12-01 00:00:00", str(end)))
    finding = found(path)["immature_labels", ""]
    assert finding.evidence["recent_rated_share"] < finding.evidence["settled_rated_share"]
    assert severe(path) == []


def test_a_source_that_is_never_rated_is_named(extract: Extract) -> None:
    own = RNG.random(len(extract.orders)) < 0.2
    extract.orders["source"] = np.where(own, "企业自接", "12345")
    for name in ("rating", "called", "answered", "channel"):
        extract.orders[name] = extract.orders[name].mask(own)
    path = extract.wide()
    assert found(path)["never_rated", "source"].evidence["values"] == "企业自接"
    assert severe(path) == []


def test_a_rare_source_without_ratings_is_chance(extract: Extract) -> None:
    extract.orders["source"] = np.where(np.arange(len(extract.orders)) < 8, "信访", "12345")
    extract.orders.loc[:7, "rating"] = None
    assert not [key for key in found(extract.wide()) if key[0] == "never_rated"]


def test_a_mature_extract_has_no_immature_labels(extract: Extract) -> None:
    assert ("immature_labels", "") not in found(extract.wide())
    assert pd.to_datetime(extract.orders["called"]).max() < pd.Timestamp("2026-12-01")
