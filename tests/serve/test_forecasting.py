"""The handler's own forecast: on a random tenth it is asked before the model's word is shown, anywhere on the pages."""

from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from desk.board.forecasting import is_drawn
from hotline.policy import Role
from hotline.scope import scope_of
from store.database import open_store
from store.forecasts import ForecastRow
from tests.serve.bodies import ago, an_event, an_order
from tests.serve.conftest import a_key, later, serving, settings_of, wait_until_ready

_NUMBERS = count(1)


def _sent(client: TestClient, manager: str, is_drawn_one: bool = True, **fields: Any) -> str:
    order_id = next(
        name for name in (f"F-{next(_NUMBERS):05d}" for _ in range(1_000)) if is_drawn(name) is is_drawn_one
    )
    order = an_order(**{"order_id": order_id, "received_at": ago(3), "manager": manager} | fields)
    assert client.post("/api/v1/orders", json=order).status_code == 201
    return order_id


def _key(home: Path, manager: str, role: Role = Role.MANAGER) -> dict[str, str]:
    return a_key(settings_of(home), role, scope_of(role, managers=[manager]))


def _tell(client: TestClient, key: dict[str, str], order_id: str, rating: str, tap: str = "tap") -> Response:
    form = {"key": f"forecast-{tap}", "rating": rating}
    return client.post(f"/my-orders/{order_id}/forecast", data=form, headers=key, follow_redirects=False)


def _told(home: Path, order_id: str) -> ForecastRow | None:
    store = open_store(home)
    try:
        return store.latest_forecasts([order_id]).get(order_id)
    finally:
        store.close()


def test_a_tenth_of_the_orders_is_drawn() -> None:
    drawn = sum(is_drawn(f"PD{number:08d}") for number in range(20_000))
    assert 1_850 < drawn < 2_150  # three standard deviations


def test_before_it_is_told_no_page_shows_what_the_model_says(client: TestClient, shared_home: Path) -> None:
    order_id, key = _sent(client, "问经理", text="老房子水管爆了"), _key(shared_home, "问经理")
    pages = [client.get(address, headers=key).text for address in ("/my-orders", f"/my-orders/{order_id}")]
    for page in pages:
        assert "老房子水管爆了" in page and "预判" in page and "不满意</button>" in page
        assert "件评不满意" not in page.split('id="how"')[0]
        assert "四级评价" not in page and "主要原因" not in page
    assert order_id not in client.get("/queue", headers=key).text
    assert _tell(client, key, order_id, "1").status_code == 303
    told = _told(shared_home, order_id)
    assert told and (told.rating, told.seen_model) == (1, False)
    page = client.get(f"/my-orders/{order_id}", headers=key).text
    assert "件评不满意" in page and "四级评价" in page and "认为“一般”" in page


def test_the_others_are_shown_at_once_and_may_be_foretold_all_the_same(
    client: TestClient, shared_home: Path
) -> None:
    order_id, key = _sent(client, "他经理", is_drawn_one=False), _key(shared_home, "他经理")
    assert "四级评价" in client.get(f"/my-orders/{order_id}", headers=key).text
    _tell(client, key, order_id, "0")
    told = _told(shared_home, order_id)
    assert told and (told.rating, told.seen_model) == (0, True)


def test_whoever_would_not_say_sees_and_counts_as_having_seen(client: TestClient, shared_home: Path) -> None:
    order_id, key = _sent(client, "免经理"), _key(shared_home, "免经理")
    _tell(client, key, order_id, "")
    told = _told(shared_home, order_id)
    assert told and told.rating is None and told.seen_model
    assert "四级评价" in client.get(f"/my-orders/{order_id}", headers=key).text
    _tell(client, key, order_id, "3", "later")
    told = _told(shared_home, order_id)
    assert told and (told.rating, told.seen_model) == (3, True)


def test_a_forecast_is_written_once_however_often_it_is_sent(client: TestClient, shared_home: Path) -> None:
    order_id, key = _sent(client, "重经理"), _key(shared_home, "重经理")
    for rating in ("2", "0"):
        _tell(client, key, order_id, rating)
    told = _told(shared_home, order_id)
    assert told and (told.rating, told.seen_model) == (2, False)


