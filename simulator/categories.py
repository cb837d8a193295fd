"""The categories of requests: how often they come, how long they take, and what stands in their way."""

from dataclasses import dataclass

import numpy as np

REPAIR, COMPLAINT = "维修", "物业投诉"


@dataclass(frozen=True)
class Category:
    """One kind of request.

    `weight` is its share of receipts in a dry month and `rain` what that is multiplied by in the rains;
    `working_days` the median of its handling; `private` and `common` the chance of each part being
    named; `fund` the chance that only the maintenance fund can pay; `solvable` the log-odds of closing
    as resolved, beside those of an ordinary repair.
    """

    name: str
    kind: str
    weight: float
    working_days: float
    is_urgent: bool = False
    private: float = 0.0
    common: float = 0.9
    fund: float = 0.0
    rain: float = 1.0
    solvable: float = 0.0
    is_shared_incident: bool = False
    is_about_service: bool = False


def _repair(name: str, weight: float, working_days: float, **more: float | bool) -> Category:
    return Category(name, REPAIR, weight, working_days, **more)  # type: ignore[arg-type]


def _complaint(name: str, weight: float, working_days: float, **more: float | bool) -> Category:
    return Category(name, COMPLAINT, weight, working_days, common=0.1, **more)  # type: ignore[arg-type]


CATEGORIES = (
    _repair("电梯", 0.09, 0.8, is_urgent=True, fund=0.12, common=1.0, is_shared_incident=True),
    _repair(
        "给排水漏水", 0.10, 0.9, is_urgent=True, private=0.45, common=0.5, rain=1.5, is_shared_incident=True
    ),
    _repair("下水堵塞", 0.08, 0.8, private=0.35, common=0.6, rain=1.4),
    _repair("屋面渗漏", 0.07, 2.8, private=0.03, fund=0.45, rain=2.6),
    _repair("外墙渗漏", 0.07, 2.8, private=0.03, fund=0.45, rain=2.6),
    _repair("门禁道闸", 0.07, 1.2, solvable=0.2, is_shared_incident=True),
    _repair("停车", 0.07, 1.9, solvable=-0.9),
    _repair("绿化", 0.05, 2.0, solvable=0.1),
    _repair("保洁垃圾", 0.06, 0.8, solvable=0.4),
    _repair("公共照明", 0.05, 1.0, solvable=0.4, fund=0.04, is_shared_incident=True),
    _repair("消防", 0.03, 1.4, fund=0.2, is_shared_incident=True),
    _repair("窨井盖", 0.02, 0.8, is_urgent=True, solvable=0.4),
    _complaint("维修不及时", 0.06, 1.8, is_about_service=True),
    _complaint("修理不到位", 0.05, 2.0, is_about_service=True),
    _complaint("服务态度", 0.04, 1.4, is_about_service=True, solvable=-0.4),
    _complaint("收费", 0.03, 2.0, solvable=-0.9),
    _complaint("信息公开", 0.02, 2.0, solvable=-0.2),
    _complaint("维修资金使用", 0.02, 2.6, fund=0.5, solvable=-0.6),
    _complaint("违建群租", 0.03, 2.8, solvable=-1.3),
    _complaint("噪声", 0.03, 1.9, solvable=-0.9),
)
NAMES = tuple(category.name for category in CATEGORIES)
KINDS = np.array([category.kind for category in CATEGORIES], dtype=object)
WEIGHTS = np.array([category.weight for category in CATEGORIES]) / sum(c.weight for c in CATEGORIES)
WORKING_DAYS = np.array([category.working_days for category in CATEGORIES])
IS_REPAIR = np.array([category.kind == REPAIR for category in CATEGORIES])
IS_URGENT = np.array([category.is_urgent for category in CATEGORIES])
IS_ABOUT_SERVICE = np.array([category.is_about_service for category in CATEGORIES])
PRIVATE = np.array([category.private for category in CATEGORIES])
COMMON = np.array([category.common for category in CATEGORIES])
FUND = np.array([category.fund for category in CATEGORIES])
RAIN = np.array([category.rain for category in CATEGORIES])
SOLVABLE = np.array([category.solvable for category in CATEGORIES])
SHARED = np.flatnonzero([category.is_shared_incident for category in CATEGORIES])
