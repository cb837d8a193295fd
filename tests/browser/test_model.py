"""模型 in a real browser: a data scientist's day with a colleague who confirms, on a phone and on a desk."""

import pytest
from playwright.sync_api import Page

from desk.promotion.kept_verdicts import compare_and_keep
from tests.browser.conftest import WIDTHS, Service, Visit
from tests.serve.homes import judged_models, settings_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def versions(service: Service) -> tuple[str, str, str]:
    """A champion, a version that knows much less, and a challenger that knows as much."""
    found = judged_models(service.home)
    for candidate in found[1:]:
        compare_and_keep(settings_of(service.home), candidate, found[0])
    return found


def _until_served(page: Page, service: Service, order_id: str, version: str) -> None:
    """Scores are given by this version."""
    for _ in range(300):
        answer = page.request.get(f"{service.address}/api/v1/orders/{order_id}/score")
        if answer.ok and answer.json()["model_version"] == version:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"version {version} does not score")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_data_scientist_proposes_a_colleague_confirms_and_it_goes_back(
    service: Service, visit: Visit, versions: tuple[str, str, str], width: int
) -> None:
    champion, _, challenger = versions
    order_id = service.send(text="看模型换没换")
    first, second, centre = (visit(name, width) for name in ("分析", "分析二", "话务一"))
    _until_served(centre.page, service, order_id, champion)

    page = first.page
    page.goto(f"{service.address}/model")
    main = page.inner_text("main")
    assert f"现用第{champion}版" in main and f"挑战者第{challenger}版" in main
    assert page.locator("svg.ch").count() == 4 and "分不出" in main
    first.picture(f"model-ready-{width}")
    page.get_by_role("button", name="提议上线").click()
    page.get_by_text("已提议上线，等另一位").wait_for()
    assert page.get_by_role("button", name="复核无误，上线").count() == 0
    first.assert_clean(service.address)
    first.assert_accessible()

    second.page.goto(f"{service.address}/model")
    second.picture(f"model-review-{width}")
    second.page.get_by_role("button", name="复核无误，上线").click()
    second.page.get_by_text("已上线，几秒钟内").wait_for()
    _until_served(centre.page, service, order_id, challenger)
    second.assert_clean(service.address)
    second.assert_accessible()

    page.goto(f"{service.address}/model")
    first.picture(f"model-promoted-{width}")
    page.get_by_label("换回的理由").fill("一线反映红色工单太多")
    page.get_by_role("button", name=f"换回第{champion}版").click()
    page.get_by_text("已换回原来的模型").wait_for()
    _until_served(centre.page, service, order_id, champion)
    history = page.locator("#history").inner_text()
    assert f"分析二复核后，第{challenger}版上线" in history
    assert f"分析换回第{champion}版，停用第{challenger}版。理由：一线反映红色工单太多" in history
    first.picture(f"model-back-{width}")
    first.assert_clean(service.address)
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/login")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_version_that_fails_says_why_and_its_button_does_nothing(
    service: Service, visit: Visit, versions: tuple[str, str, str], width: int
) -> None:
    watched = visit("分析", width)
    page = watched.page
    page.goto(f"{service.address}/model?version={versions[1]}")
    button = page.get_by_role("button", name="提议上线")
    button.focus()
    assert page.evaluate("document.activeElement.getAttribute('aria-disabled')") == "true"
    why = page.locator(f"#{button.get_attribute('aria-describedby')}").inner_text()
    assert "项未过" in why
    button.click(force=True)
    assert page.url.endswith(f"?version={versions[1]}")
    watched.assert_reachable("main button, main a.btn, main .tapv, main summary")
    watched.assert_clean(service.address)


def test_without_a_script_the_page_looks_again_by_itself(
    service: Service, visit: Visit, versions: tuple[str, str, str]
) -> None:
    for kept in (service.home / "verdicts").glob(f"{versions[2]}-*.json"):
        kept.unlink()
    page = visit("分析", java_script=False).page
    page.goto(f"{service.address}/model")
    assert page.get_by_text("正在比较…").count() == 1
    page.locator(".gate").wait_for(timeout=300_000)  # the comparison steps back behind all others
    page.get_by_role("button", name="提议上线").click()
    page.get_by_text("已提议上线").wait_for()
    page.get_by_role("button", name="撤回提议").click()
    page.get_by_text("已撤回提议").wait_for()
