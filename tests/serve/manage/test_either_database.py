"""管理 on SQLite and PostgreSQL alike: a day, a race of two admins, odd words."""

import re
from datetime import datetime
from threading import Barrier, Thread

from fastapi.testclient import TestClient

from desk.access.issuing import Issuing
from desk.settings import Settings
from hotline.calendar import SHANGHAI
from hotline.policy import Role
from hotline.scope import scope_of
from serve.app import create_app
from store.access import accounts
from store.database import open_store
from store.whereabouts import whereabouts
from tests.serve.manage.browsing import PASSWORD, Browser, orders_of_jia, secret_on


def test_of_two_admins_who_disable_each_other_at_once_one_stays(either_settings: Settings) -> None:
    opened = open_store(either_settings.home, "hotline", either_settings.database_url)
    now, begin, refused = datetime.now(SHANGHAI), Barrier(2), []
    for name in ("甲", "乙"):
        Issuing(opened.engine, "test", now).add_account(name, Role.ADMIN, scope_of(Role.ADMIN), PASSWORD)

    def disable(by: str, name: str) -> None:
        begin.wait()
        try:
            Issuing(opened.engine, by, now).disable(name)
        except Exception as error:
            refused.append(str(error))

    threads = [Thread(target=disable, args=pair) for pair in (("甲", "乙"), ("乙", "甲"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    in_force = [a.name for a in accounts.all_accounts(opened.engine) if a.disabled_at is None]
    opened.close()
    assert len(in_force) == 1 and refused == ["this is the last admin in force; make another one first"]


def test_a_day_of_an_admin_on_either_database(either_settings: Settings) -> None:
    with TestClient(create_app(either_settings), base_url="http://127.0.0.1") as app:
        store = app.app.state.desk.store  # type: ignore[attr-defined]
        issuing = Issuing(store.engine, "the test", datetime.now(SHANGHAI))
        issuing.add_account("管", Role.ADMIN, scope_of(Role.ADMIN), PASSWORD)
        admin, names = Browser(app, "管"), orders_of_jia(app, store)
        secret_on(admin.send("/manage/accounts", name="乙", role="manager", managers="乙"))
        shown = admin.get("/manage/handover", **{"from": "甲", "to": "乙"}).text
        key = re.findall(r'name="key" value="([^"]*)"', shown)[0]
        admin.send("/manage/handover", key=key, count="3", **{"from": "甲", "to": "乙"})
        admin.send("/manage/playbook", section="rules", name="strong", value="0.6")
        admin.send("/manage/accounts/disable", name="乙")
        assert {where.manager for where in whereabouts(store.engine, names).values()} == {"乙"}
        assert app.app.state.desk.playbook.rules.strong == 0.6  # type: ignore[attr-defined]
        app.app.state.audit_trail.flush()  # type: ignore[attr-defined]
        told = admin.get("/manage/audit", person="管").text
        for done in ("新建账号：乙", "移交：甲 → 乙", "改了设置：红线", "停用账号：乙", "锁在位"):
            assert done in told, done


def test_odd_words_are_answered_on_either_database(either_settings: Settings) -> None:
    settings = either_settings.model_copy(update={"people_per_second": 10_000})
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as app:
        store = app.app.state.desk.store  # type: ignore[attr-defined]
        issuing = Issuing(store.engine, "the test", datetime.now(SHANGHAI))
        issuing.add_account("管", Role.ADMIN, scope_of(Role.ADMIN), PASSWORD)
        admin, asked = (
            Browser(app, "管"),
            ("name", "find", "person", "order", "action", "from", "to", "said", "of"),
        )
        for odd in ("\x00", "'; DROP TABLE accounts; --", "<script>", "词" * 300, "1e400"):
            for part in (
                "accounts",
                "accounts/one",
                "keys",
                "handover",
                "capacity",
                "playbook",
                "audit",
                "audit/export",
            ):
                answer = admin.get(f"/manage/{part}", **dict.fromkeys(asked, odd))
                assert answer.status_code < 500, (part, odd)
                is_page = answer.headers["content-type"].startswith("text/html")
                assert not is_page or "<script>" not in answer.text, (part, odd)
            fields = dict.fromkeys(
                (
                    "name",
                    "role",
                    "streets",
                    "managers",
                    "section",
                    "street",
                    "value",
                    "number",
                    "unit",
                    "key",
                    "to",
                ),
                odd,
            )
            for part in (
                *("accounts", "accounts/password", "accounts/assign", "accounts/disable", "accounts/enable"),
                *("keys", "keys/revoke", "handover", "capacity", "playbook"),
            ):
                for kept in (
                    {},
                    {"role": "manager"},
                    {"section": "desk"},
                    {"section": "street", "name": "P20"},
                ):
                    answer = admin.send(f"/manage/{part}", **fields | kept)
                    assert answer.status_code < 500, (part, odd, kept)
