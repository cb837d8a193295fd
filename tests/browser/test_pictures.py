"""A living district, as `make demo` opens it: every role's pages at its last afternoon, clean, readable, and pictured.

The pictures of docs/board.md come from here: see there for the command.
"""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from desk.access.issuing import Issuing
from desk.opening import open_scorer
from desk.rescoring import Rescoring
from hotline.bands import RiskBand
from hotline.calendar import SHANGHAI
from hotline.policy import Role
from hotline.scope import scope_of
from pipelines.train import last_known_at
from store.whereabouts import whereabouts
from tests.browser.conftest import PASSWORD, WIDTHS, Visit, served, visits
from tests.serve.homes import make_home, settings_of
from tests.upload.tables import excel, kept

pytestmark = pytest.mark.browser

#: For pictures a larger district, so that there is something to see, and everybody's pages.
_IS_FOR_PICTURES = "QINGLING_PICTURES" in os.environ
_ORDERS = 20_000 if _IS_FOR_PICTURES else 2_000
#: Whose pages, and what their pictures are called.
_PAGES = {
    "manager": (("/my-orders", "my-orders"), ("FIRST", "order")),
    "call_centre": (("/queue", "queue"),),
    "street_handler": (("/board", "board"),),
    "data_scientist": (("/model", "model"),),
    "admin": (("/manage/playbook", "manage"),),
    "district_centre": (("TABLE", "upload"),),
}


@pytest.fixture(scope="module")
def afternoon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service whose clock stands at the last afternoon of its district; open orders were scored on the days before."""
    settings = settings_of(make_home(tmp_path_factory.mktemp("afternoon"), orders=_ORDERS))
    day = last_known_at(settings).astimezone(SHANGHAI).replace(hour=14, minute=0, second=0, microsecond=0)
    ahead = (day - datetime.now(UTC)).total_seconds()
    settings = settings.model_copy(
        update={"clock_ahead": ahead, "rescore_minutes": 0, "people_per_second": 1_000}
    )
    store, scorer = open_scorer(settings)
    rescoring = Rescoring(store, "the test", every=0)
    for half_days in range(20, 0, -1):
        rescoring.turn(scorer, day - timedelta(hours=12) * half_days)
    flagged = [p.order_id for p in scorer.score_open(day).predictions if p.band is not RiskBand.NONE]
    wheres = whereabouts(store.engine, flagged).values()
    busiest = Counter(where.manager for where in wheres if where.manager).most_common(1)[0][0]
    street = Counter(where.street for where in wheres if where.street).most_common(1)[0][0]
    issuing = Issuing(store.engine, "the test", datetime.now(UTC))
    own = {Role.MANAGER: {"managers": [busiest]}, Role.STREET_HANDLER: {"streets": [street]}}
    for role in (Role(name) for name in _PAGES):
        issuing.add_account(role.value, role, scope_of(role, **own.get(role, {})), PASSWORD)
    store.close()
    with served(settings) as address:
        yield address


@pytest.fixture
def visit_then(chromium: Browser, afternoon: str) -> Iterator[Visit]:
    """Opens a browser of some width at that afternoon."""
    with visits(chromium, afternoon) as opened:
        yield opened


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("role", list(_PAGES) if _IS_FOR_PICTURES else ["manager", "call_centre"])
def test_the_pages_of_a_living_district(
    afternoon: str, visit_then: Visit, role: str, width: int, tmp_path: Path
) -> None:
    watched = visit_then(role, width)
    page = watched.page
    for address, name in _PAGES[role]:
        if address == "FIRST":
            page.goto(f"{afternoon}/my-orders")
            page.locator("article .t a, .rowlist a").first.click()
            page.wait_for_load_state()
        elif address == "TABLE":
            page.goto(f"{afternoon}/upload")
            page.get_by_label("选择文件").set_input_files(kept(tmp_path, _table(page), "十月工单.xlsx"))
            page.get_by_role("button", name="上传并预览").click()
            page.wait_for_load_state()
        else:
            page.goto(afternoon + address)
        watched.assert_clean(afternoon)
        watched.assert_accessible()
        if folder := os.environ.get("QINGLING_PICTURES"):
            page.screenshot(path=Path(folder) / f"{name}-{width}.png")


def _table(page: Page) -> bytes:
    """A firm's list with a slip in it, at this service's time."""
    now = datetime.fromisoformat(page.locator("body").get_attribute("data-now") or "")
    times = [f"{now - timedelta(hours=hours):%Y-%m-%d %H:%M}" for hours in (50, 30, 8)]
    rows = [
        ("工单号", "来电时间", "问题分类", "诉求内容", "联系电话", "小区名称", "物业公司", "备注"),
        (
            "WY-0001",
            times[0],
            "电梯",
            "3号楼电梯停了三次，老人下不了楼",
            "13812345678",
            "碧云湾华庭",
            "祥和物业",
            "急",
        ),
        (
            "WY-0002",
            times[1],
            "公共照明",
            "12号楼302室门口路灯不亮",
            "13912345678",
            "碧云湾华庭",
            "祥和物业",
            "",
        ),
        ("WY-0003", "昨天下午", "绿化", "草坪被踩坏", "13712345678", "碧云湾华庭", "祥和物业", ""),
        ("WY-0004", times[2], "停车", "车位被占", "13612345678", "碧云湾华庭", "祥和物业", ""),
    ]
    return excel(rows)


def test_the_afternoon_has_work_that_is_due_today(afternoon: str, visit_then: Visit) -> None:
    watched = visit_then("manager")
    watched.page.goto(f"{afternoon}/my-orders")
    assert "今天" in watched.page.inner_text("main") and "10件约" in watched.page.inner_text("main")
    watched.page.locator("article .t a").first.click()
    assert watched.page.locator("svg.ch path.ln").count() == 1  # the risk has a course
