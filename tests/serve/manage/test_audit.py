"""访问记录: sought, paged, taken away as a sheet; and nothing of 管理 for whom nothing is granted."""

import re

from fastapi.testclient import TestClient

from store.access import audit_log
from store.database import Store
from tests.serve.manage.browsing import Browser


def test_the_audit_log_is_sought_paged_and_taken_away_as_a_safe_sheet(
    app: TestClient, admin: Browser, store: Store
) -> None:
    entry = audit_log.AuditEntry(
        1_700_000_000_000_000, "=HYPERLINK(1)", "manager", "read_score", "T-9", "200", "r"
    )
    audit_log.append(store.engine, [entry] * 60)
    page = admin.get(
        "/manage/audit", person="=HYPERLINK(1)", order="T-9", action="read_score", **{"from": "2023-11-01"}
    )
    assert page.text.count("2023-11-15 06:13:20") == 50 and "更早的50条" in page.text
    older = re.findall(r'href="(/manage/audit\?[^"]*before=\d+[^"]*)"', page.text)[0].replace("&amp;", "&")
    assert "from=2023-11-01" in older
    rest = admin.get(older)
    assert rest.text.count("2023-11-15 06:13:20") == 10 and "更早的50条" not in rest.text
    assert "没有符合条件的记录" in admin.get("/manage/audit", order="T-9", **{"to": "2023-11-14"}).text
    assert "2023-11-15" in admin.get("/manage/audit", order="T-9", **{"to": "2023-11-15"}).text
    for no_day in ("昨天", "9999-12-31", "0001-01-01"):
        assert "日期没有用上" in admin.get("/manage/audit", **{"from": no_day, "to": no_day}).text
    assert "锁在位" in page.text
    sheet = admin.get("/manage/audit/export", order="T-9")
    assert sheet.content.startswith("\ufeff时间,人员".encode()) and sheet.text.count("'=HYPERLINK(1)") == 60
    assert "查看工单预判" in sheet.text and "项目经理" in sheet.text


def test_where_nothing_is_granted_nothing_is_shown(app: TestClient) -> None:
    manager = Browser(app, "甲")
    assert manager.get("/manage").url.path == "/me"
    for part in ("accounts", "keys", "handover", "capacity", "playbook", "audit"):
        assert manager.get(f"/manage/{part}").status_code == 403
    assert 'href="/manage"' not in manager.get("/my-orders").text
