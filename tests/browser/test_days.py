"""The days of those who sit at a desk: sign in, see, act, see the effect, sign out; on a phone and on a wide screen."""

import pytest

from desk.board.forecasting import is_drawn
from tests.browser.conftest import WIDTHS, Service, Visit, Watched, closed_order
from tests.serve.bodies import ago, an_event

pytestmark = pytest.mark.browser
#: Orders of the random tenth whose handlers are asked first.
_DRAWN = dict(zip(WIDTHS, (f"ASK-{n:03d}" for n in range(1_000) if is_drawn(f"ASK-{n:03d}")), strict=False))


def _sign_out(service: Service, watched: Watched) -> None:
    watched.assert_clean(service.address)
    watched.page.get_by_role("button", name="退出").click()
    watched.page.wait_for_url("**/login")
    watched.page.goto(f"{service.address}/queue")
    assert watched.page.url.endswith("/login")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_call_takers_day(service: Service, visit: Visit, width: int) -> None:
    order_id = service.send(**closed_order(category="公共照明", community=f"话务{width}"))
    watched = visit("话务一", width)
    page = watched.page
    page.goto(f"{service.address}/queue")
    left = int(page.locator("h1 .sub").inner_text().removeprefix("今天还能打").removesuffix("个"))
    row = page.locator(f"tr#o-{order_id}")
    row.get_by_role("link").first.click()
    assert order_id in page.inner_text("main") and "四级评价" in page.inner_text("main")
    page.go_back()
    row.get_by_role("button", name="认领").click()
    page.get_by_text("已认领，请尽快联系").wait_for()
    watched.picture(f"a-call-is-claimed-{width}")
    row.get_by_role("button", name="已解释说明").click()
    page.get_by_text("已登记").first.wait_for()
    assert page.locator("h1 .sub").inner_text() == f"今天还能打{left - 1}个"
    page.locator("summary", has_text="今天已办").click()
    assert order_id[-4:] in page.locator("details", has_text="今天已办").inner_text()
    [event] = [event for event in service.events(order_id) if event["type"] == "explained"]
    assert event["group"] == "962121"
    watched.assert_accessible()
    _sign_out(service, watched)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_street_handlers_day(service: Service, visit: Visit, width: int) -> None:
    place = {"street": "花木街道", "community": f"花木{width}村"}
    closed = an_event("closed", 30, verdict="explained")
    back_again = service.send(
        **place, events=[an_event("contacted", 36), closed, an_event("redispatched", 2)]
    )
    order_id = service.send(**place, text="信访件也没有用，外墙渗水", received_at=ago(40))
    watched = visit("街镇", width)
    page = watched.page
    page.goto(f"{service.address}/queue")
    waiting = page.locator(f"#g-{back_again}")
    assert "前接单" in waiting.inner_text() and "重新交办" in waiting.inner_text()
    waiting.locator("summary", has_text="群内文字").click()
    assert back_again in waiting.locator("pre").inner_text()
    waiting.get_by_role("button", name="接单").click()
    page.get_by_text("已登记接单").wait_for()
    assert page.locator(f"#g-{back_again}").count() == 0
    assert "accepted" in [event["type"] for event in service.events(back_again)]

    page.goto(f"{service.address}/my-orders/{order_id}")
    page.locator("summary", has_text="写下经过").click()
    page.get_by_label("做了什么，居民怎么说").fill("约了周五上门，居民同意；电话13800138000")
    page.locator("select[name=deed]").select_option("办结")
    page.locator("select[name=verdict]").select_option("实际解决")
    page.get_by_role("button", name="登记", exact=True).click()
    assert "请去掉电话" in page.locator("#fault-note").inner_text()
    note = page.get_by_label("做了什么，居民怎么说")
    assert note.input_value().startswith("约了周五上门")
    note.fill("约了周五上门，居民同意")
    page.get_by_role("button", name="登记", exact=True).click()
    assert "请先填写编号再办结" in page.locator("#record").inner_text()
    watched.picture(f"a-closing-needs-a-number-{width}")
    page.get_by_role("textbox", name="信访编号").fill("XF-2026-7")
    page.get_by_role("button", name="保存编号").click()
    page.get_by_text("编号已保存").wait_for()
    page.locator("summary", has_text="写下经过").click()
    page.locator("select[name=deed]").select_option("办结")
    page.locator("select[name=verdict]").select_option("实际解决")
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_text("已登记“办结”").wait_for()
    assert [event["verdict"] for event in service.events(order_id)].count("resolved") == 1
    watched.assert_accessible()

    page.goto(f"{service.address}/board?by=community")
    page.get_by_text("近12个月").wait_for()
    with page.expect_download() as export:
        page.get_by_role("link", name="下载月报").click()
    assert export.value.suggested_filename.endswith(".xlsx")
    _sign_out(service, watched)


