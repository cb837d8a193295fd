"""What somebody types, or sends by hand, that no form of ours would send: stored plainly or refused, never a failure."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from desk.settings import Settings
from desk.upload.shelf import Shelf
from desk.upload.upload import Upload
from hotline.policy import Role
from hotline.scope import scope_of
from store.database import open_store
from tests.serve.bodies import ago, an_order
from tests.serve.conftest import a_key, serving
from tests.upload.pages import do, sent_well
from tests.upload.tables import a_time, text

_PAGE = {"Accept": "text/html"}


@pytest.fixture
def service(either_settings: Settings) -> Iterator[TestClient]:
    """A service without a model, on each database."""
    with serving(either_settings) as client:
        yield client


@pytest.fixture
def manager(either_settings: Settings) -> dict[str, str]:
    return _PAGE | a_key(either_settings, Role.MANAGER, scope_of(Role.MANAGER, managers=["丁"]))


def test_what_cannot_be_printed_is_left_out_and_a_long_word_is_cut(
    service: TestClient, manager: dict[str, str], either_settings: Settings
) -> None:
    order = an_order(received_at=ago(9), manager="丁")
    assert service.post("/api/v1/orders", json=order).status_code == 201
    address = f"/my-orders/{order['order_id']}"
    sent = [
        ("records", {"deed": "repairing", "key": "wild-form-1", "note": "换了\x00水泵\x1b\n已试水"}),
        ("deeds", {"deed": "escalated", "key": "wild-form-2", "to": "长" * 9_000}),
        ("numbers", {"petition_no": "信访\x00-1"}),
    ]
    for form, told in sent:
        answer = service.post(f"{address}/{form}", data=told, headers=manager, follow_redirects=False)
        assert answer.status_code == 303, (form, answer.text)
    store = open_store(either_settings.home, None, either_settings.database_url)
    rows = store.rows([order["order_id"]])
    store.close()
    notes = {row["event_id"]: row["duty_note"] for row in rows["events"]}
    assert notes["page-wild-form-1"] == "换了 水泵 \n已试水"
    assert notes["page-wild-form-2"] == "长" * 500
    assert rows["orders"][-1]["petition_no"] == "信访 -1"
    assert service.get(address, headers=manager).status_code == 200


def test_a_name_that_no_database_takes_is_a_wrong_one(service: TestClient, quick_hashes: None) -> None:
    service.headers.pop("Authorization")
    service.base_url = "http://127.0.0.1"
    token = re.findall(r'name="form_token" value="([^"]+)"', service.get("/login", headers=_PAGE).text)[0]
    told = {"name": "甲\x00", "password": "\x00", "form_token": token}
    answer = service.post("/login", data=told, headers=_PAGE)
    assert answer.status_code == 401 and "账号或密码不正确" in answer.text


def test_larger_type_leads_back_into_the_service_and_nowhere_else(settings: Settings) -> None:
    with serving(settings) as client:
        base = str(client.base_url)
        for before in ("//evil.example/x", "/%5C%5Cevil.example", "///evil.example"):
            answer = client.get("/type/large", headers={"Referer": base + before}, follow_redirects=False)
            assert answer.status_code == 303
            assert not answer.headers["location"].startswith(("//", "/\\")), answer.headers["location"]
            problem = client.get("/there-is-no-such-page", headers=_PAGE | {"Referer": base + before}).text
            assert 'href="//' not in problem


def test_an_order_that_is_not_there_is_told_so_to_whoever_sees_all_orders(
    service: TestClient, either_settings: Settings
) -> None:
    centre = _PAGE | a_key(either_settings, Role.DISTRICT_CENTRE)
    told = {"deed": "contacted", "key": "wild-form-9", "petition_no": "1"}
    answers = [service.get("/my-orders/PD-mistyped", headers=centre)]
    for form in ("deeds", "records", "numbers", "undo"):
        answers.append(service.post(f"/my-orders/PD-mistyped/{form}", data=told, headers=centre))
    for answer in answers:
        assert answer.status_code == 404 and "没有这张工单" in answer.text


def test_a_header_row_that_is_no_small_number_is_refused(settings: Settings) -> None:
    with serving(settings) as client:
        centre = _PAGE | a_key(settings, Role.DISTRICT_CENTRE)
        for row in ("²", "٣", "9" * 5_000, "0", "101", "-1", ""):
            told = {"kind": "orders", "header_row": row}
            answer = client.post(f"/upload/{'a' * 16}/reading", data=told, headers=centre)
            assert answer.status_code == 422 and "1到100" in answer.text, row


def test_what_was_sent_with_a_right_that_its_sender_has_no_more_is_sent_again(
    service: TestClient, either_settings: Settings
) -> None:
    firm = firm_of(either_settings)
    address = sent_well(service, firm, text([("工单编号", "受理时间"), ("T-1", a_time(9))]))
    shelf, upload_id = Shelf(either_settings.home), address.rpartition("/")[2]
    sender = next(shelf.home.glob(f"uploads/{upload_id}/upload.json"))
    shelf.save(replace(Upload.from_json(sender.read_bytes()), may_bring_callbacks=True))
    answer = do(service, firm, f"{address}/load")
    assert answer.status_code == 422 and "请重新上传" in answer.text


def firm_of(settings: Settings) -> dict[str, str]:
    scope = scope_of(Role.COMPANY, companies=["甲物业"])
    return _PAGE | a_key(settings, Role.COMPANY, scope)


def test_people_are_told_on_a_page_that_nothing_can_be_noted_now(
    service: TestClient, either_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("the database is gone"))

    firm = firm_of(either_settings)
    with monkeypatch.context() as broken:
        broken.setattr("serve.audit_trail.append", gone)
        answer = service.post(f"/upload/{'a' * 16}/discard", headers=firm)
    assert answer.status_code == 503 and "<h1>暂时不能用：访问没有记录下来</h1>" in answer.text
    assert answer.headers["Retry-After"] == "5"


def test_what_was_sent_is_gone_after_a_day_though_nobody_looks(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serve.web.uploads._TIDIED_EVERY", 0.05)
    with serving(settings) as client:
        address = sent_well(client, firm_of(settings), text([("工单编号", "受理时间"), ("T-1", a_time(9))]))
        folder = settings.home / "uploads" / address.rpartition("/")[2]
        time.sleep(0.3)
        assert folder.exists()
        monkeypatch.setattr("desk.upload.shelf.KEPT_FOR", -1)
        until = time.monotonic() + 10
        while folder.exists():
            assert time.monotonic() < until
            time.sleep(0.05)
