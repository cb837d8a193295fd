"""The open orders by risk, the model in service, and the page that documents it all."""

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest
from fastapi.testclient import TestClient

from serve.examples import example_body
from store.database import open_store
from tests.serve.bodies import a_callback, ago, an_event, an_order

_IN_THE_MIDST = {"at": "2026-06-01T09:00:00+08:00"}


def test_the_worklist_is_sorted_by_risk_and_counts_all(client: TestClient) -> None:
    found = client.get("/api/v1/worklist", params={**_IN_THE_MIDST, "limit": 5}).json()
    risks = [order["dissatisfied"] for order in found["orders"]]
    assert len(risks) == 5 and risks == sorted(risks, reverse=True)
    assert found["total"] == found["matching"] > 5
    more = client.get("/api/v1/worklist", params={**_IN_THE_MIDST, "limit": 1000}).json()
    assert [o["order_id"] for o in more["orders"]][:5] == [o["order_id"] for o in found["orders"]]
    assert len(more["orders"]) == found["total"]


def test_the_worklist_can_be_narrowed_to_a_band(client: TestClient) -> None:
    every = client.get("/api/v1/worklist", params={**_IN_THE_MIDST, "limit": 1000}).json()
    grey = client.get("/api/v1/worklist", params={**_IN_THE_MIDST, "limit": 1000, "band": "grey"}).json()
    ids = [order["order_id"] for order in every["orders"] if order["band"] == "grey"]
    assert ids and [order["order_id"] for order in grey["orders"]] == ids
    assert (grey["matching"], grey["total"]) == (len(ids), every["total"])


def test_the_worklist_and_the_order_agree(client: TestClient) -> None:
    for listed in client.get("/api/v1/worklist", params={**_IN_THE_MIDST, "limit": 10}).json()["orders"]:
        alone = client.get(f"/api/v1/orders/{listed['order_id']}/score", params=_IN_THE_MIDST).json()
        assert alone["dissatisfied"] == pytest.approx(listed["dissatisfied"], abs=1e-9)
        assert alone["band"] == listed["band"]


def test_an_order_is_on_the_worklist_until_its_callback_is_rated(client: TestClient) -> None:
    order = an_order(events=[an_event("closed", 20)])
    client.post("/api/v1/orders", json=order)

    def is_listed() -> bool:
        found = client.get("/api/v1/worklist", params={"limit": 1000, "at": ago(-0.01)}).json()
        return order["order_id"] in {listed["order_id"] for listed in found["orders"]}

    assert is_listed()
    client.post(f"/api/v1/orders/{order['order_id']}/callbacks", json=a_callback(rating="满意"))
    assert not is_listed()


def test_an_order_with_events_since_the_start_is_listed_once(client: TestClient, shared_home: Path) -> None:
    listed = client.get("/api/v1/worklist", params={"limit": 1}).json()["orders"][0]["order_id"]
    assert open_store(shared_home).has_order(listed)
    client.post(f"/api/v1/orders/{listed}/events", json=an_event("urged", 0.001))
    found = client.get("/api/v1/worklist", params={"limit": 1000}).json()
    ids = [order["order_id"] for order in found["orders"]]
    assert ids.count(listed) == 1 and len(ids) == len(set(ids)) == found["total"]


def test_looking_at_the_worklist_logs_nothing(client: TestClient, shared_home: Path) -> None:
    before = open_store(shared_home).counts()["predictions"]
    client.get("/api/v1/worklist", params=_IN_THE_MIDST)
    assert open_store(shared_home).counts()["predictions"] == before


def test_the_model_says_what_it_is_and_learnt_from(client: TestClient) -> None:
    model = client.get("/api/v1/model").json()
    assert (model["version"], model["dataset"], model["verdict"]) == ("1", "hotline", "signal")
    assert model["trained_on_orders"] > model["trained_on_dissatisfied"] > 0
    assert model["first_received_at"] < model["last_received_at"]
    assert model["stages"][0] | {"auc_ci": None} == model["stages"][0] | {"auc_ci": None, "auc": 0.7}
    assert model["stages"][0]["ece"] is None


def test_ready_means_that_it_can_score(client: TestClient) -> None:
    assert client.get("/readyz").json() == {
        "status": "ready",
        "dataset": "hotline",
        "model_version": "1",
        "problem": None,
    }


def test_the_page_shows_every_route_and_body_and_fetches_nothing(client: TestClient) -> None:
    page = client.get("/docs").text
    described = client.get("/openapi.json").json()
    for path in described["paths"]:
        assert path in page
    for name in described["components"]["schemas"]:
        assert f'id="{name}"' in page
    assert "<script" not in page and "<link" not in page and "<img" not in page
    assert set(re.findall(r'href="(?!#)([^"]*)"', page)) == {"/openapi.json"}


def test_every_error_is_described_in_the_one_shape(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    for methods in described["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    reference = answer["content"]["application/json"]["schema"]["$ref"]
                    assert reference == "#/components/schemas/ErrorOut"


def test_the_examples_of_the_page_work_as_they_stand(client: TestClient) -> None:
    order = example_body("/api/v1/orders")
    shift = {"received_at": ago(48), "due_at": None, "events": [], "at": None}
    for path in ("/api/v1/scores", "/api/v1/orders"):
        body = {k: v for k, v in {**example_body(path), **shift}.items() if v is not None}
        assert client.post(path, json=body).status_code in (200, 201)
    for kind in ("events", "callbacks"):
        body = {**example_body(f"/{kind}"), "happened_at": ago(1)}
        address = f"/api/v1/orders/{order['order_id']}/{kind}"
        assert client.post(address, json=body).status_code == 201


def test_the_worklist_can_be_taken_away_as_a_sheet(client: TestClient) -> None:
    listed = client.get("/api/v1/worklist", params={**_IN_THE_MIDST, "limit": 1000}).json()["orders"]
    sheet = client.get("/api/v1/worklist/export", params={**_IN_THE_MIDST, "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert [row["工单编号"] for row in rows] == [order["order_id"] for order in listed]
    assert [row["处置"] for row in rows] == [order["band_zh"] for order in listed]
    assert "attachment" in sheet.headers["content-disposition"]
    book = openpyxl.load_workbook(
        io.BytesIO(client.get("/api/v1/worklist/export", params=_IN_THE_MIDST).content)
    )
    assert book.active is not None and book.active.max_row == len(listed) + 1
    assert client.get("/api/v1/worklist/export", params={"format": "pdf"}).status_code == 422
