"""管理 by its forms: accounts and keys, secrets shown once, the last admin, handovers, capacities, settings, the audit log."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from httpx import Response

from desk.access import passwords
from desk.access.issuing import Issuing
from desk.settings import Settings
from hotline.calendar import SHANGHAI
from hotline.policy import Role
from hotline.scope import scope_of
from serve.app import create_app
from store.access import accounts, audit_log
from store.database import Store, open_store
from store.whereabouts import whereabouts
from tests.serve.bodies import an_order

_PASSWORD = "四个普通的词语放在一起就够长了"
_PEOPLE: dict[str, tuple[Role, dict[str, list[str]]]] = {
    "管": (Role.ADMIN, {}),
    "区": (Role.DISTRICT_CENTRE, {}),
    "甲": (Role.MANAGER, {"managers": ["甲"]}),
    "清和": (Role.COMPANY, {"companies": ["清和物业"]}),
    "话务": (Role.CALL_CENTRE, {}),
    "街": (Role.STREET_HANDLER, {"streets": ["花木街道"]}),
}


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64))


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = open_store(settings.home)
    issuing = Issuing(opened.engine, "the test", datetime.now(SHANGHAI))
    for name, (role, scope) in _PEOPLE.items():
        issuing.add_account(name, role, scope_of(role, **scope), _PASSWORD)
    yield opened
    opened.close()


@pytest.fixture
def app(settings: Settings, store: Store) -> Iterator[TestClient]:
    """A service without a model: 管理 needs none."""
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield client


class Browser:
    """Somebody who signed in, at forms."""

    def __init__(self, app: TestClient, name: str = "", password: str = _PASSWORD) -> None:
        self.http = TestClient(app.app, base_url="http://127.0.0.1", headers={"Accept": "text/html"})
        self.token = ""
        self.signed_in = self.send("/login", page="/login", name=name, password=password)

    def get(self, address: str, **asked: str) -> Response:
        """A page, wherever it leads."""
        return self.http.get(address, params=asked or None)

    def send(self, address: str, page: str = "/me", follow: bool = False, **fields: str) -> Response:
        """A form that was filled in, with the token of a page."""
        if page == "/login" or not self.token:
            found = re.search(r'name="form_token" value="([^"]+)"', self.get(page).text)
            assert found
            self.token = found[1] if page != "/login" else ""
            fields |= {"form_token": found[1]}
        form = {"form_token": self.token, **fields}
        self.token = "" if address == "/me/password" else self.token  # then it is another session
        return self.http.post(address, data=form, follow_redirects=follow)


@pytest.fixture
def admin(app: TestClient) -> Browser:
    return Browser(app, "管")


def _two_seconds_pass(app: TestClient) -> None:
    """Who was let in a moment ago is looked up anew."""
    app.app.state.door.known._remembered.clear()  # type: ignore[attr-defined]


def _secret(page: Response) -> str:
    found = re.search(r"<code>([^<]+)</code>", page.text)
    assert page.status_code == 200 and found, page.text
    return found[1]


def _log(app: TestClient, store: Store) -> list[tuple[str, str, str]]:
    app.app.state.audit_trail.flush()  # type: ignore[attr-defined]
    return [(e.person, e.action, e.outcome) for _, e in audit_log.entries(store.engine, limit=500)]


def test_a_new_account_signs_in_with_the_password_shown_once_and_chooses_its_own(
    app: TestClient, admin: Browser, store: Store
) -> None:
    answer = admin.send(
        "/manage/accounts", name="王芳", role="manager", managers="王芳", companies="清和物业"
    )
    password = _secret(answer)
    assert answer.headers["cache-control"] == "no-store" and "王芳" not in answer.headers.get("location", "")
    assert "这些名称还没有一张工单用过" in answer.text
    assert password not in admin.get("/manage/accounts").text
    assert password not in admin.get("/manage/accounts/one", name="王芳").text
    account = accounts.account_named(store.engine, "王芳")
    assert account and account.is_given and account.scope.zh == "清和物业、王芳"

    fang = Browser(app, "王芳", password)
    assert fang.signed_in.status_code == 303
    assert fang.get("/my-orders").url.path == "/me", "first a password of one's own"
    refused = fang.http.get("/api/v1/worklist", headers={"Accept": "application/json"})
    assert refused.json()["error"]["code"] == "own_password_first"
    own = "我自己想好的一个很长的密码"
    for wrong, said in (
        ({"password": "不对的密码一二三四五六", "new": own, "again": own}, "原来的密码不正确"),
        ({"password": password, "new": own, "again": own + "x"}, "两次写的新密码不一样"),
        ({"password": password, "new": "短", "again": "短"}, "密码要12到200个字"),
        ({"password": password, "new": password, "again": password}, "不一样"),
    ):
        answer = fang.send("/me/password", **wrong)
        assert answer.status_code == 422 and said in answer.text
    fang.send("/me/password", password=password, new=own, again=own)
    assert fang.get("/my-orders").url.path == "/my-orders"
    assert Browser(app, "王芳", password).signed_in.status_code == 401
    assert Browser(app, "王芳", own).signed_in.status_code == 303


def test_neither_passwords_nor_keys_are_in_logs_or_the_audit_log(
    app: TestClient, admin: Browser, store: Store, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    secrets = [
        _secret(admin.send("/manage/accounts", name="某人", role="call_centre")),
        _secret(admin.send("/manage/accounts/password", name="某人")),
        _secret(admin.send("/manage/keys", name="派单系统", role="system", expires="2099-12-31")),
    ]
    log = _log(app, store)
    assert [outcome for _, _, outcome in log if ": " in outcome][:3] == [
        "key added: 派单系统",
        "password changed: 某人",
        "account added: 某人",
    ]
    said = "".join(capfd.readouterr()) + str(log)
    kept = b"".join(path.read_bytes() for path in settings.home.rglob("*") if path.is_file())
    for secret in secrets:
        assert secret not in said and secret.encode() not in kept


def test_a_form_that_cannot_be_taken_says_why_and_keeps_what_was_typed(admin: Browser, store: Store) -> None:
    before = accounts.all_accounts(store.engine)
    for wrong, said in (
        ({"name": "新人", "role": "manager", "streets": "花木街道"}, "项目经理的范围须写明项目经理"),
        ({"name": "新人", "role": "admin", "streets": "花木街道"}, "系统管理员看全区，范围请留空"),
        ({"name": "新人", "role": "boss"}, "请选择身份"),
        ({"name": "新人", "role": "system"}, "这个身份只用于系统密钥"),
        ({"name": "管", "role": "admin"}, "已经有这个账号"),
        ({"name": "a:b", "role": "admin"}, "不含冒号"),
    ):
        answer = admin.send("/manage/accounts", **wrong)
        assert answer.status_code == 422 and said in answer.text, wrong
        assert f'value="{wrong["name"]}"' in answer.text
    assert (
        'value="花木街道"' in admin.send("/manage/accounts", name="x", role="admin", streets="花木街道").text
    )
    assert accounts.all_accounts(store.engine) == before


def test_the_last_admin_and_oneself_stay(app: TestClient, admin: Browser, store: Store) -> None:
    for step in ("disable", "assign"):
        answer = admin.send(f"/manage/accounts/{step}", name="管", role="call_centre")
        assert answer.status_code == 422 and "不能停用或更改自己" in answer.text
    password = _secret(admin.send("/manage/accounts", name="二", role="admin"))
    second = Browser(app, "二", password)
    second.send("/me/password", password=password, new=_PASSWORD, again=_PASSWORD)
    assert second.send("/manage/accounts/assign", name="管", role="call_centre").status_code == 303
    _two_seconds_pass(app)
    assert admin.get("/manage/accounts").url.path == "/login", "sessions end"
    with pytest.raises(Exception, match="the last admin"):
        Issuing(store.engine, "console", datetime.now(SHANGHAI)).disable("二")
    found = accounts.account_named(store.engine, "二")
    assert found and found.disabled_at is None


def test_of_two_admins_who_disable_each_other_at_once_one_stays(either_settings: Settings) -> None:
    from threading import Barrier, Thread

    opened = open_store(either_settings.home, "hotline", either_settings.database_url)
    now, begin, refused = datetime.now(SHANGHAI), Barrier(2), []
    for name in ("甲", "乙"):
        Issuing(opened.engine, "test", now).add_account(name, Role.ADMIN, scope_of(Role.ADMIN), _PASSWORD)

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


def test_an_account_is_disabled_let_in_again_and_found(app: TestClient, admin: Browser) -> None:
    caller = Browser(app, "话务")
    answer = admin.send("/manage/accounts/disable", name="话务", follow=True)
    assert "已停用" in answer.text
    _two_seconds_pass(app)
    assert caller.get("/queue").url.path == "/login"
    assert Browser(app, "话务").signed_in.status_code == 401
    assert "已恢复" in admin.send("/manage/accounts/enable", name="话务", follow=True).text
    assert Browser(app, "话务").signed_in.status_code == 303
    found = admin.get("/manage/accounts", find="清和物业").text
    assert "清和</b>" in found and "话务</b>" not in found


def test_a_key_opens_the_interface_until_it_is_revoked(app: TestClient, admin: Browser) -> None:
    key = _secret(admin.send("/manage/keys", name="监控", role="monitor"))
    header = {"Authorization": f"Bearer {key}"}
    assert app.get("/metrics", headers=header).status_code == 200
    admin.send("/manage/keys/revoke", name="监控")
    _two_seconds_pass(app)
    assert app.get("/metrics", headers=header).status_code == 401
    for wrong, said in (
        ({"name": "监控", "role": "monitor"}, "这个名称用过了"),
        ({"name": "x", "role": "system", "expires": "2020-01-01"}, "到期日已经过去"),
        ({"name": "x", "role": "admin"}, "给人用的请新建账号"),
    ):
        answer = admin.send("/manage/keys", **wrong)
        assert answer.status_code == 422 and said in answer.text


def _orders(app: TestClient, store: Store, **changes: Any) -> list[str]:
    issuing = Issuing(store.engine, "the test", datetime.now(SHANGHAI))
    key = issuing.add_key(f"k{len(store.order_ids())}", Role.SYSTEM, scope_of(Role.SYSTEM))
    made = [an_order(manager="甲", company="清和物业", **changes) for _ in range(3)]
    for order in made:
        answer = app.post("/api/v1/orders", json=order, headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 201
    return [str(order["order_id"]) for order in made]


def test_a_handover_shows_how_many_asks_and_is_done_once(
    app: TestClient, admin: Browser, store: Store
) -> None:
    names = _orders(app, store)
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
    _orders(app, store)
    firm = Browser(app, "清和")
    shown = firm.get("/manage").text
    assert "移交" in shown and "账号" not in re.findall(r'<nav class="nav parts".*?</nav>', shown, re.S)[0]
    issuing = Issuing(store.engine, "the test", datetime.now(SHANGHAI))
    issuing.add_account("别家", Role.MANAGER, scope_of(Role.MANAGER, managers=["别家"]), _PASSWORD)
    assert "本企业没有叫“别家”的项目经理" in firm.get("/manage/handover", **{"from": "甲", "to": "别家"}).text


def test_a_setting_is_in_force_at_once_in_another_service_on_the_same_database(
    app: TestClient, settings: Settings, store: Store
) -> None:
    centre = Browser(app, "区")
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as other:
        desk = other.app.state.desk  # type: ignore[attr-defined]
        assert desk.playbook.rules.strong == 0.5
        answer = centre.send("/manage/playbook", follow=True, section="rules", name="strong", value="0.45")
        assert "设置已改" in answer.text and "0.45" in answer.text
        assert app.app.state.desk.playbook.rules.strong == 0.45  # type: ignore[attr-defined]
        assert desk.look_at_playbook(anew=True).playbook.rules.strong == 0.45
    same = centre.send("/manage/playbook", follow=True, section="rules", name="strong", value="0.45")
    assert "没有改动" in same.text
    answer = centre.send("/manage/playbook", follow=True, section="rules", name="strong", do="back")
    assert "设置已恢复" in answer.text
    history = answer.text.split("修改记录</h2>")[1]
    assert "改回这个值" in history and history.count("<td>区</td>") == 2
    assert ("区", "set_playbook", "setting changed: rules.strong") in _log(app, store)


def test_limits_days_and_desks_are_typed_as_people_write_them(app: TestClient) -> None:
    centre, desk = Browser(app, "区"), app.app.state.desk  # type: ignore[attr-defined]

    def change(**fields: str) -> None:
        assert centre.send("/manage/playbook", **fields).status_code == 303, fields

    change(section="limits", name="P09", number="2", unit="wh")
    change(section="limits", name="P08", number="", unit="today")
    change(section="street", street="花木街道", name="P20", number="3", unit="wd")
    change(section="calendar", name="days_off", value="2026-12-24、2026-12-25")
    change(section="draw", name="desks", desks="1", desk_company="1", desk_call_centre="1")
    playbook = desk.playbook
    assert [playbook.limit(name).zh for name in ("P09", "P08")] == ["2个工作小时内", "当天"]
    assert playbook.limit("P20", "花木街道").zh == "3个工作日内" and playbook.limit("P20").zh == "1个工作日内"
    assert len(playbook.calendar.days_off) == 2
    assert playbook.draw.desks == {"company", "call_centre"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"section": "rules", "name": "strong", "value": "很高"}, "没有改：请写0到1之间的小数"),
        ({"section": "rules", "name": "strong", "value": "0.2"}, "橙线不能高于红线"),
        ({"section": "limits", "name": "P09", "number": "x", "unit": "wh"}, "没有改：请写数字并选单位"),
        ({"section": "street", "name": "P09", "number": "1", "unit": "wd"}, "请写明是哪个街镇"),
        ({"section": "nothing", "name": "x", "value": "1"}, "没有这项设置"),
        ({"section": "street"}, "请写明是哪个街镇"),
        ({}, "没有这项设置"),
    ],
)
def test_a_setting_that_cannot_be_says_so_and_keeps_what_was_typed(
    app: TestClient, fields: dict[str, str], said: str
) -> None:
    centre = Browser(app, "区")
    answer = centre.send("/manage/playbook", **fields)
    assert answer.status_code == 422 and said in answer.text
    typed = fields.get("value") or fields.get("number")
    if fields.get("section") in ("rules", "limits"):
        assert f'value="{typed}"' in answer.text
    assert app.app.state.desk.look_at_playbook(anew=True).page == {}  # type: ignore[attr-defined]


def test_a_street_sets_its_own_limits_and_no_others(app: TestClient, store: Store) -> None:
    street, desk = Browser(app, "街"), app.app.state.desk  # type: ignore[attr-defined]
    assert street.get("/manage").url.path == "/manage/street"
    own = {"section": "street", "street": "花木街道", "name": "P20", "number": "2", "unit": "wh"}
    answer = street.send("/manage/street", follow=True, **own)
    assert "设置已改" in answer.text and "2个工作小时内" in answer.text
    assert desk.playbook.limit("P20", "花木街道").zh == "2个工作小时内"
    for wrong in (
        {"street": "洋泾街道"},
        {"section": "limits", "street": ""},
        {"section": "rules", "name": "urged"},
    ):
        answer = street.send("/manage/street", **own | wrong)
        assert answer.status_code == 422 and "只能改本街镇的时限" in answer.text
    assert "没有改：请写数字并选单位" in street.send("/manage/street", **own | {"number": "x"}).text
    assert street.send("/manage/playbook", **own).status_code == 403
    assert "设置已恢复" in street.send("/manage/street", follow=True, do="back", **own).text
    assert desk.playbook.limit("P20", "花木街道").zh == "1个工作日内"
    assert ("街", "set_street_limits", "setting given back: street.花木街道.P20") in _log(app, store)


def test_capacities_are_set_for_roles_and_for_single_desks(app: TestClient, admin: Browser) -> None:
    desk = app.app.state.desk  # type: ignore[attr-defined]
    assert (
        admin.send("/manage/capacity", section="capacity", name="call_centre", value="41").status_code == 303
    )
    assert admin.send("/manage/capacity", section="desk", name="清和物业", value="0").status_code == 303
    assert desk.playbook.capacity(Role.CALL_CENTRE) == 41
    assert desk.playbook.capacity(Role.COMPANY, "清和物业") == 0
    assert desk.playbook.capacity(Role.COMPANY, "别家物业") == 20
    answer = admin.send("/manage/capacity", section="desk", name="清和物业", value="许多")
    assert answer.status_code == 422 and "请写不小于0的整数" in answer.text and 'value="许多"' in answer.text
    admin.send("/manage/capacity", section="desk", name="清和物业", value="")
    assert desk.playbook.capacity(Role.COMPANY, "清和物业") == 20


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


def test_a_day_of_an_admin_on_either_database(either_settings: Settings) -> None:
    with TestClient(create_app(either_settings), base_url="http://127.0.0.1") as app:
        store = app.app.state.desk.store  # type: ignore[attr-defined]
        issuing = Issuing(store.engine, "the test", datetime.now(SHANGHAI))
        issuing.add_account("管", Role.ADMIN, scope_of(Role.ADMIN), _PASSWORD)
        admin, names = Browser(app, "管"), _orders(app, store)
        _secret(admin.send("/manage/accounts", name="乙", role="manager", managers="乙"))
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
        issuing.add_account("管", Role.ADMIN, scope_of(Role.ADMIN), _PASSWORD)
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
                assert answer.status_code < 500 and "<script>反" not in answer.text, (part, odd)
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
