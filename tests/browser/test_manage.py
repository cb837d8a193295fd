"""管理 in a real browser: an admin's whole day, a firm that hands over, a call centre that makes one more call."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PASSWORD, WIDTHS, Service, Visit, closed_order

pytestmark = pytest.mark.browser


def _set(page: Page, address: str, name: str, value: str | None) -> None:
    """Another value of a setting, by its form; None gives it back."""
    page.goto(f"{address}/manage/playbook")
    row = page.locator(f'[id="s-{name}"]')
    row.locator("summary").click()
    if value is None:
        row.get_by_role("button", name="恢复").click()
        page.get_by_text("设置已恢复").wait_for()
    else:
        row.locator("input[name=value]").fill(value)
        row.get_by_role("button", name="保存").click()
        page.get_by_text("设置已改").wait_for()


@contextmanager
def _lines_given_back(page: Page, address: str) -> Iterator[None]:
    """Whatever comes of it, the lines are as before: others look at bands too."""
    try:
        yield
    finally:
        for name in ("rules.strong", "rules.likely"):  # the other way round they would contradict each other
            page.goto(f"{address}/manage/playbook")
            if (
                page.locator(f'[id="s-{name}"]')
                .get_by_role("button", name="恢复", include_hidden=True)
                .count()
            ):
                _set(page, address, name, None)


@pytest.mark.parametrize("width", WIDTHS)
def test_an_admins_whole_day(service: Service, visit: Visit, width: int) -> None:
    leaving, coming = f"旧经理{width}", f"新经理{width}"
    orders = [
        service.send(manager=leaving, text=f"{number}号楼渗水", community=f"移交小区{number}")
        for number in (1, 2)
    ]
    watched = visit("管理员", width)
    page = watched.page
    assert page.url == f"{service.address}/manage/accounts"

    page.get_by_label("姓名或登录名").fill(coming)
    page.get_by_label("身份").select_option("manager")
    page.get_by_label("项目经理", exact=True).fill(coming)
    page.get_by_role("button", name="新建账号").click()
    page.get_by_text("只显示这一次").wait_for()
    password = page.locator(".secret code").inner_text()
    watched.picture(f"管理-密码-{width}")
    page.reload()
    assert password not in page.content(), (
        "the form sent again makes no second account, and shows no password"
    )
    page.get_by_text("已经有这个账号").wait_for()
    watched.said.clear()  # the browser says that the form was refused

    manager = visit(coming, width, password=password).page
    assert manager.url == f"{service.address}/me"
    manager.get_by_label("原来的密码").fill(password)
    for label in ("新密码（12个字以上", "再写一次"):
        manager.get_by_label(label).fill(PASSWORD)
    manager.get_by_role("button", name="改密码").click()
    manager.wait_for_url("**/my-orders")
    assert all(order_id not in manager.content() for order_id in orders)

    page.goto(f"{service.address}/manage/handover")
    page.get_by_label("移出的项目经理").fill(leaving)
    page.get_by_label("接手的项目经理").fill(coming)
    page.get_by_role("button", name="查看有多少件").click()
    page.get_by_role("heading", name="2件在办工单").wait_for()
    assert all(order_id not in page.content() for order_id in orders), "the admin meets no order"
    watched.picture(f"管理-移交-{width}")
    page.get_by_role("button", name="确认移交2件").dblclick()
    page.get_by_text(f"已把2件在办工单从{leaving}移交给{coming}").wait_for()
    assert [event["type"] for event in service.events(orders[0])] == ["handed_over"]
    manager.reload()
    assert all(manager.locator(f"#o-{order_id}").count() for order_id in orders)

    with _lines_given_back(page, service.address):
        assert not manager.get_by_text("红：街镇亲自联系").first.is_visible()
        _set(page, service.address, "rules.likely", "0.001")
        _set(page, service.address, "rules.strong", "0.001")
        watched.picture(f"管理-手册设置-{width}")
        manager.reload()
        for order_id in orders:
            assert "红：街镇亲自联系" in manager.locator(f"#o-{order_id}").inner_text()

    page.goto(f"{service.address}/manage/capacity")
    row = page.locator("tr", has_text="应急维修服务站").first
    row.locator("input[name=value]").fill("11")
    row.get_by_role("button", name="保存").click()
    page.get_by_text("容量已改").wait_for()
    assert (
        page.locator("tr", has_text="应急维修服务站").first.locator("input[name=value]").input_value() == "11"
    )

    page.goto(f"{service.address}/manage/audit?person=管理员")
    told = page.inner_text("main")
    for done in (f"新建账号：{coming}", f"移交：{leaving} → {coming}", "改了设置：红线", "恢复了设置：红线"):
        assert done in told, done
    page.goto(f"{service.address}/manage/audit?order={orders[0]}")
    assert "移交在办工单" in page.inner_text("main")
    watched.assert_clean(service.address)
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/login")
    page.goto(f"{service.address}/manage/accounts")
    assert page.url.endswith("/login")


@pytest.mark.parametrize("width", WIDTHS)
def test_one_more_call_a_day_moves_exactly_one_order_over_the_line(
    service: Service, visit: Visit, width: int
) -> None:
    for number in range(44):
        service.send(**closed_order(category="公共照明", community=f"容量{width}小区{number}"))
    watched = visit("话务一", width)
    page = watched.page

    def set_to(calls: str) -> list[str | None]:
        page.goto(f"{service.address}/queue")
        page.locator("summary", has_text="改数目").click()
        page.get_by_label("今天能打几个").fill(calls)
        page.get_by_role("button", name="改", exact=True).click()
        page.get_by_text("容量已改").wait_for()
        rows = page.locator("table.q tbody tr").evaluate_all("all => all.map(e => e.id || e.className)")
        return rows[: rows.index("cut")]

    done = page.get_by_text("今天还能打").inner_text
    page.goto(f"{service.address}/queue")
    made = 2000 - int("".join(filter(str.isdigit, done())))
    try:
        forty, one_more = set_to(str(40 + made)), set_to(str(41 + made))
        assert len(forty) == 40 and one_more[:40] == forty and len(one_more) == 41
        assert set_to("0") == [], "the line lies on top"
        assert page.locator("table.q tbody tr").count() > 1, "and the list stays"
        watched.picture(f"管理-容量为0-{width}")
        watched.assert_clean(service.address)
    finally:
        page.goto(f"{service.address}/queue")
        page.locator("summary", has_text="改数目").click()
        page.get_by_label("今天能打几个").fill("")
        page.get_by_role("button", name="改", exact=True).click()
        page.get_by_text("容量已改").wait_for()
    page.locator("summary", has_text="改数目").click()
    page.get_by_label("今天能打几个").fill("许多")
    page.get_by_role("button", name="改", exact=True).click()
    page.get_by_text("请写不小于0的整数").wait_for()


def test_a_firm_hands_over_within_itself_without_a_script(service: Service, visit: Visit) -> None:
    order_id = service.send(manager="东一", company="东苑物业")
    service.send(manager="东二", company="东苑物业")
    watched = visit("东苑物业", java_script=False)
    page = watched.page
    page.goto(f"{service.address}/manage")
    assert page.url.endswith("/manage/handover")
    for taker, said in (
        ("甲经理", "本企业没有叫“甲经理”的项目经理"),
        ("东二", "没有一个账号能看到东二名下的工单"),
    ):
        page.get_by_label("移出的项目经理").fill("东一")
        page.get_by_label("接手的项目经理").fill(taker)
        page.get_by_role("button", name="查看有多少件").click()
        assert said in page.inner_text("main")
    page.get_by_role("button", name="确认移交1件").click()
    assert "已把1件在办工单从东一移交给东二" in page.inner_text("main")
    assert [event["group"] for event in service.events(order_id)] == ["物业企业"]
    watched.assert_clean(service.address)


def test_a_district_centre_sets_a_streets_own_limit(service: Service, visit: Visit) -> None:
    watched = visit("区中心", 1366)
    page = watched.page
    page.goto(f"{service.address}/manage")
    assert page.url.endswith("/manage/capacity")
    page.goto(f"{service.address}/manage/playbook")
    page.locator("summary", has_text="给一个街镇单设").click()
    page.get_by_label("街镇", exact=True).fill("花木街道")
    page.get_by_label("哪一项").select_option("P20")
    page.get_by_label("街镇的时限：数字").fill("2")
    page.get_by_label("街镇的时限：单位").select_option("wh")
    page.locator("#street").get_by_role("button", name="保存").click()
    page.get_by_text("设置已改").wait_for()
    row = page.locator('[id="s-street.花木街道.P20"]')
    assert "2个工作小时内" in row.inner_text() and "1个工作日内" in row.inner_text()
    row.locator("summary").click()
    row.get_by_role("button", name="恢复").click()
    page.get_by_text("设置已恢复").wait_for()
    watched.assert_clean(service.address)


@pytest.mark.parametrize("width", [320, 683])
def test_every_form_fits_every_screen_in_large_type_too(service: Service, visit: Visit, width: int) -> None:
    watched = visit("管理员", width)
    watched.page.get_by_role("link", name="大字").click()
    for part in (
        "accounts",
        "keys",
        "handover?from=甲经理&to=乙经理",
        "capacity",
        "playbook",
        "audit?from=x",
    ):
        watched.page.goto(f"{service.address}/manage/{part}")
        watched.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        watched.assert_clean(service.address)
        watched.assert_reachable(
            "main button, main select, main summary, main nav a, main input:not([type=hidden]):not([type=checkbox])"
        )
