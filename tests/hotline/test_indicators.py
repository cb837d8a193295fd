"""Formulas, labels and settings of the indicators."""

from pathlib import Path

import pytest

from hotline.errors import ArgumentError
from hotline.indicators import (
    TARGETS,
    Indicator,
    IndicatorRules,
    Label,
    formulas_zh,
    label_of,
    satisfaction_rate,
)
from hotline.indicators_file import indicator_rules_of, read_indicator_rules


def test_the_satisfaction_rate_weighs_levels_and_knows_no_silence() -> None:
    assert satisfaction_rate((2, 1, 1, 6)) == pytest.approx((0.6 + 0.8 + 6) / 10)
    assert satisfaction_rate((0, 0, 0, 0)) is None
    assert satisfaction_rate((0, 0, 4, 0), (0, 0.5, 0.75, 1)) == 0.75


@pytest.mark.parametrize(
    ("counted", "missed", "low", "high", "target", "label"),
    [
        (14, 9, 0.1, 0.2, 0.93, Label.FEW),
        (15, 9, 0.1, 0.2, 0.93, Label.BELOW),
        (50, 3, 0.90, 0.95, 0.93, Label.UNCLEAR),
        (50, 3, 0.90, 0.93, 0.93, Label.UNCLEAR),
        (90, 3, 0.94, 0.99, 0.93, Label.ABOVE),
        (90, 1, 0.97, 0.999, 1.0, Label.BELOW),
        (90, 0, 0.97, 0.999, 1.0, Label.MET),
        (90, 1, 0.97, 0.999, None, Label.NO_TARGET),
    ],
)
def test_a_label_says_what_the_interval_can_say(
    counted: int, missed: float, low: float, high: float, target: float | None, label: Label
) -> None:
    assert label_of(counted, missed, low, high, target, 15) is label


def test_every_indicator_has_words_and_the_notices_have_their_targets() -> None:
    assert set(formulas_zh(IndicatorRules())) == set(Indicator)
    assert all(indicator.zh for indicator in Indicator) and all(label.zh for label in Label)
    assert {
        TARGETS[i] for i in (Indicator.CONTACT_CONFIRMED, Indicator.CONTACT_IN_TIME, Indicator.ON_TIME)
    } == {1.0}
    assert [TARGETS[i] for i in (Indicator.SOLVED, Indicator.RESOLVED, Indicator.SATISFACTION)] == [
        0.97,
        0.8,
        0.93,
    ]


def test_the_words_of_a_formula_follow_the_settings() -> None:
    rules = indicator_rules_of({"weights": {"一般": 0.5}, "rules": {"response_minutes": 45}})
    said = formulas_zh(rules)
    assert "1×满意 + 0.8×基本满意 + 0.5×一般 + 0×不满意" in said[Indicator.SATISFACTION]
    assert "45分钟" in said[Indicator.RESPONSE]


def test_a_file_sets_weights_targets_and_rules(tmp_path: Path) -> None:
    file = tmp_path / "indicators.toml"
    file.write_text(
        '[weights]\n"一般" = 0.5\n[targets]\nresponse = 0.9\nsolved = 0\n[rules]\nleast = 30\n', "utf-8"
    )
    rules = read_indicator_rules(file)
    assert rules.weights == (0.0, 0.5, 0.8, 1.0) and rules.least == 30
    assert rules.targets[Indicator.RESPONSE] == 0.9 and Indicator.SOLVED not in rules.targets
    assert rules.targets[Indicator.SATISFACTION] == 0.93, "what is left out is as before"
    assert read_indicator_rules(None) == IndicatorRules()


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('[weights]\n"好" = 1', "weights.好 is not known; there are 不满意"),
        ('[weights]\n"满意" = 0.1', "weights rise from 不满意 to 满意"),
        ("[targets]\nsolved = 97", "targets.solved is a number from 0 to 1"),
        ("[rules]\nleast = 1.5", "rules.least is a whole number from 1 to 1000"),
        ("[rules]\ninterval = true", "rules.interval is a number from 0.5 to 0.99"),
        ("rules = 3", "rules is a table"),
        ("[sums]", "sums is not known; there are weights, targets, rules"),
        ("[", "cannot be used"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_its_remedy(
    tmp_path: Path, written: str, told: str
) -> None:
    file = tmp_path / "indicators.toml"
    file.write_text(written, "utf-8")
    with pytest.raises(ArgumentError, match=r"indicators\.toml cannot be used") as error:
        read_indicator_rules(file)
    assert told in str(error.value)
