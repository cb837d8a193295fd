"""我的工单 in a real browser: a manager's day, on a phone and on a desk, with and without a line, with and without a script."""

from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page

from tests.browser.conftest import WIDTHS, Service, Visit, sign_in

pytestmark = pytest.mark.browser


def _wait_until_all_is_sent(page: Page) -> None:
    """Nothing is kept on the phone any more; the page may read itself again meanwhile."""
    for _ in range(300):
        with suppress(Error):
            if page.evaluate("localStorage.getItem('qingling-outbox')") == "[]":
                return
        page.wait_for_timeout(100)
    raise AssertionError("something is still kept")


def _types(service: Service, order_id: str) -> list[str]:
    return [event["type"] for event in service.events(order_id)]


@pytest.mark.parametrize("width", WIDTHS)
def test_a_manager_signs_in_sees_acts_takes_back_and_leaves(
    service: Service, visit: Visit, width: int
) -> None:
    service.send(text="另一件事")
    order_id = service.send(text="2号楼电梯停了三次，老人下不了楼", category="电梯", community=f"花园{width}")
    watched = visit("甲经理", width)
    page = watched.page
    page.fill("#find", order_id)
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="2号楼电梯").click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("2号楼电梯")
    assert "应办事项" in page.inner_text("main") and order_id in page.inner_text("main")
    page.get_by_role("button", name="已联系", exact=True).click()
    page.get_by_text("已登记“已联系”").wait_for()
    assert _types(service, order_id).count("contacted") == 1
    page.get_by_role("button", name="撤销刚才的登记").click()
    page.get_by_text("已撤销登记").wait_for()
    assert _types(service, order_id).count("retracted") == 1
    watched.assert_clean(service.address)
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/login")
    page.goto(f"{service.address}/my-orders")
    assert page.url.endswith("/login")


def test_a_tap_without_a_line_is_kept_and_written_once(service: Service, visit: Visit) -> None:
    order_id = service.send(text="地下车库灯不亮")
    watched = visit("甲经理")
    page = watched.page
    page.goto(f"{service.address}/my-orders/{order_id}")
    watched.context.set_offline(True)
    page.get_by_role("button", name="已上门", exact=True).click()
    page.get_by_text("有1条登记存在手机上").wait_for()
    page.get_by_role("button", name="已上门", exact=True).click()  # once more, to be sure
    kept = page.evaluate("localStorage.getItem('qingling-outbox')")
    assert "车库" not in kept and "form_token" not in kept and "visited" in kept
    assert "visited" not in _types(service, order_id)
    with page.expect_event("load"):  # once it was sent the page shows it
        watched.context.set_offline(False)
    assert page.evaluate("localStorage.getItem('qingling-outbox')") == "[]"
    [event] = [event for event in service.events(order_id) if event["type"] == "visited"]
    assert event["happened_at"] < event["known_at"] and event["actor"] == "甲经理"


def test_what_one_tapped_without_a_line_is_never_written_in_a_colleagues_name(
    service: Service, visit: Visit
) -> None:
    order_id = service.send(text="信报箱坏了")
    watched = visit("话务一")
    page, address = watched.page, f"{service.address}/my-orders/{order_id}"
    page.goto(address)
    watched.context.set_offline(True)
    page.get_by_role("button", name="已上门", exact=True).click()
    page.get_by_text("有1条登记存在手机上").wait_for()
    assert "话务" not in page.evaluate("localStorage.getItem('qingling-outbox')")
    watched.context.route(
        "**/deeds", lambda route: route.abort()
    )  # there is a line, and nothing comes through
    watched.context.set_offline(False)
    for name in ("话务二", "话务一"):
        page.goto(address)
        page.get_by_role("button", name="退出").click()
        page.wait_for_url("**/login")
        watched.context.unroute("**/deeds")
        sign_in(page, name)
        page.goto(address)
        if name == "话务二":
            page.wait_for_timeout(500)
            assert "visited" not in _types(service, order_id)
            assert page.locator("#outbox:visible").count() == 0
    page.get_by_text("已登记“已上门”").or_(page.locator("ol.tl").get_by_text("现场核实")).first.wait_for()
    _wait_until_all_is_sent(page)
    [event] = [event for event in service.events(order_id) if event["type"] == "visited"]
    assert event["actor"] == "话务一"


def test_two_quick_taps_are_one_deed(service: Service, visit: Visit) -> None:
    order_id = service.send(text="门禁刷不开")
    page = visit("甲经理").page
    page.goto(f"{service.address}/my-orders/{order_id}")
    page.get_by_role("button", name="已整改", exact=True).dblclick()
    page.get_by_text("已登记“已整改”").wait_for()
    assert _types(service, order_id).count("put_right") == 1


@pytest.mark.parametrize("width", WIDTHS)
def test_a_delay_asks_for_its_date(service: Service, visit: Visit, width: int) -> None:
    order_id = service.send(text="道闸抬杆慢")
    watched = visit("甲经理", width)
    page = watched.page
    page.goto(f"{service.address}/my-orders/{order_id}")
    page.locator("summary", has_text="告知延期").click()
    page.get_by_role("button", name="登记：已当面或电话告知").click()
    page.get_by_text("请先填写告知居民的维修日期").wait_for()
    page.fill("input[name=promised_on]", "2099-01-05")
    page.get_by_role("button", name="登记：已当面或电话告知").click()
    page.get_by_text("已登记“告知延期”").wait_for()
    [event] = [event for event in service.events(order_id) if event["type"] == "delayed"]
    assert event["duty_note"] == "等配件" and event["promised_at"] is not None
    watched.assert_clean(service.address)


def test_without_a_script_everything_works_too(service: Service, visit: Visit) -> None:
    order_id = service.send(text="楼道堆物")
    page = visit("甲经理", java_script=False).page
    page.goto(f"{service.address}/my-orders/{order_id}")
    page.get_by_role("button", name="已联系", exact=True).click()
    assert "已登记“已联系”" in page.inner_text("main")
    assert _types(service, order_id).count("contacted") == 1


def test_large_type_fits_a_phone_and_stays(service: Service, visit: Visit) -> None:
    service.send(text="路灯不亮" * 20, community="很长的小区名称" * 4)
    watched = visit("甲经理")
    usual = watched.page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize")
    watched.page.get_by_role("link", name="大字").click()
    watched.page.goto(f"{service.address}/my-orders")
    assert watched.page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize") > usual
    watched.assert_clean(service.address)
    watched.page.get_by_role("link", name="标准字号").click()
    assert watched.page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize") == usual


@pytest.mark.parametrize("width", [320, 683, *WIDTHS])
def test_a_long_list_fits_every_screen(service: Service, visit: Visit, width: int) -> None:
    for number in range(20):
        service.send(
            manager="乙经理",
            text=f"{number}号楼渗水" + "，多次反映，一直没有人来修" * 12,
            community="很长的小区名称" * 5,
        )
    watched = visit("乙经理", width)
    watched.assert_clean(service.address)
    watched.assert_reachable("main button, main nav a, main .rowlist a")