def test_after_a_day_nobody_is_asked_any_more(client: TestClient, shared_home: Path) -> None:
    order_id, key = _sent(client, "久经理", received_at=ago(25)), _key(shared_home, "久经理")
    assert "四级评价" in client.get(f"/my-orders/{order_id}", headers=key).text
    _tell(client, key, order_id, "1")
    told = _told(shared_home, order_id)
    assert told and told.seen_model


def test_who_does_not_handle_the_order_is_not_asked(client: TestClient, shared_home: Path) -> None:
    order_id = _sent(client, "别经理")
    key = a_key(settings_of(shared_home), Role.CALL_CENTRE)
    page = client.get(f"/my-orders/{order_id}", headers=key).text
    assert "四级评价" in page and "您的预判" not in page and "您看官方回访" not in page
    assert _tell(client, key, order_id, "1").status_code == 403


@pytest.mark.parametrize("rating", ["4", "-1", "满意"])
def test_only_the_four_levels_can_be_foretold(client: TestClient, shared_home: Path, rating: str) -> None:
    order_id, key = _sent(client, "级经理"), _key(shared_home, "级经理")
    answer = _tell(client, key, order_id, rating)
    assert answer.status_code == 422 and "四级评价" in answer.text
    assert _told(shared_home, order_id) is None


def test_what_is_over_is_not_foretold(client: TestClient, shared_home: Path) -> None:
    order_id = _sent(client, "终经理", received_at=ago(20), events=[an_event("closed", 10)])
    rated = {"by": "city", "happened_at": ago(1), "answered": True, "rating": "满意"}
    assert client.post(f"/api/v1/orders/{order_id}/callbacks", json=rated).status_code == 201
    answer = _tell(client, _key(shared_home, "终经理"), order_id, "3")
    assert answer.status_code == 422 and "本轮已结束" in answer.text


def test_duties_are_shown_meanwhile_and_an_unanswered_question_hides_the_model_no_longer_than_a_day(
    client: TestClient, shared_home: Path
) -> None:
    order_id, key = _sent(client, "责经理"), _key(shared_home, "责经理")
    assert "先行联系市民" in client.get(f"/my-orders/{order_id}", headers=key).text  # duties go on
    with later(client, timedelta(hours=22)):
        assert "四级评价" in client.get(f"/my-orders/{order_id}", headers=key).text


def test_the_queue_tells_nothing_of_what_is_asked_neither_by_gaps_nor_by_counts(
    client: TestClient, shared_home: Path
) -> None:
    closed = {"events": [an_event("closed", 2)], "category": "公共照明"}
    others = [_sent(client, "列经理", is_drawn_one=False, community=f"列小区{n}", **closed) for n in range(3)]
    key = _key(shared_home, "列经理")
    before = client.get("/api/v1/queue", headers=key).json()
    asked = _sent(client, "列经理", community="列小区九", **closed)
    after = client.get("/api/v1/queue", headers=key).json()
    page = client.get("/queue", headers=key).text
    assert asked not in page and "另有1件请先在" in page and "全部3件工单都在哪里" in page
    assert [order["order_id"] for order in after["orders"]] == [o["order_id"] for o in before["orders"]]
    assert {order["order_id"] for order in after["orders"]} == set(others)
    assert _tell(client, key, asked, "1", "queue").status_code == 303
    page = client.get("/queue", headers=key).text
    assert asked in page and "另有" not in page and "全部4件工单都在哪里" in page


def test_an_earlier_word_of_the_model_is_not_shown_either_while_no_model_serves(own_home: Path) -> None:
    with serving(settings_of(own_home)) as client:
        wait_until_ready(client)
        order_id, key = _sent(client, "停经理"), _key(own_home, "停经理")
        other = _sent(client, "停经理", is_drawn_one=False)
        for name in (order_id, other):
            assert client.get(f"/api/v1/orders/{name}/score").status_code == 200
    (own_home / "models" / "champion.json").unlink()
    with serving(settings_of(own_home)) as client:
        shown = {name: client.get(f"/my-orders/{name}", headers=key).text for name in (order_id, other)}
        assert "现在没有模型预判" in shown[order_id]
        assert "上次预判" in shown[other] and "上次预判" not in shown[order_id]
        assert "上次预判" not in _card_of(client.get("/my-orders", headers=key).text, order_id)


def _card_of(page: str, order_id: str) -> str:
    """What the list shows of one order."""
    return page.split(f'id="o-{order_id}"')[1].split("</li>")[0]
