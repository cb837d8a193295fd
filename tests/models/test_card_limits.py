"""A limit is said where the figures say so, and nowhere else."""

from typing import Any

import pytest

from models.card import BASELINE
from models.card_limits import limits

GOOD = {
    "verdict": "signal",
    "auc_ci": [0.78, 0.80],
    "trees_share": 0.5,
    "test": {"orders": 9000, "dissatisfied": 900},
    "like_span": {"orders": 30000, "dissatisfied": 3000},
    "groups": [{"name": "办理中", "lead": {BASELINE: [{}, {"low": 0.01, "high": 0.03}]}}],
    "stages": [
        {
            "stage": "received",
            "zh": "已受理",
            "ece": 0.01,
            "ece_perfect_95": 0.02,
            "auc": 0.7,
            "auc_ci": [0.6, 0.8],
        },
        {
            "stage": "awaiting_callback",
            "zh": "待回访",
            "ece": 0.01,
            "ece_perfect_95": 0.02,
            "auc": 0.7,
            "auc_ci": [0.6, 0.8],
        },
    ],
    "prediction_set": {"stated": 0.9, "coverage": 0.9, "coverage_dissatisfied": 0.89},
    "levels": ["不满意", "一般", "基本满意", "满意"],
    "lag": {"p50": 14, "p95": 30},
    "answers": {"orders": 40000, "called": 39000, "rated": 39000},
    "slices": [{"zh": "街镇", "rows": [{"is_small": False, "is_off": False}] * 12}],
}


def test_a_good_model_has_only_the_limits_that_all_share() -> None:
    late, silent = limits(GOOD)
    assert late.startswith("评价来得迟：一半要等 14 天")
    assert "没有评价的回访不在数据里" in silent


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"verdict": "no usable signal", "auc_ci": [0.48, 0.52]}, "没有可用的信号"),
        ({"test": {"orders": 200, "dissatisfied": 20}}, "只有 20 件不满意"),
        ({"auc_ci": [0.7, 0.8]}, "宽 0.100"),
        ({"groups": [{"name": "办理中", "lead": {BASELINE: [{}, {"low": -0.03, "high": -0.01}]}}]}, "不如"),
        ({"groups": [{"name": "办理中", "lead": {BASELINE: [{}, {"low": -0.03, "high": 0.01}]}}]}, "分不出"),
        ({"stages": [{**GOOD["stages"][0], "ece": 0.03}]}, "1 个阶段里有 1 个（已受理）"),  # type: ignore[dict-item,index]
        ({"prediction_set": {"stated": 0.9, "coverage": 0.87, "coverage_dissatisfied": 0.9}}, "只盖住 87.0%"),
        ({"levels": ["不满意", "满意"]}, "只出现过不满意、满意"),
        ({"like_span": {"orders": 30000, "dissatisfied": 6000}}, "先前学习的工单里 20.0%，其后评判的工单里 10.0%"),
        ({"stages": [{**GOOD["stages"][0], "auc_ci": [0.5, 0.55]}, GOOD["stages"][1]]}, "越早看得越不准"),  # type: ignore[dict-item,index]
        ({"slices": [{"zh": "街镇", "rows": [{"is_small": True, "is_off": False}] * 3}]}, "没有一个街镇够 30 件"),
        ({"slices": [{"zh": "街镇", "rows": [{"is_small": False, "is_off": True}] * 3}]}, "3 个街镇里有 3 个"),
        ({"answers": {"orders": 40000, "called": 39000, "rated": 19500}}, "19,500 次有评价（50%）"),
    ],
)  # fmt: skip
def test_each_limit_is_said_where_it_holds(changed: dict[str, Any], said: str) -> None:
    assert any(said in sentence for sentence in limits({**GOOD, **changed}))
    assert not any(said in sentence for sentence in limits(GOOD))
