"""Handovers move an order from one's reach to another's; and who saw or changed what is noted."""

import json
from concurrent.futures import Future
from queue import Full
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from hotline.policy import Action, Role, may
from hotline.scope import WHOLE_DISTRICT, Scope
from serve.audit_trail import AuditTrail
from store.access.audit_log import AuditEntry, entries
from tests.serve.bodies import an_event, an_order, assert_told, new_id
from tests.serve.conftest import a_key, settings_of

Headers = dict[str, str]


def _key(client: TestClient, role: Role, **parts: str) -> Headers:
    scope = Scope(**{part: frozenset({name}) for part, name in parts.items()})  # type: ignore[arg-type]
    return a_key(settings_of(client.app.state.settings.home), role, scope)  # type: ignore[attr-defined]


@pytest.fixture
def admin(client: TestClient) -> Headers:
    return _key(client, Role.ADMIN)


def _log(client: TestClient, admin: Headers, **asked: Any) -> list[dict[str, Any]]:
    client.app.state.audit_trail.flush()  # type: ignore[attr-defined]
    found: list[dict[str, Any]] = client.get("/api/v1/audit", params=asked, headers=admin).json()
    return found


def test_a_handover_takes_the_order_along(client: TestClient) -> None:
    order = an_order(manager="交出者", company="某物业")
    client.post("/api/v1/orders", json=order)
    address = f"/api/v1/orders/{order['order_id']}/score"
    giver, taker = (_key(client, Role.MANAGER, managers=name) for name in ("交出者", "接手者"))
    assert [client.get(address, headers=who).status_code for who in (giver, taker)] == [200, 404]
    client.post("/api/v1/orders", json={**order, "manager": "接手者"})
    assert [client.get(address, headers=who).status_code for who in (giver, taker)] == [404, 200]
    earlier = {"at": order["received_at"]}
    assert client.get(address, params=earlier, headers=giver).status_code == 404, "nor its past"


def test_nobody_takes_an_order_over_by_sending_it_anew_nor_gives_it_away(client: TestClient) -> None:
    theirs, own = an_order(company="他家物业"), an_order(company="自家物业")
    company = _key(client, Role.COMPANY, companies="自家物业")
    client.post("/api/v1/orders", json=theirs)
    for body in (
        {**theirs, "company": "自家物业"},
        {**own, "company": "他家物业"},
        {**own, "company": None},
    ):
        sent = {name: value for name, value in body.items() if value is not None}
        assert_told(client.post("/api/v1/orders", json=sent, headers=company), 403, "outside_scope")
    assert client.post("/api/v1/orders", json=own, headers=company).status_code == 201
    moved = {**own, "company": "他家物业"}
    assert_told(client.post("/api/v1/orders", json=moved, headers=company), 403, "outside_scope")
    unsaid = {name: value for name, value in own.items() if name != "company"}
    assert client.post("/api/v1/orders", json=unsaid, headers=company).status_code == 200, "it is known whose"


def test_an_emergency_station_meets_the_urgent_repairs_of_its_street_only(client: TestClient) -> None:
    scope = Scope(streets=frozenset({"急修街道"}), is_urgent_only=True)
    station = a_key(settings_of(client.app.state.settings.home), Role.EMERGENCY_STATION, scope)  # type: ignore[attr-defined]
    urgent, other = (an_order(street="急修街道", category=c) for c in ("给排水漏水", "绿化"))
    for order, status in ((urgent, 201), (other, 404)):
        client.post("/api/v1/orders", json=order)
        address = f"/api/v1/orders/{order['order_id']}/events"
        assert client.post(address, json=an_event("visited", 3), headers=station).status_code == status


def test_what_one_sees_changes_and_is_refused_is_noted_by_order(client: TestClient, admin: Headers) -> None:
    order = an_order(company="被记录物业")
    company = _key(client, Role.COMPANY, companies="被记录物业")
    stranger = _key(client, Role.COMPANY, companies="他家物业")
    client.post("/api/v1/orders", json=order, headers=company)
    address = f"/api/v1/orders/{order['order_id']}"
    seen = client.get(f"{address}/score", headers=company)
    client.get(f"{address}/score", headers=stranger)
    client.post(f"{address}/callbacks", json={}, headers=company)
    client.get("/api/v1/worklist", params={"limit": 1000}, headers=company)
    found = _log(client, admin, order_id=order["order_id"])
    assert [(e["action"], e["outcome"]) for e in found] == [
        ("read_worklist", "200"),
        ("read_score", "refused"),
        ("read_score", "200"),
        ("write_order", "201"),
    ]
    assert found[2]["request_id"] == seen.headers["X-Request-ID"]
    assert all(e["person"].startswith("key:company") and e["role"] == "company" for e in found)
    by_company = _log(client, admin, person=found[0]["person"])
    assert ("write_callback", "refused", None) in [
        (e["action"], e["outcome"], e["order_id"]) for e in by_company
    ]


