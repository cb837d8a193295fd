"""Accounts and keys by their forms: secrets shown once, what was typed kept, the last admin, sessions that end."""

import re
from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from desk.access.issuing import Issuing
from desk.settings import Settings
from hotline.calendar import SHANGHAI
from store.access import accounts
from store.database import Store
from tests.serve.manage.browsing import PASSWORD, Browser, noted, secret_on, two_seconds_pass


def test_a_new_account_signs_in_with_the_password_shown_once_and_chooses_its_own(
    app: TestClient, admin: Browser, store: Store
) -> None:
    answer = admin.send(
        "/manage/accounts", name="王芳", role="manager", managers="王芳", companies="清和物业"
    )
    password = secret_on(answer)
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
        secret_on(admin.send("/manage/accounts", name="某人", role="call_centre")),
        secret_on(admin.send("/manage/accounts/password", name="某人")),
        secret_on(admin.send("/manage/keys", name="派单系统", role="system", expires="2099-12-31")),
    ]
    log = noted(app, store)
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
    password = secret_on(admin.send("/manage/accounts", name="二", role="admin"))
    second = Browser(app, "二", password)
    second.send("/me/password", password=password, new=PASSWORD, again=PASSWORD)
    assert second.send("/manage/accounts/assign", name="管", role="call_centre").status_code == 303
    two_seconds_pass(app)
    assert admin.get("/manage/accounts").url.path == "/login", "sessions end"
    with pytest.raises(Exception, match="the last admin"):
        Issuing(store.engine, "console", datetime.now(SHANGHAI)).disable("二")
    found = accounts.account_named(store.engine, "二")
    assert found and found.disabled_at is None


def test_an_account_is_disabled_let_in_again_and_found(app: TestClient, admin: Browser) -> None:
    caller = Browser(app, "话务")
    answer = admin.send("/manage/accounts/disable", name="话务", follow=True)
    assert "已停用" in answer.text
    two_seconds_pass(app)
    assert caller.get("/queue").url.path == "/login"
    assert Browser(app, "话务").signed_in.status_code == 401
    assert "已恢复" in admin.send("/manage/accounts/enable", name="话务", follow=True).text
    assert Browser(app, "话务").signed_in.status_code == 303
    found = admin.get("/manage/accounts", find="清和物业").text
    assert "清和</b>" in found and "话务</b>" not in found


def test_a_key_opens_the_interface_until_it_is_revoked(app: TestClient, admin: Browser) -> None:
    key = secret_on(admin.send("/manage/keys", name="监控", role="monitor"))
    header = {"Authorization": f"Bearer {key}"}
    assert app.get("/metrics", headers=header).status_code == 200
    admin.send("/manage/keys/revoke", name="监控")
    two_seconds_pass(app)
    assert app.get("/metrics", headers=header).status_code == 401
    for wrong, said in (
        ({"name": "监控", "role": "monitor"}, "这个名称用过了"),
        ({"name": "x", "role": "system", "expires": "2020-01-01"}, "到期日已经过去"),
        ({"name": "x", "role": "admin"}, "给人用的请新建账号"),
    ):
        answer = admin.send("/manage/keys", **wrong)
        assert answer.status_code == 422 and said in answer.text


def test_a_field_that_cannot_be_taken_is_tied_to_the_word_about_it(admin: Browser) -> None:
    page = admin.send("/manage/accounts", name="新人", role="manager").text
    assert 'id="refused"' in page
    [field] = re.findall(r'<input name="managers"[^>]*>', page)
    assert 'aria-invalid="true"' in field and 'aria-describedby="new-hint refused"' in field
    [other] = re.findall(r'<input name="streets"[^>]*>', page)
    assert "aria-invalid" not in other