@pytest.mark.parametrize("width", WIDTHS)
def test_an_emergency_stations_day(service: Service, visit: Visit, width: int) -> None:
    place = {"street": "花木街道", "community": f"应急{width}村"}
    urgent = service.send(**place, category="电梯", text=f"电梯困人，{width}号楼", received_at=ago(30))
    other = service.send(**place, category="绿化", text=f"草坪被踩坏，{width}号楼", received_at=ago(30))
    watched = visit("应急站", width)
    page = watched.page
    page.goto(f"{service.address}/my-orders?find=应急{width}村")
    assert page.locator(f"#o-{urgent}").count() == 1 and page.locator(f"#o-{other}").count() == 0
    page.goto(f"{service.address}/my-orders/{other}")
    assert "没有这张工单" in page.inner_text("main")
    page.goto(f"{service.address}/my-orders/{urgent}")
    page.get_by_role("button", name="已上门", exact=True).click()
    page.get_by_text("已登记“已上门”").wait_for()
    assert "visited" in [event["type"] for event in service.events(urgent)]
    assert "现场核实" in page.locator("ol.tl").inner_text()
    watched.said.clear()  # the order that is not theirs was told by 404
    _sign_out(service, watched)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_district_centres_day(service: Service, visit: Visit, width: int) -> None:
    back_again = service.send(
        street="花木街道",
        community=f"区中心{width}村",
        events=[an_event("closed", 30, verdict="explained"), an_event("redispatched", 2)],
    )
    watched = visit("区中心", width)
    page = watched.page
    page.goto(f"{service.address}/queue")
    assert "重新交办" in page.locator(f"#g-{back_again}").inner_text()
    page.goto(f"{service.address}/board?by=company")
    page.get_by_text("本月会怎样").wait_for()
    page.locator("summary", has_text="口径说明").click()
    assert "满意率权重" in page.inner_text("main")
    page.goto(f"{service.address}/model")
    assert page.get_by_role("button", name="提议上线").count() == 0  # read, and not changed, here
    page.goto(f"{service.address}/manage/playbook")
    assert "红线" in page.inner_text("main")
    watched.picture(f"the-playbook-{width}")
    page.goto(f"{service.address}/manage/accounts")
    assert "您的身份不能做这件事" in page.inner_text("main")
    watched.said.clear()  # accounts are the admin's: told by 403
    _sign_out(service, watched)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_manager_foretells_before_the_model_speaks(service: Service, visit: Visit, width: int) -> None:
    order_id = service.send(order_id=_DRAWN[width], received_at=ago(5), text="水管又漏了", manager="乙经理")
    watched = visit("乙经理", width)
    page = watched.page
    row = page.locator(f"li#o-{order_id}")
    assert "件约" not in row.inner_text() and "水管又漏了" in row.inner_text()
    watched.picture(f"a-forecast-is-asked-for-{width}")
    watched.assert_accessible()
    row.get_by_role("button", name="基本满意").click()
    page.get_by_text("已记下您的预判").wait_for()
    assert page.locator(f"li#o-{order_id}").get_by_role("button", name="基本满意").count() == 0
    page.goto(f"{service.address}/my-orders/{order_id}")
    assert "四级评价" in page.inner_text("main") and "认为“基本满意”" in page.inner_text("main")
    _sign_out(service, watched)
