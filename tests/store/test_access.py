"""Accounts, keys, sessions, failures and the audit log, on both databases."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hotline.policy import Role
from hotline.scope import WHOLE_DISTRICT, Scope
from store.access import accounts, api_keys, audit_log, failures
from store.database import Store

_SCOPE = Scope(streets=frozenset({"花木街道", "张江镇"}), is_urgent_only=True)
_ACCOUNT = accounts.Account("王芳", Role.EMERGENCY_STATION, _SCOPE, "hash", 1)
_KEY = api_keys.ApiKey("intake", "hash", Role.SYSTEM, WHOLE_DISTRICT, 1, expires_at=100)


def test_the_log_is_sought_by_what_is_told_of_an_entry_and_by_day(store: Store) -> None:
    rows = [
        audit_log.AuditEntry(at, person, "manager", action, order, "200", "r")
        for at, person, action, order in (
            (1, "甲", "read_score", "A"),
            (2, "乙", "read_score", "B"),
            (3, "甲", "sign_in", None),
        )
    ]
    audit_log.append(store.engine, rows)

    def found(**told: object) -> list[int]:
        return [e.at for _, e in audit_log.sought(store.engine, audit_log.Sought(**told))]  # type: ignore[arg-type]

    assert found() == [3, 2, 1]
    assert (
        found(person="甲") == [3, 1] and found(action="read_score") == [2, 1] and found(order_id="B") == [2]
    )
    assert found(since=2) == [3, 2] and found(until=2) == [1] and found(person="甲", since=2, until=3) == []
    assert audit_log.last_seen(store.engine, ["甲", "乙", "丙"]) == {"甲": 3, "乙": 2}


def test_whether_the_log_is_guarded_is_told(store: Store) -> None:
    assert audit_log.is_guarded(store.engine)
    name = (
        "audit_log_no_DELETE"
        if store.engine.dialect.name == "sqlite"
        else "audit_log_only_grows ON audit_log"
    )
    with store.engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER {name}"))
    assert not audit_log.is_guarded(store.engine)


def test_the_last_of_a_role_neither_goes_nor_changes(store: Store) -> None:
    for name in ("甲", "乙"):
        admin = accounts.Account(name, Role.ADMIN, WHOLE_DISTRICT, "hash", 1)
        assert accounts.add_account(store.engine, admin)
    assert accounts.disable(store.engine, "甲", 5, but_one_of=Role.ADMIN)
    for change in (
        lambda: accounts.disable(store.engine, "乙", 6, but_one_of=Role.ADMIN),
        lambda: accounts.assign(store.engine, "乙", Role.CALL_CENTRE, WHOLE_DISTRICT, but_one_of=Role.ADMIN),
    ):
        with pytest.raises(accounts.LastOne):
            change()
    assert accounts.assign(store.engine, "乙", Role.ADMIN, WHOLE_DISTRICT, but_one_of=Role.ADMIN)
    assert accounts.enable(store.engine, "甲") and not accounts.enable(store.engine, "丙")
    assert accounts.assign(store.engine, "乙", Role.EMERGENCY_STATION, _SCOPE, but_one_of=Role.ADMIN)
    found = accounts.account_named(store.engine, "乙")
    assert found and (found.role, found.scope) == (Role.EMERGENCY_STATION, _SCOPE)


def test_an_account_comes_back_as_it_was_made_and_its_name_is_taken(store: Store) -> None:
    assert accounts.add_account(store.engine, _ACCOUNT)
    assert not accounts.add_account(store.engine, _ACCOUNT)
    assert accounts.account_named(store.engine, "王芳") == _ACCOUNT
    assert accounts.account_named(store.engine, "nobody") is None
    assert accounts.all_accounts(store.engine) == [_ACCOUNT]


def test_a_session_ends_with_the_password_the_account_or_itself(store: Store) -> None:
    accounts.add_account(store.engine, _ACCOUNT)
    for end in (
        lambda: accounts.set_password(store.engine, "王芳", "other"),
        lambda: accounts.close_session(store.engine, "s"),
        lambda: accounts.disable(store.engine, "王芳", 9),
    ):
        accounts.open_session(store.engine, "s", "王芳", 5, 0)
        found = accounts.find_session(store.engine, "s")
        assert found and (found.account.name, found.made_at, found.seen_at) == ("王芳", 5, 5)
        end()
        assert accounts.find_session(store.engine, "s") is None
    accounts.open_session(store.engine, "s", "王芳", 5, 0)
    assert accounts.find_session(store.engine, "s") is None, "a disabled account has no session"


def test_sessions_long_over_are_swept_when_another_begins(store: Store) -> None:
    accounts.add_account(store.engine, _ACCOUNT)
    accounts.open_session(store.engine, "old", "王芳", 5, 0)
    accounts.open_session(store.engine, "new", "王芳", 50, ended_before=40)
    assert accounts.find_session(store.engine, "old") is None
    assert accounts.find_session(store.engine, "new")


def test_a_key_is_good_until_it_expires_or_is_revoked(store: Store) -> None:
    assert api_keys.add_key(store.engine, _KEY) and not api_keys.add_key(store.engine, _KEY)
    found = api_keys.key_of(store.engine, "hash")
    assert found == _KEY and found.is_good_at(99) and not found.is_good_at(100)
    assert api_keys.revoke_key(store.engine, "intake", 50)
    assert not api_keys.revoke_key(store.engine, "intake", 51)
    revoked = api_keys.key_of(store.engine, "hash")
    assert revoked and not revoked.is_good_at(60)


def test_attempts_are_counted_until_they_have_to_wait(store: Store) -> None:
    def wait(count: int, last_at: int) -> int:
        return last_at + 10 if count >= 2 else last_at

    waits = {"one": wait, "other": wait}
    answers = [failures.count_attempt(store.engine, waits, at, -1000) for at in (1, 2, 3, 4, 12)]
    assert answers == [None, None, 12, 12, None], "the third has to wait, and is not counted while it waits"
    failures.settle(store.engine, "one", "other")
    assert failures.count_attempt(store.engine, {"one": wait}, 13, -1000) is None
    assert failures.count_attempt(store.engine, {"other": wait}, 13, -1000) == 22
    assert failures.count_attempt(store.engine, {"other": wait}, 14, 13) is None, "old counts are forgotten"


def test_the_audit_log_can_be_added_to_and_nothing_else(store: Store) -> None:
    for order in ("A", "B", None):
        entry = audit_log.AuditEntry(1, "王芳", "manager", "read_score", order, "200", "r")
        audit_log.append(store.engine, [entry])
    assert [e.order_id for _, e in audit_log.entries(store.engine)] == [None, "B", "A"]
    assert [e.order_id for _, e in audit_log.entries(store.engine, order_id="A")] == ["A"]
    assert audit_log.entries(store.engine, person="nobody") == []
    newest = audit_log.entries(store.engine, limit=1)[0][0]
    assert [e.order_id for _, e in audit_log.entries(store.engine, before=newest)] == ["B", "A"]
    for statement in ("UPDATE audit_log SET person = 'x'", "DELETE FROM audit_log"):
        with pytest.raises(DBAPIError, match="only grows"), store.engine.begin() as connection:
            connection.execute(text(statement))
    assert len(audit_log.entries(store.engine)) == 3


def test_none_of_it_moves_the_number_by_which_scorers_see_what_is_new(store: Store) -> None:
    before = store.watermark()
    accounts.add_account(store.engine, _ACCOUNT)
    audit_log.append(store.engine, [audit_log.AuditEntry(1, "a", "b", "c", None, "d", "e")])
    assert store.watermark() == before
