"""Handovers by their form: counted, confirmed, done once, within a firm."""

import re
from datetime import datetime

from fastapi.testclient import TestClient

from desk.access.issuing import Issuing
from hotline.calendar import SHANGHAI
from hotline.policy import Role
from hotline.scope import scope_of
from store.access import audit_log
from store.database import Store
from store.whereabouts import whereabouts
from tests.serve.manage.browsing import PASSWORD, Browser, orders_of_jia


def test_a_handover_shows_how_many_asks_and_is_done_once(
    app: TestClient, admin: Browser, store: Store
) -> None:
    names = orders_of_jia(app, store)
    account = admin.get("/manage/accounts/one", name="甲").text
    assert "名下有<b>3件</b>在办工单" in account and not any(name in account for name in names)
    unknown = admin.get("/manage/handover", **{"from": "甲", "to": "乙"})
    assert "没有叫“乙”的项目经理" in unknown.text
    admin.send("/manage/accounts", name="乙", role="manager", managers="乙")
    shown = admin.get("/manage/handover", **{"from": "甲", "to": "乙"}).text
    assert "3件在办工单" in shown and "确认移交3件" in shown
    assert not any(name in shown for name in names), "the admin meets no order"
    fields = {name: re.findall(rf'name="{name}" value="([^"]*)"', shown)[0] for name in ("key", "count")}
    fields |= {"from": "甲", "to": "乙"}
    changed = admin.send("/manage/handover", **{**fields, "count": "2"})
    assert changed.status_code == 422 and "现在是3件" in changed.text
    for _ in range(2):
        answer = admin.send("/manage/handover", follow=True, **fields)
        assert "已把3件在办工单从甲移交给乙" in answer.text
    found = whereabouts(store.engine, names)
    assert {where.manager for where in found.values()} == {"乙"}
    events = store.rows(names)["events"]
    assert [event["type"] for event in events] == ["handed_over"] * 3
    noted = [e for _, e in audit_log.entries(store.engine, order_id=names[0]) if e.action == "hand_over"]
    assert {e.outcome for e in noted} == {"handed over: 甲 → 乙"}


def test_a_firm_hands_over_only_to_its_own_managers(app: TestClient, store: Store) -> None:
    orders_of_jia(app, store)
    firm = Browser(app, "清和")
    shown = firm.get("/manage").text
    assert "移交" in shown and "账号" not in re.findall(r'<nav class="nav parts".*?</nav>', shown, re.S)[0]
    issuing = Issuing(store.engine, "the test", datetime.now(SHANGHAI))
    issuing.add_account("别家", Role.MANAGER, scope_of(Role.MANAGER, managers=["别家"]), PASSWORD)
    assert "本企业没有叫“别家”的项目经理" in firm.get("/manage/handover", **{"from": "甲", "to": "别家"}).text
