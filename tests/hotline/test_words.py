"""Ratings, bands and masking say what the hotline says."""

from datetime import datetime, timedelta

import pytest

from hotline.bands import BandLimits, RiskBand, band_of
from hotline.calendar import SHANGHAI
from hotline.lifecycle import STAGE_AFTER, EventType, Stage, rank
from hotline.masking import mask_personal_numbers
from hotline.satisfaction import LEVELS_ZH, WEIGHTS, Rating, expected_loss

NOW = datetime(2026, 4, 13, 10, tzinfo=SHANGHAI)


def test_every_level_is_found_by_its_word_and_says_it() -> None:
    assert [Rating.from_zh(word).zh for word in LEVELS_ZH] == list(LEVELS_ZH)
    assert sorted(Rating, reverse=True) == [Rating(3), Rating(2), Rating(1), Rating(0)]


def test_a_word_that_is_no_rating_is_refused_with_the_words_that_are() -> None:
    with pytest.raises(ValueError, match="不满意、一般、基本满意、满意"):
        Rating.from_zh("非常满意")


def test_the_expected_loss_is_what_each_level_costs_weighed_by_its_chance() -> None:
    for level, weight in enumerate(WEIGHTS):
        certain = tuple(float(level == other) for other in range(4))
        assert expected_loss(certain) == pytest.approx(1 - weight)
    with pytest.raises(ValueError):
        expected_loss((0.5, 0.5))


@pytest.mark.parametrize(
    ("risk", "due_in_hours", "is_open", "band"),
    [
        (0.5, None, True, RiskBand.RED),
        (0.499, None, True, RiskBand.ORANGE),
        (0.3, 1, True, RiskBand.ORANGE),
        (0.1, 24, True, RiskBand.YELLOW),
        (0.1, -5, True, RiskBand.YELLOW),
        (0.1, 25, True, RiskBand.NONE),
        (0.1, 1, False, RiskBand.NONE),
        (0.1, None, True, RiskBand.NONE),
    ],
)
def test_a_band_names_the_hand_that_acts(
    risk: float, due_in_hours: float | None, is_open: bool, band: RiskBand
) -> None:
    due_at = None if due_in_hours is None else NOW + timedelta(hours=due_in_hours)
    assert band_of(risk, False, due_at, is_open, NOW) is band


def test_a_structural_block_goes_to_the_street_whatever_the_risk() -> None:
    assert band_of(0.99, True, NOW, True, NOW) is RiskBand.GREY


def test_where_bands_begin_is_a_setting() -> None:
    assert band_of(0.4, False, None, True, NOW, BandLimits(red=0.4)) is RiskBand.RED


def test_every_stage_band_and_event_has_its_chinese_word() -> None:
    for words in (Stage, RiskBand, EventType):
        named = [member.zh for member in words]
        assert len(set(named)) == len(named)
        assert all("一" <= word[0] <= "鿿" for word in named)


def test_equal_times_fall_in_the_order_of_life() -> None:
    life = ["received", "dispatched", "contacted", "visited", "closed", "called_back", "redispatched"]
    assert sorted(reversed(life), key=rank) == life
    assert set(STAGE_AFTER) <= set(EventType)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("请打13812345678", "请打[电话]"),
        ("+86 138-1234-5678找我", "[电话]找我"),
        ("电话021-58881234", "电话[电话]"),
        ("打58881234", "打[电话]"),
        ("１３８１２３４５６７８", "[电话]"),
        ("身份证31010119900101123X", "身份证[证件]"),
        ("老证310101900101123", "老证[证件]"),
    ],
)
def test_personal_numbers_are_masked(said: str, kept: str) -> None:
    assert mask_personal_numbers(said) == kept


@pytest.mark.parametrize("said", ["20250901起漏水", "3号楼1502室", "工单250901123456", "已等15天，第2次", ""])
def test_other_numbers_stay(said: str) -> None:
    assert mask_personal_numbers(said) == said


def test_masking_twice_changes_nothing_more() -> None:
    once = mask_personal_numbers("13812345678或58881234，证310101199001011234")
    assert mask_personal_numbers(once) == once
