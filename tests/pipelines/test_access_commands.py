"""`qingling user`, `key`, `forget` and `audit-log` as one types them, and the demo's accounts."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

import pipelines.__main__ as command
from desk.access import passwords
from hotline.calendar import to_micros
from hotline.order import Order
from hotline.policy import Role
from hotline.scope import Whereabouts, is_within
from pipelines.demo_accounts import make_accounts
from store.access.accounts import account_named, all_accounts
from store.access.api_keys import all_keys
from store.database import Store, open_store

_AT = datetime(2026, 10, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, quick_hashes: None, home: Path) -> None:
    monkeypatch.setenv("QINGLING_HOME", str(home))


def _run(*words: str, typed: str = "", code: int = 0) -> Result:
    done = CliRunner().invoke(command.app, list(words), input=typed)
    assert done.exit_code == code, done.output
    return done


def _store(home: Path) -> Store:
    return open_store(home)


def test_a_password_is_asked_for_twice_and_never_shown(home: Path) -> None:
    typed = "一句很长很长的话当作密码\n" * 2
    said = _run("user", "add", "王芳", "--role", "manager", "--manager", "王芳", typed=typed).output
    assert "一句很长" not in said and "may sign in" in said
    account = account_named(_store(home).engine, "王芳")
    assert account and account.role is Role.MANAGER and account.scope.managers == {"王芳"}
    assert passwords.is_right("一句很长很长的话当作密码", account.password_hash)
    assert "--password" not in _run("user", "add", "--help").output


def test_a_generated_password_is_printed_once_and_fits(home: Path) -> None:
    said = _run("user", "add", "boss", "--role", "admin", "--generate").output
    account = account_named(_store(home).engine, "boss")
    assert account and passwords.is_right(said.split()[-1], account.password_hash)
    again = _run("user", "password", "boss", "--generate").output
    changed = account_named(_store(home).engine, "boss")
    generated = re.search(r"changed to (\S+);", again)
    assert generated and changed and passwords.is_right(generated[1], changed.password_hash)
    assert "password" not in _run("user", "list").output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["user", "add", "x", "--role", "manager"], "a manager needs --manager"),
        (["user", "add", "x", "--role", "admin", "--street", "y"], "leave the option out"),
        (["user", "add", "x", "--role", "boss"], "is no role; roles are manager, company"),
        (["user", "add", "x", "--role", "system"], "use `qingling key add`"),
        (["user", "add", "a:b", "--role", "admin"], "no colon"),
        (["user", "password", "x"], "there is no account x"),
        (["key", "add", "x", "--expires", "soon"], "is no day"),
        (["key", "add", "x", "--expires", "2020-01-01"], "would have expired already"),
        (["key", "revoke", "x"], "there is no key x in force"),
    ],
)
def test_what_cannot_be_is_told_with_the_remedy(words: list[str], why: str) -> None:
    generate = ["--generate"] if words[0] == "user" else []
    assert why in _run(*words, *generate, code=1).output


def test_accounts_and_keys_are_listed_taken_back_and_noted(home: Path) -> None:
    for name in ("boss", "zoe"):
        _run("user", "add", name, "--role", "admin", "--generate")
    _run("user", "disable", "boss")
    for last in (("disable", "zoe"), ("assign", "zoe", "--role", "call_centre")):
        assert "the last admin in force" in _run("user", *last, code=1).output
    _run("user", "enable", "boss")
    _run("user", "assign", "zoe", "--role", "call_centre")
    assert "call_centre" in _run("user", "list").output
    _run("user", "assign", "zoe", "--role", "admin")
    _run("user", "disable", "boss")
    key = _run("key", "add", "intake", "--street", "花木街道", "--expires", "2099-01-01").output.split()[0]
    assert key.startswith("qlk_")
    assert "花木街道" in _run("key", "list").output and key not in _run("key", "list").output
    _run("key", "revoke", "intake")
    assert "there was a key intake already" in _run("key", "add", "intake", code=1).output
    said = _run("audit-log").output
    for outcome in ("account added", "account disabled", "key added", "key revoked"):
        assert outcome in said
    assert all_keys(_store(home).engine)[0].revoked_at and all_accounts(_store(home).engine)[0].disabled_at


def test_forgetting_asks_first_and_says_what_it_did(home: Path) -> None:
    store = _store(home)
    store.add_order(Order("A", _AT, text="诉求", caller="a" * 20), to_micros(_AT))
    assert "1 orders received before 2026-11-01" in _run("forget", "--before", "2026-11-01", code=1).output
    assert store.frames()["orders"]["text"].notna().all(), "nobody said yes"
    said = _run("forget", "--caller", "-", "--yes", typed="a" * 20 + "\n").output
    assert "orders of one caller: 1 orders blanked" in said and "aaaa" not in said
    assert "1 orders received" in _run("forget", "--before", "2026-11-01", typed="y\n").output
    assert "1 orders blanked" in _run("audit-log").output
    _run("forget", code=2)
    _run("forget", "--before", "2026-11-01", "--caller", "x", code=2)
    assert store.frames()["orders"]["text"].isna().all()


def test_the_demo_gives_each_role_an_account_that_reaches_orders(home: Path) -> None:
    store = _store(home)
    words = Whereabouts("花木街道", "清和物业", "清和苑", "王芳", "维修", "给排水漏水")
    store.add_order(Order("A", _AT, **words._asdict()), to_micros(_AT))
    made = make_accounts(store, ["A"], _AT)
    named = [f"demo-{role.value.replace('_', '-')}" for role in Role if role.is_for_people]
    named.insert(named.index("demo-data-scientist") + 1, "demo-data-scientist-2")
    assert [name for name, *_ in made] == [*named, "demo-key-1"]
    for account in all_accounts(store.engine):
        assert is_within(account.scope, words)
    for name, password, _ in made[:-1]:
        account = account_named(store.engine, name)
        assert account and passwords.is_right(password, account.password_hash)
    again = make_accounts(store, ["A"], _AT)
    assert {name for name, *_ in again} - {name for name, *_ in made} == {"demo-key-2"}
    assert not {password for _, password, _ in again} & {password for _, password, _ in made}
