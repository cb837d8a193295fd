"""The liaison group over a real webhook: a receiver that drops, delays and refuses; and the text to copy."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from desk.settings import Settings
from hotline.calendar import SHANGHAI
from hotline.errors import ArgumentError
from hotline.policy import Role
from hotline.scope import scope_of
from serve.app import create_app
from serve.liaison_task import LiaisonTask
from serve.robot import Robot
from tests.serve.bodies import a_callback, ago, an_event, an_order
from tests.serve.conftest import a_key, serving, settings_of


@dataclass
class Group:
    """A receiver on this machine; `moods` are what it does with the next requests, "ok" when none is left."""

    address: str = ""
    moods: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


@contextmanager
def a_group() -> Iterator[Group]:
    group = Group()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            mood = group.moods.pop(0) if group.moods else "ok"
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if mood == "drops":
                self.connection.close()
                return
            if mood == "delays":
                sleep(0.2)
            if mood == "errors":
                self.send_error(502)
                return
            if mood != "refuses":
                group.messages.append(json.loads(body)["text"]["content"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"errcode": 45009 if mood == "refuses" else 0}).encode())

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    group.address = f"http://127.0.0.1:{server.server_port}/send?key=secret-key"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield group
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def group() -> Iterator[Group]:
    with a_group() as found:
        yield found


def _settings(home: Path, group: Group) -> Settings:
    told = {"liaison_url": SecretStr(group.address), "liaison_quiet": "00:00-00:00"}
    return settings_of(home).model_copy(update=told)


def _judged(client: TestClient, **fields: Any) -> str:
    order = an_order(events=[an_event("closed", 5)], **fields)
    client.post("/api/v1/orders", json=order)
    call = a_callback(by="962121", rating="不满意", happened_at=ago(1))
    assert client.post(f"/api/v1/orders/{order['order_id']}/callbacks", json=call).status_code == 201
    return str(order["order_id"])


def test_through_every_fault_of_the_receiver_the_message_arrives_once(tmp_path: Path, group: Group) -> None:
    group.moods = ["drops", "errors", "refuses", "delays"]
    settings = _settings(tmp_path / "home", group)
    with serving(settings) as client:
        name = _judged(client, street="花木街道")
        moments = (datetime.now(SHANGHAI) + timedelta(minutes=5 * turn) for turn in range(20))
        task = LiaisonTask(client.app.state.desk, settings, lambda: next(moments))  # type: ignore[attr-defined]
        for _ in range(5):
            task.look()
        assert len(group.messages) == 1 and name in group.messages[0]
        [told] = client.get("/api/v1/pushes").json()
        assert (told["order_id"], told["sent"], told["fault"]) == (name, 1, None)
        task.close()


def test_pushes_and_texts_are_shown_to_those_whose_orders_they_are(tmp_path: Path, group: Group) -> None:
    settings = _settings(tmp_path / "home", group)
    with serving(settings) as client:
        ours, theirs = _judged(client, street="花木街道"), _judged(client, street="洋泾街道")
        task = client.app.state.liaison  # type: ignore[attr-defined]
        task.look()
        key = a_key(settings, Role.STREET_HANDLER, scope_of(Role.STREET_HANDLER, streets=["花木街道"]))
        assert [push["order_id"] for push in client.get("/api/v1/pushes", headers=key).json()] == [ours]
        [text] = client.get(f"/api/v1/orders/{ours}/liaison-text", headers=key).json()["texts"]
        assert ours in text and "962121判断为不满意" in text
        assert client.get(f"/api/v1/orders/{theirs}/liaison-text", headers=key).status_code == 404


def test_without_a_robot_nothing_is_pushed_and_the_text_can_be_copied(tmp_path: Path) -> None:
    with serving(settings_of(tmp_path / "home")) as client:
        name = _judged(client)
        client.app.state.liaison.look()  # type: ignore[attr-defined]
        assert client.get("/api/v1/pushes").json() == []
        assert len(client.get(f"/api/v1/orders/{name}/liaison-text").json()["texts"]) == 1


def test_another_robots_format_is_a_template(group: Group) -> None:
    robot = Robot(group.address, '{"msg": "md", "text": {"content": $text}}')
    robot('引号"和\n换行')
    assert group.messages == ['引号"和\n换行']


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"liaison_url": SecretStr("secret-key")}, "QINGLING_LIAISON_URL is no address"),
        ({"liaison_template": "{$text"}, "QINGLING_LIAISON_TEMPLATE is no JSON"),
        ({"liaison_template": '{"text": "$words"}'}, "QINGLING_LIAISON_TEMPLATE is no JSON"),
        ({"liaison_quiet": "at night"}, "'at night' are no hours"),
    ],
)
def test_settings_that_cannot_be_used_are_named_without_the_secret(
    tmp_path: Path, told: dict[str, Any], said: str
) -> None:
    usual = {"liaison_url": SecretStr("https://example.org/secret-key")}
    with pytest.raises(ArgumentError, match=said) as refused:
        create_app(settings_of(tmp_path).model_copy(update=usual | told))
    assert "secret-key" not in str(refused.value)
