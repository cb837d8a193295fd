"""What an order owes over the API, and the duties done through the same door as all other events."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hotline.calendar import SHANGHAI
from hotline.policy import Role
from hotline.scope import scope_of
from pipelines.forget import forget_before
from store.database import open_store
from tests.serve.bodies import a_callback, ago, an_event, an_order, assert_told
from tests.serve.conftest import a_key, serving, settings_of


@pytest.fixture
def without_model(tmp_path: Path) -> Iterator[TestClient]:
    """A service of an empty home: nothing was ever learnt."""
    with serving(settings_of(tmp_path / "home")) as client:
        yield client


def _sent(client: TestClient, **fields: Any) -> str:
    order = an_order(**{"due_at": ago(-48)} | fields)
    assert client.post("/api/v1/orders", json=order).status_code == 201
    return str(order["order_id"])


def _duties(client: TestClient, order_id: str, **asked: str) -> dict[str, dict[str, Any]]:
    answer = client.get(f"/api/v1/orders/{order_id}/duties", params=asked)
    assert answer.status_code == 200, answer.text
    return {duty["duty"]: duty for duty in answer.json()["duties"]}


def _happened(client: TestClient, order_id: str, event_type: str, hours_ago: float, **fields: Any) -> None:
    event = an_event(event_type, hours_ago, **fields)
    answer = client.post(f"/api/v1/orders/{order_id}/events", json=event)
    assert answer.status_code == 201, answer.text


def test_without_a_model_an_order_owes_what_its_clocks_say(without_model: TestClient) -> None:
    name = _sent(without_model, category="公共照明", received_at=ago(20 * 24))
    answer = without_model.get(f"/api/v1/orders/{name}/duties").json()
    assert answer["basis"] == "clocks"
    first = answer["duties"][0]
    assert (first["duty"], first["state"], first["post_zh"], first["clause"]) == (
        "P02",
        "overdue",
        "项目经理",
        "三(一)¶2",
    )
    assert {"P20"} <= {duty["duty"] for duty in answer["duties"]}
    assert not {"P09", "P10"} & {duty["duty"] for duty in answer["duties"]}


def test_a_duty_done_is_done_and_taken_back_is_owed_again(without_model: TestClient) -> None:
    name = _sent(without_model)
    _happened(without_model, name, "contacted", 1, event_id="call")
    done = _duties(without_model, name)["P20"]
    assert done["state"] in ("done", "done_late") and done["done_at"] is not None
    _happened(without_model, name, "retracted", 0.5, retracts="call")
    assert _duties(without_model, name)["P20"]["state"] in ("open", "overdue")


def test_a_duty_that_is_not_needed_says_which_and_why(without_model: TestClient) -> None:
    name = _sent(without_model, part="自用部位")
    address = f"/api/v1/orders/{name}/events"
    for event, field in (
        (an_event("not_needed", 1, note="已自行修好"), "[0].duty"),
        (an_event("not_needed", 1, duty="P14"), "[0].note"),
        (an_event("not_needed", 1, duty="P99", note="已自行修好"), "[0].duty"),
    ):
        assert_told(without_model.post(address, json=event), 422, "invalid", field)
    _happened(without_model, name, "not_needed", 1, duty="P14", note="已自行修好")
    _happened(without_model, name, "not_needed", 1, duty="P02", note="已自行修好")
    duties = _duties(without_model, name)
    assert (duties["P14"]["state"], duties["P02"]["state"]) == ("not_needed", "not_needed")


def test_the_past_is_told_as_it_was_known_then(without_model: TestClient) -> None:
    name = _sent(without_model)
    before = ago(0)
    _happened(without_model, name, "contacted", 1)
    assert _duties(without_model, name)["P20"]["state"] in ("done", "done_late")
    assert _duties(without_model, name, at=before)["P20"]["state"] in ("open", "overdue")
    early = without_model.get(f"/api/v1/orders/{name}/duties", params={"at": ago(1_000)})
    assert_told(early, 422, "not_received_yet", "at")


def test_an_order_under_petition_is_not_closed_without_its_number(without_model: TestClient) -> None:
    name = _sent(without_model, text="该事项已起诉物业")
    address = f"/api/v1/orders/{name}"
    closing = an_event("closed", 1, verdict="实际解决")
    told = assert_told(without_model.post(f"{address}/events", json=closing), 422, "invalid", "[0].type")
    assert "三(四)¶1" in told["fields"][0]["message"]
    assert_told(without_model.put(f"{address}/numbers", json={}), 422, "invalid", "body")
    assert _duties(without_model, name)["P16"]["state"] == "open"
    answer = without_model.put(f"{address}/numbers", json={"case_no": "（2026）沪0115民初1号"})
    assert (answer.status_code, answer.json()["status"]) == (200, "changed")
    assert without_model.post(f"{address}/events", json=closing).status_code == 201
    assert _duties(without_model, name)["P16"]["state"] == "done"


def test_a_whole_order_is_not_closed_without_its_number_either(without_model: TestClient) -> None:
    closed = [an_event("closed", 1)]
    order = an_order(text="信访件转来", events=closed)
    assert_told(without_model.post("/api/v1/orders", json=order), 422, "invalid", "events[0].type")
    numbered = an_order(text="信访件转来", petition_no="XF-2026-1", events=closed)
    assert without_model.post("/api/v1/orders", json=numbered).status_code == 201


def test_the_street_matches_the_number_within_its_scope(without_model: TestClient) -> None:
    ours, theirs = (_sent(without_model, street=street, text="已信访") for street in ("花木街道", "洋泾街道"))
    home = without_model.app.state.settings  # type: ignore[attr-defined]
    key = a_key(home, Role.STREET_HANDLER, scope_of(Role.STREET_HANDLER, streets=["花木街道"]))
    body = {"petition_no": "XF-1"}
    assert without_model.put(f"/api/v1/orders/{ours}/numbers", json=body, headers=key).status_code == 200
    refused = without_model.put(f"/api/v1/orders/{theirs}/numbers", json=body, headers=key)
    assert_told(refused, 404, "unknown_order")


def test_closed_by_explaining_asks_for_the_second_look(without_model: TestClient) -> None:
    name = _sent(without_model)
    _happened(without_model, name, "closed", 1, verdict="解释说明")
    asked = _duties(without_model, name)["P22"]
    assert (asked["state"], asked["post_zh"]) == ("overdue", "街镇处置人员")
    _happened(without_model, name, "visited", 0.5, group="街镇房管办")
    assert _duties(without_model, name)["P22"]["state"] == "done_late"


def test_heard_dissatisfied_by_962121_somebody_calls_without_any_model(without_model: TestClient) -> None:
    name = _sent(without_model, category="公共照明")
    _happened(without_model, name, "closed", 5)
    call = a_callback(by="962121", rating="不满意", happened_at=ago(1))
    assert without_model.post(f"/api/v1/orders/{name}/callbacks", json=call).status_code == 201
    duties = _duties(without_model, name)
    assert {"P09", "P10", "P17", "P19"} <= duties.keys()
    assert duties["P10"]["post_zh"] == "街镇处置人员"


def test_a_risk_in_the_log_brings_a_duty(client: TestClient, shared_home: Path) -> None:
    name = _sent(client, category="公共照明")
    client.get(f"/api/v1/orders/{name}/score")
    answer = client.get(f"/api/v1/orders/{name}/duties").json()
    assert answer["basis"] == "risk_and_clocks"
    [logged] = open_store(shared_home).predictions(name)
    owes = {duty["duty"] for duty in answer["duties"]}
    assert ("P09" in owes) == (logged.probabilities[0] >= 0.3)


def test_a_note_is_masked_and_can_be_forgotten(without_model: TestClient) -> None:
    name = _sent(without_model)
    _happened(without_model, name, "not_needed", 1, duty="P02", note="请打13977778888找老王")
    settings = without_model.app.state.settings  # type: ignore[attr-defined]
    [event] = open_store(settings.home).rows([name])["events"]
    assert "老王" in event["duty_note"] and "13977778888" not in event["duty_note"]
    tomorrow = datetime.now(SHANGHAI) + timedelta(days=1)
    forget_before(settings, f"{tomorrow:%Y-%m-%d}", lambda *_: True, tomorrow)
    [event] = open_store(settings.home).rows([name])["events"]
    assert event["duty_note"] is None and event["duty"] == "P02"


def test_what_is_owed_by_whom_is_one_list_the_most_pressing_first(without_model: TestClient) -> None:
    ours = _sent(without_model, manager="甲经理", category="公共照明")
    urgent = _sent(without_model, manager="甲经理", category="电梯", received_at=ago(1))
    theirs = _sent(without_model, manager="乙经理")
    settings = without_model.app.state.settings  # type: ignore[attr-defined]
    key = a_key(settings, Role.MANAGER, scope_of(Role.MANAGER, managers=["甲经理"]))
    found = without_model.get("/api/v1/duties", headers=key).json()
    assert {duty["order_id"] for duty in found["duties"]} == {ours, urgent}
    assert {duty["post_zh"] for duty in found["duties"]} == {"项目经理"}
    dated = [duty["due_at"] for duty in found["duties"] if duty["due_at"]]
    assert dated == sorted(dated)
    assert found["total"] == len(found["duties"])
    assert found["overdue"] == sum(duty["state"] == "overdue" for duty in found["duties"]) > 0
    every = without_model.get("/api/v1/duties", params={"limit": 1}).json()
    assert len(every["duties"]) == 1 and every["total"] > found["total"]
    of_street = without_model.get("/api/v1/duties", params={"post": "street_handler"}).json()
    assert {duty["post"] for duty in of_street["duties"]} <= {"street_handler"}
    assert theirs in {d["order_id"] for d in without_model.get("/api/v1/duties").json()["duties"]}


def test_an_order_that_is_over_owes_nothing(without_model: TestClient) -> None:
    name = _sent(without_model)
    _happened(without_model, name, "closed", 5)
    call = a_callback(rating="满意")
    without_model.post(f"/api/v1/orders/{name}/callbacks", json=call)
    owed = without_model.get("/api/v1/duties").json()["duties"]
    assert name not in {duty["order_id"] for duty in owed}
    assert "missed" in {duty["state"] for duty in _duties(without_model, name).values()}


def test_the_list_is_the_same_with_a_model(client: TestClient, shared_home: Path) -> None:
    name = _sent(client, manager="独一经理")
    key = a_key(settings_of(shared_home), Role.MANAGER, scope_of(Role.MANAGER, managers=["独一经理"]))
    listed = client.get("/api/v1/duties", headers=key).json()["duties"]
    alone = client.get(f"/api/v1/orders/{name}/duties", headers=key).json()["duties"]
    owed = [d["duty"] for d in alone if d["state"] in ("open", "overdue") and d["post"] == "manager"]
    assert [duty["duty"] for duty in listed] == owed