def test_the_audit_log_repeats_nothing_that_was_asked_for_in_vain(client: TestClient, admin: Headers) -> None:
    number = "13955556666"
    client.get(f"/api/v1/orders/{number}/score")
    client.post(f"/api/v1/orders/{number}/events", json=an_event())
    client.post("/api/v1/orders", json=an_order(text=number, caller=number, order_id=new_id()))
    newest = _log(client, admin, limit=50)
    assert [e["action"] for e in newest[:3]] == ["write_order", "write_event", "read_score"]
    assert [e["outcome"] for e in newest[:3]] == ["201", "404", "404"]
    assert number not in json.dumps(newest)


def test_looking_at_the_audit_log_is_noted_too_and_pages_follow_each_other(
    client: TestClient, admin: Headers
) -> None:
    first = _log(client, admin, limit=2)
    second = _log(client, admin, limit=2, before=first[-1]["entry"])
    assert first[-1]["entry"] > second[0]["entry"]
    assert _log(client, admin, limit=1)[0]["action"] == "read_audit"
    for wrong in ({"limit": 0}, {"before": 0}, {"before": 2**63}, {"order_id": "x" * 65}, {"colour": 1}):
        (name,) = wrong
        assert_told(client.get("/api/v1/audit", params=wrong, headers=admin), 422, "invalid", name)


def test_what_cannot_be_noted_is_not_shown(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    order = an_order()
    client.post("/api/v1/orders", json=order)

    def full(*_: object, **__: object) -> Future[None]:
        raise Full

    with monkeypatch.context() as broken:
        broken.setattr(AuditTrail, "note", full)
        answer = client.get(f"/api/v1/orders/{order['order_id']}/score")
        assert_told(answer, 503, "audit_unavailable")
        assert order["order_id"] not in answer.text
        assert client.get("/healthz").status_code == 200
    with monkeypatch.context() as broken:
        broken.setattr("serve.audit_trail.append", _gone)
        event = an_event("urged", 3, event_id="once")
        address = f"/api/v1/orders/{order['order_id']}/events"
        assert_told(client.post(address, json=event), 503, "audit_unavailable")
    again = client.post(address, json=event)
    assert (again.status_code, again.json()["unchanged"]) == (201, 1), "sent again it changes nothing"


def _gone(*_: object) -> None:
    raise OperationalError("INSERT", {}, Exception("the database is gone"))


def test_many_notes_are_written_in_order_and_none_is_lost(client: TestClient) -> None:
    trail, engine = AuditTrail(), client.app.state.desk.store.engine  # type: ignore[attr-defined]
    trail.start()
    for number in range(1_200):
        trail.note(engine, [AuditEntry(number, "many", "r", "a", None, "200", str(number))])
    trail.close()
    noted = [int(e.request_id) for _, e in entries(engine, person="many", limit=5_000)]
    assert noted == list(range(1_200))[::-1]


_OWN_BY = {
    Role.MANAGER: {"managers": "归经理"},
    Role.COMPANY: {"companies": "归物业"},
    Role.EMERGENCY_STATION: {"streets": "归街道"},
    Role.STREET_HANDLER: {"streets": "归街道"},
}


@pytest.mark.parametrize("role", [role for role in Role if may(role, Action.WRITE_EVENT)])
def test_only_those_who_call_back_put_an_order_away(client: TestClient, role: Role) -> None:
    order = an_order(street="归街道", company="归物业", manager="归经理", category="电梯")
    assert client.post("/api/v1/orders", json=order).status_code == 201
    own = _OWN_BY.get(role)
    scope = Scope(**{part: frozenset({name}) for part, name in own.items()}) if own else WHOLE_DISTRICT  # type: ignore[arg-type]
    key = a_key(settings_of(client.app.state.settings.home), role, scope)  # type: ignore[attr-defined]
    address = f"/api/v1/orders/{order['order_id']}/events"
    answer = client.post(address, json=an_event("archived", 1), headers=key)
    assert answer.status_code == (201 if may(role, Action.ARCHIVE) else 403), answer.text
    listed = client.get("/api/v1/worklist", params={"limit": 1_000}).json()["orders"]
    assert any(one["order_id"] == order["order_id"] for one in listed) is not may(role, Action.ARCHIVE)
