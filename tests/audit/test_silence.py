"""Who did not answer is told from who is dissatisfied by the word, or by how the word behaves."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.audit.extracts import BAD, Extract, found, honest_orders, severe

RNG = np.random.default_rng(16)
SILENT = ("silent_as_worst", "rating")


def two_levels(extract: Extract, **words: str) -> Callable[[str], str]:
    """Have ratings in two words, with further words of the scale; how to describe it."""
    rating = np.where(extract.is_bad, "unhappy", "happy").astype(object)
    extract.orders["rating"] = np.where(extract.is_rated, rating, None)
    lines = {"happy": "满意", "unhappy": BAD, **words}
    scale = "\n".join(f'"{word}" = "{level}"' for word, level in lines.items())
    return lambda text: text.replace('answered = "answered"\n', "") + f"\n[scale]\n{scale}\n"


def hide_who_answered(extract: Extract) -> None:
    extract.orders = extract.orders.drop(columns="answered")


@pytest.mark.parametrize(
    "word",
    [
        "No reply",
        "No feedback",
        "Not surveyed",
        "did not pick up",
        "didn't answer",
        "N/A - no reply",
        "拒访",
        "未回复",
    ],
)
def test_what_says_silence_and_counts_as_the_worst_is_severe(extract: Extract, word: str) -> None:
    described = two_levels(extract, **{word: BAD})
    extract.orders["rating"] = extract.orders["rating"].fillna(word)
    hide_who_answered(extract)
    assert severe(extract.wide(change=described)) == [SILENT]


def test_a_word_that_dwarfs_the_others_of_the_worst_level_is_named(extract: Extract) -> None:
    described = two_levels(extract, X=BAD)
    extract.orders["rating"] = extract.orders["rating"].fillna("X")
    hide_who_answered(extract)
    finding = found(extract.wide(change=described))[SILENT]
    assert (finding.severity.value, finding.evidence["words"]) == ("warning", "X")
    assert finding.evidence["ratings"] == int((extract.orders["rating"] == "X").sum())


@pytest.mark.parametrize("level", [BAD, "满意"])
@pytest.mark.parametrize("lacking", ["seconds", "remark"])
def test_a_word_without_what_answers_bring_is_named(extract: Extract, lacking: str, level: str) -> None:
    described = two_levels(extract, Y=level)
    has_it = extract.is_rated & (RNG.random(len(extract.orders)) < (1.0 if lacking == "seconds" else 0.4))
    extract.orders[lacking] = np.where(has_it, RNG.integers(20, 200, len(has_it)).astype(str), None)
    extract.orders["rating"] = extract.orders["rating"].mask(
        extract.orders["rating"].isna() & (RNG.random(len(has_it)) < 0.3), "Y"
    )
    hide_who_answered(extract)
    finding = found(extract.wide(change=described))[SILENT]
    assert finding.evidence["empty"] == lacking
    assert finding.severity.value in ("warning", "severe")


def test_two_honest_words_of_one_level_are_no_silence(extract: Extract) -> None:
    described = two_levels(extract, furious=BAD, fine="满意")
    rating, chance = extract.orders["rating"], RNG.random(len(extract.orders))
    rating = rating.mask(rating.eq("unhappy") & (chance < 0.1), "furious")
    extract.orders["rating"] = rating.mask(rating.eq("happy") & (chance < 0.8), "fine")
    reason = extract.is_rated & extract.orders["rating"].eq("furious")
    extract.orders["reason"] = np.where(reason, "太慢", None)
    only_rated = extract.orders[extract.is_rated]
    for orders in (extract.orders, only_rated):
        copy = Extract(extract.folder, orders.drop(columns="answered"))
        assert SILENT not in found(copy.wide(change=described))


@pytest.mark.parametrize("orders", [60, 150, 400])
def test_chance_in_a_small_extract_is_no_silence(extract: Extract, orders: int) -> None:
    for seed in range(3):
        small = honest_orders(orders, seed, bad_share=0.42)
        small = small[small["rating"].notna()]
        extract.orders = small.drop(columns="answered")
        path = extract.wide(change=lambda text: text.replace('answered = "answered"\n', ""))
        assert SILENT not in found(path)
