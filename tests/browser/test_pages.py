"""Every page of every role in a real browser: clean, no wider than the screen, and readable by a machine."""

import pytest

from tests.browser.conftest import WIDTHS, Service, Visit, closed_order

pytestmark = pytest.mark.browser

_PAGES = {
    "甲经理": ("/my-orders", "/queue", "/board", "/me"),
    "话务一": (
        "/queue",
        "/queue?find=花木",
        "/queue?find=没有这里",
        "/my-orders",
        "/board?by=company",
        "/model",
    ),
    "街镇": ("/my-orders", "/board?by=community", "/model", "/manage/street"),
    "分析": ("/model", "/board"),
    "管理员": (
        *(f"/manage/{part}" for part in ("accounts", "keys", "handover", "capacity", "playbook", "audit")),
        "/manage/accounts/one?name=街镇",
    ),
    "东苑物业": ("/manage/handover", "/queue"),
    "企业": ("/upload", "/my-orders"),
    "区中心": ("/my-orders", "/queue", "/manage/capacity"),
}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", list(_PAGES))
def test_every_page_is_clean(service: Service, visit: Visit, name: str, width: int) -> None:
    service.send(**closed_order(street="花木街道", community="花木一村", category="外墙渗漏"))
    watched = visit(name, width)
    for number, address in enumerate(_PAGES[name]):
        answer = watched.page.goto(service.address + address)
        assert answer is not None and answer.status == 200, address
        watched.assert_clean(service.address)
        assert watched.page.locator("h1").count() == 1
        assert watched.page.locator("html").get_attribute("lang") == "zh-CN"
        ids = watched.page.eval_on_selector_all("[id]", "all => all.map(e => e.id)")
        assert len(ids) == len(set(ids)), "an id stands twice"
        watched.assert_reachable("button")
        watched.assert_accessible()
        watched.picture(f"{name}-{number}-{width}")


def test_the_bar_leads_only_where_one_may_go(service: Service, visit: Visit) -> None:
    for name in _PAGES:
        page = visit(name, 1366).page
        links = page.eval_on_selector_all("nav.nav a", "all => all.map(e => e.getAttribute('href'))")
        assert links
        for link in links:
            assert page.request.get(service.address + link).status == 200, (name, link)


def test_of_two_call_takers_one_gets_the_order_and_the_other_is_told(service: Service, visit: Visit) -> None:
    order_id = service.send(**closed_order(category="公共照明", community="抢单小区"))
    first, second = visit("话务一", 1366).page, visit("话务二", 1366).page
    for page in (first, second):
        page.goto(f"{service.address}/queue")
        assert page.locator(f"#o-{order_id}").count() == 1
    first.locator(f"#o-{order_id}").get_by_role("button", name="认领").click()
    first.get_by_text("已认领，请尽快联系").wait_for()
    second.locator(f"#o-{order_id}").get_by_role("button", name="认领").click()
    second.get_by_text("同事已经认领").wait_for()
    second.goto(f"{service.address}/queue")
    assert second.locator(f"#o-{order_id}").get_by_role("button", name="认领").count() == 0
    first.locator(f"#o-{order_id}").get_by_role("button", name="已解释说明").click()
    first.get_by_text("已登记").wait_for()
    [event] = [event for event in service.events(order_id) if event["type"] == "explained"]
    assert (event["actor"], event["group"]) == ("话务一", "962121")


def test_disagreeing_asks_for_a_reason_and_reaches_those_who_make_the_model(
    service: Service, visit: Visit
) -> None:
    order_id = service.send(**closed_order(category="公共照明", community="不同意小区"))
    page = visit("话务一").page
    page.goto(f"{service.address}/queue")
    row = page.locator(f"#o-{order_id}")
    row.locator("summary", has_text="不同意").click()
    row.get_by_role("button", name="提交").click()  # without a reason the browser says so
    assert page.url.endswith("/queue")
    row.locator("select").select_option("市民已明确表示满意")
    row.get_by_role("button", name="提交").click()
    page.get_by_text("已记录您的意见").wait_for()
    answer = visit("分析").page.request.get(f"{service.address}/api/v1/disagreements")
    assert (
        any(told["reason"] == "市民已明确表示满意" for told in answer.json())
        and order_id not in answer.text()
    )


def test_what_a_colleague_does_shows_without_reloading_unless_one_is_in_the_midst_of_something(
    service: Service, visit: Visit
) -> None:
    order_id = service.send(**closed_order(category="公共照明", community="同看小区"))
    other_id = service.send(**closed_order(category="公共照明", community="同看小区二"))
    first, second = visit("话务一", 1366).page, visit("话务二", 1366).page
    for page in (first, second):
        page.clock.install()
        page.goto(f"{service.address}/queue")
        assert page.locator(f"tr#o-{order_id}").count() == 1
    first.locator(f"tr#o-{order_id}").get_by_role("button", name="认领").click()
    first.get_by_text("已认领，请尽快联系").wait_for()
    second.locator(f"tr#o-{other_id} summary", has_text="不同意").click()
    second.clock.run_for(20_000)
    second.wait_for_timeout(500)
    assert second.locator(f"tr#o-{order_id}").get_by_role("button", name="认领").count() == 1  # being used
    second.locator(f"tr#o-{other_id} summary", has_text="不同意").click()
    second.evaluate("document.activeElement.blur()")
    second.clock.run_for(20_000)
    second.locator(f"tr#o-{order_id}").get_by_role("button", name="认领").wait_for(state="detached")
