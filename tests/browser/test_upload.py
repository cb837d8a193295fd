"""导入 in a real browser: a firm's clerk with bad rows, the call centre with its weekly callbacks, on phone and desk."""

import csv
import io
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Page

from store.database import open_store
from tests.browser.conftest import WIDTHS, Service, Visit, Watched
from tests.upload.tables import a_time, excel, kept, text

pytestmark = pytest.mark.browser

_NUMBERS = count(1)
_HEADER = ("工单号", "来电时间", "大类", "诉求内容", "联系电话", "小区名称", "物业公司", "备注")


def _row(number: str, received: str | None = None, company: str | None = None) -> list[str | None]:
    words = "12号楼302室门口路灯不亮，请打13812345678"
    return [number, received or a_time(30), "公共照明", words, "13812345678", "安居苑", company, "急"]


def _send(page: Page, folder: Path, name: str, content: bytes) -> None:
    page.get_by_label("选择文件").set_input_files(kept(folder, content, name))
    page.get_by_role("button", name="上传并预览").click()


def _load(page: Page) -> None:
    page.get_by_role("button", name="确认导入").first.click()
    page.get_by_role("heading", name="导入结果").wait_for(timeout=60_000)


def _seen(watched: Watched, service: Service, name: str) -> None:
    """Clean, every control labelled and high enough to hit, fit for a small phone too; kept as a picture."""
    usual = watched.page.viewport_size
    for width in (320, usual["width"] if usual else 390):
        watched.page.set_viewport_size({"width": width, "height": 844})
        watched.assert_clean(service.address)
    assert watched.page.locator("h1").count() == 1
    if watched.has_script:
        watched.assert_accessible()
    watched.assert_reachable("main .btn, main select, main input:not([type=hidden])")
    watched.picture(f"upload-{name}")


def _refused(page: Page) -> Sequence[dict[str, str]]:
    with page.expect_download() as loading:
        page.get_by_role("link", name="下载没有收的内容").click()
    sheet = Path(loading.value.path()).read_bytes()
    assert loading.value.suggested_filename == "没有收的内容.csv" and sheet.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(sheet.decode("utf-8-sig"))))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_firms_clerk_sends_a_table_with_bad_rows_puts_it_right_and_sees_the_orders(
    service: Service, visit: Visit, width: int, tmp_path: Path
) -> None:
    ids = [f"AJ-{next(_NUMBERS):03}" for _ in range(4)]
    watched = visit("企业", width)
    page = watched.page
    page.get_by_role("link", name="导入").click()
    _seen(watched, service, f"send-{width}")
    rows = [
        _row(ids[0]),
        _row(ids[1], company="安居物业"),
        _row(ids[2], received="昨天下午"),
        _row(ids[3], company="别家物业"),
    ]
    _send(page, tmp_path, "十月台账.xlsx", excel([_HEADER, *rows], title="安居物业工单"))
    page.get_by_role("heading", name="预览：十月台账.xlsx").wait_for()
    told = page.inner_text("main")
    assert "13812345678" not in told and "302室" not in told
    assert "不导入：大类、备注" in told and "整行不收2行" in told
    _seen(watched, service, f"preview-{width}")
    page.get_by_label("“大类”当作").select_option(label="类别")
    page.get_by_role("button", name="保存并重新试算").click()
    page.get_by_text("已按新的选择重新试算").wait_for()
    page.get_by_label("“大类”什么时候起算已知").select_option(label="受理时已知，以后不改")
    page.get_by_role("button", name="确认导入").first.click()
    page.get_by_text("已按新的选择重新试算").wait_for()  # what was changed is tried before it is loaded
    _load(page)
    _seen(watched, service, f"result-{width}")
    assert "请告诉数据分析人员" not in page.inner_text("main"), (
        "two rows alike do not stop a district's learning"
    )
    refused = _refused(page)
    assert [(row["行号"], row["列名"], row["原因"]) for row in refused] == [
        ("5", "来电时间", "不是能识别的时间"),
        ("6", "物业企业", "写的是别的企业"),
    ]
    page.get_by_role("link", name="再传一张表").click()
    _send(page, tmp_path, "改好的.xlsx", excel([_HEADER, _row(ids[2]), _row(ids[3])]))
    _load(page)
    page.get_by_role("link", name="去我的工单").click()
    for order_id in ids:
        page.goto(f"{service.address}/my-orders?find={order_id}")
        assert page.get_by_text(f"尾号 {order_id[-4:]}").count() >= 1, order_id
    watched.assert_clean(service.address)
    page.get_by_role("button", name="退出").click()
    page.get_by_role("heading", name="登录").wait_for()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_call_centres_weekly_callbacks_come_back_without_a_script(
    service: Service, visit: Visit, width: int, tmp_path: Path
) -> None:
    ids = [service.send(company="安居物业") for _ in range(2)]
    header = ("受理编号", "回访日期", "是否接通", "满意度", "是否解决")
    rows = [
        (ids[0], a_time(1), "是", "很差", "否"),
        (ids[1], a_time(1), "是", "满意", "是"),
        ("无此工单", a_time(1), "是", "满意", "是"),
    ]
    watched = visit("话务一", width, java_script=False)
    page = watched.page
    page.goto(f"{service.address}/upload")
    _send(page, tmp_path, "本周回访.csv", text([header, *rows], "gb18030"))
    page.get_by_role("heading", name="预览：本周回访.csv").wait_for()
    told = page.inner_text("main")
    assert "回访结果" in told and "编码 GB18030" in told and "系统里没有这张工单" in told
    page.get_by_label("“很差”的意思").select_option(label="不满意")
    page.get_by_label("这些回访是谁打的").select_option(label="市热线办（官方评价以它为准）")
    page.get_by_role("button", name="保存并重新试算").click()
    page.get_by_text("已按新的选择重新试算").wait_for()
    _seen(watched, service, f"callbacks-{width}")
    _load(page)
    assert "没有收的1行" in page.inner_text("main")
    store = open_store(service.home)
    assert [store.rows([order_id])["callbacks"][0]["rating"] for order_id in ids] == [0, 3]
    store.close()


def test_a_file_that_is_too_large_or_no_table_is_told_in_the_page(
    service: Service, visit: Visit, tmp_path: Path
) -> None:
    page = visit("企业", 390).page
    page.goto(f"{service.address}/upload")
    _send(page, tmp_path, "照片.csv", bytes(33 * 2**20))
    page.get_by_role("heading", name="文件太大了").wait_for(timeout=60_000)
    assert "32 MiB" in page.inner_text("main")
    page.goto(f"{service.address}/upload")
    _send(page, tmp_path, "说明.pdf", b"%PDF-1.7")
    page.get_by_role("alert").get_by_text("没有找到表格").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_template_is_a_table_that_is_taken_back(service: Service, visit: Visit, tmp_path: Path) -> None:
    page = visit("企业", 390).page
    page.goto(f"{service.address}/upload")
    with page.expect_download() as loading:
        page.get_by_role("link", name="工单表模板").click()
    _send(page, tmp_path, "模板.xlsx", Path(loading.value.path()).read_bytes())
    page.get_by_text("列名下面没有内容").wait_for()
    assert "每一列都认出来了" in page.inner_text("main")
