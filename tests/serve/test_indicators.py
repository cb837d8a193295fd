"""The indicators over HTTP: one's own figures only, as of a moment, without people for those who meet no order."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hotline.policy import Role
from hotline.scope import WHOLE_DISTRICT, Scope
from tests.serve.bodies import a_callback, an_event, an_order, assert_told
from tests.serve.conftest import a_key, settings_of

_PLACE = {"street": "指标街道", "community": "指标小区", "company": "指标物业", "manager": "指标经理"}
Headers = dict[str, str]


@pytest.fixture(scope="module")
def orders(client: TestClient) -> list[str]:
    """Three orders of one place, called back, and one that waits."""
    ids = []
    for number in range(4):
        order = an_order(**_PLACE)
        ids.append(order["order_id"])
        assert client.post("/api/v1/orders", json=order).status_code == 201
        address = f"/api/v1/orders/{order['order_id']}"
        assert client.post(f"{address}/events", json=an_event("contacted", 3)).status_code == 201
        if number < 3:
            assert client.post(f"{address}/callbacks", json=a_callback(rating="满意")).status_code == 201
    return ids


@pytest.fixture
def ask(client: TestClient, orders: list[str]) -> Iterator[Any]:
    home = settings_of(client.app.state.settings.home)  # type: ignore[attr-defined]
    key = client.headers.pop("Authorization")

    def asked(role: Role, scope: Scope, path: str = "/api/v1/indicators", **params: str) -> Any:
        return client.get(path, params=params, headers=a_key(home, role, scope))

    yield asked
    client.headers["Authorization"] = key


_OWN = Scope(streets=frozenset({"指标街道"}))


def _counted(told: dict[str, Any], indicator: str) -> int:
    counted: int = next(r for r in told["total"] if r["kind"] == "全部")["figures"][indicator]["counted"]
    return counted


def test_a_street_reads_its_own_figures_and_the_district_all(ask: Any) -> None:
    own, whole = ask(Role.STREET_HANDLER, _OWN).json(), ask(Role.DISTRICT_CENTRE, WHOLE_DISTRICT).json()
    assert own["scope"] == "指标街道" and whole["scope"] == "全区"
    assert _counted(own, "satisfaction") == 3 <= _counted(whole, "satisfaction")
    for unit, name in (
        ("street", "指标街道"),
        ("company", "指标物业"),
        ("community", "指标小区"),
        ("manager", "指标经理"),
    ):
        assert {row["name"] for row in own["units"][unit]} == {name}
    other = ask(Role.STREET_HANDLER, Scope(streets=frozenset({"无单街道"}))).json()
    assert _counted(other, "satisfaction") == 0 and other["units"]["manager"] == []
    assert other["forecast"]["turns"] == [] and other["structural_causes"] == []


def test_what_was_written_since_history_was_sorted_reads_as_the_store_does(
    ask: Any, client: TestClient, orders: list[str]
) -> None:
    serving = ask(Role.STREET_HANDLER, _OWN).json()
    lookout = client.app.state.desk.in_service().scorer.lookout  # type: ignore[attr-defined]
    assert set(orders) & lookout.taken_in.changed.keys(), "else this shows nothing"
    stored = ask(Role.STREET_HANDLER, _OWN, at=serving["as_of"]).json()
    assert stored["total"] == serving["total"] and stored["units"] == serving["units"]
    assert stored["label_lag"] == serving["label_lag"]
    for name in ("rated", "closed", "open", "rehearsed"):
        assert stored["forecast"][name] == serving["forecast"][name]
    within_reach = [{turn["order_id"] for turn in of["forecast"]["turns"]} for of in (stored, serving)]
    assert within_reach[0] == within_reach[1]


def test_an_earlier_moment_reads_as_it_read_then(ask: Any) -> None:
    told = ask(Role.DISTRICT_CENTRE, WHOLE_DISTRICT, at="2026-09-10T00:00:00+08:00").json()
    assert told["from"].startswith("2026-09-01T00:00:00") and told["to"].startswith("2026-10-01T00:00:00")
    again = ask(Role.DISTRICT_CENTRE, WHOLE_DISTRICT, at="2026-09-10T00:00:00+08:00").json()
    assert told == again and told["forecast"]["rate"]["low"] < told["forecast"]["rate"]["high"]
    later = ask(
        Role.DISTRICT_CENTRE, WHOLE_DISTRICT, at="2026-10-10T00:00:00+08:00", **{"from": told["from"]}
    ).json()
    assert _counted(later, "satisfaction") > _counted(told, "satisfaction") > 0


def test_an_order_handed_over_since_is_not_shown_to_whoever_had_it(ask: Any, client: TestClient) -> None:
    key = a_key(settings_of(client.app.state.settings.home), Role.SYSTEM, WHOLE_DISTRICT)  # type: ignore[attr-defined]
    order = an_order(**_PLACE | {"manager": "交出指标者"})
    client.post("/api/v1/orders", json=order, headers=key)
    giver = (Role.MANAGER, Scope(managers=frozenset({"交出指标者"})))
    before = ask(*giver).json()
    assert [turn["order_id"] for turn in before["forecast"]["turns"]] == [order["order_id"]]
    client.post("/api/v1/orders", json={**order, "manager": "接手指标者"}, headers=key)
    then = ask(*giver, at=before["as_of"]).json()
    assert then["total"] == before["total"] and then["forecast"]["turns"] == []


def test_a_unit_and_a_kind_can_be_asked_for_alone(ask: Any) -> None:
    told = ask(Role.DISTRICT_CENTRE, WHOLE_DISTRICT, by="street", kind="投诉").json()
    assert list(told["units"]) == ["street"] and told["forecast"] is not None
    assert ask(Role.DISTRICT_CENTRE, WHOLE_DISTRICT, forecast="false").json()["forecast"] is None
    assert {row["kind"] for row in told["total"] + told["units"]["street"]} == {"投诉"}


def test_a_data_scientist_reads_figures_but_no_people_and_no_orders(ask: Any, orders: list[str]) -> None:
    told = ask(Role.DATA_SCIENTIST, WHOLE_DISTRICT)
    assert _counted(told.json(), "satisfaction") >= 3
    assert "manager" not in told.json()["units"] and told.json()["forecast"]["turns"] == []
    assert "指标经理" not in told.text and "指标物业" in told.text
    assert ask(Role.DATA_SCIENTIST, WHOLE_DISTRICT, by="manager").json()["units"] == {}


def test_the_book_comes_over_http_within_the_scope(ask: Any) -> None:
    answer = ask(Role.COMPANY, Scope(companies=frozenset({"指标物业"})), "/api/v1/indicators/export")
    assert answer.status_code == 200 and "indicators-" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(BytesIO(answer.content)) as book:
        said = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert "指标小区" in said and "口径说明" in said
    stranger = ask(Role.COMPANY, Scope(companies=frozenset({"他物业"})), "/api/v1/indicators/export")
    with zipfile.ZipFile(BytesIO(stranger.content)) as book:
        assert "指标小区" not in "".join(book.read(n).decode() for n in book.namelist() if n.endswith(".xml"))


def test_what_cannot_be_asked_names_the_field(ask: Any) -> None:
    centre = (Role.DISTRICT_CENTRE, WHOLE_DISTRICT)
    later = {"from": "2026-09-10T00:00:00+08:00", "to": "2026-09-01T00:00:00+08:00"}
    assert_told(ask(*centre, **later), 422, "invalid", "from")
    assert_told(ask(*centre, **{"from": "yesterday"}), 422, "invalid", "from")
    assert_told(ask(*centre, by="house"), 422, "invalid", "by")
    assert_told(ask(*centre, weight="1"), 422, "invalid", "weight")
    assert_told(ask(Role.ADMIN, WHOLE_DISTRICT), 403, "not_granted")
