"""Every route of the service, as every role, against somebody else's orders: what the table says holds."""

import json
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from desk.upload.upload import Upload
from hotline.policy import Action, Role, may
from hotline.scope import Scope, scope_of
from serve.access import check_all_declare, declared_routes
from serve.web.rendering import stamp
from serve.web.upload_words import stamp_of
from store.claims import Outcome
from tests.serve.bodies import a_callback, an_event, an_order, assert_told
from tests.serve.conftest import a_key, settings_of

_OWN = {"street": "我街道", "company": "我物业", "community": "我小区", "manager": "我经理"}
_THEIRS = {"street": "他街道", "company": "他物业", "community": "他小区", "manager": "他经理"}
_NAMED: dict[Role, dict[str, list[str]]] = {
    Role.MANAGER: {"managers": ["我经理"]},
    Role.COMPANY: {"companies": ["我物业"]},
    Role.EMERGENCY_STATION: {"streets": ["我街道"]},
    Role.STREET_HANDLER: {"streets": ["我街道"]},
}
#: What the forms of 管理 send, in the order of the routes: what was made is changed by those that follow.
_ACCOUNT = {"name": "走查", "role": "data_scientist"}
_MANAGED = {
    **{f"/manage/accounts{step}": _ACCOUNT for step in ("", "/password", "/assign", "/disable", "/enable")},
    "/manage/keys": {"name": "走查", "role": "monitor"},
    "/manage/keys/revoke": {"name": "走查"},
    "/manage/handover": {"from": "没有工单的人", "to": "我经理", "key": "walk-handover", "count": "0"},
    "/manage/capacity": {"section": "capacity", "name": "manager", "value": ""},
    "/manage/playbook": {"section": "rules", "name": "urged", "do": "back"},
    "/manage/street": {"section": "street", "street": "我街道", "name": "P20", "do": "back"},
}
#: It has no column for the order's number, so it can be gone through, and not loaded.
_TABLE = {"table": ("t.csv", "甲,乙\n1,2\n".encode())}
_ABOUT_AN_ORDER = {"/api/v1/orders", "/api/v1/scores"}


class Walk:
    """Sends a request to each route, about an order of one's own or of somebody else's."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.own, self.theirs = an_order(**_OWN), an_order(**_THEIRS)
        for order in (self.own, self.theirs):
            assert client.post("/api/v1/orders", json=order).status_code == 201
        home = client.app.state.settings.home  # type: ignore[attr-defined]
        self.scopes = {role: scope_of(role, **_NAMED.get(role, {})) for role in Role}
        self.keys = {role: a_key(settings_of(home), role, scope) for role, scope in self.scopes.items()}
        self.uploads = {
            self.keys[role]["Authorization"]: self._sent_by(self.keys[role])
            for role in Role
            if may(role, Action.UPLOAD_EXTRACT)
        }

    def _sent_by(self, key: dict[str, str]) -> Upload:
        sent = self.client.post("/upload", files=_TABLE, headers=key, follow_redirects=False)
        settings = self.client.app.state.settings  # type: ignore[attr-defined]
        path = settings.home / "uploads" / sent.headers["location"].rpartition("/")[2] / "upload.json"
        return Upload.from_json(path.read_bytes())

    def steps(self) -> Iterator[tuple[str, str, Action | None]]:
        """Every route with each of its methods, and what it asks for."""
        for route in declared_routes(self.client.app):  # type: ignore[arg-type]
            for method in sorted(route.methods - {"HEAD"}):
                yield method, route.path, route.needs[0]

    def send(self, method: str, path: str, order: dict[str, Any], headers: dict[str, str]) -> Response:
        """The answer to a request about this order."""
        address = path.replace("{order_id:path}", order["order_id"])
        address = (
            address.replace("{stamped}", stamp("app.css"))
            .replace("{name}", "app.css")
            .replace("{size}", "large")
            .replace("{kind}", "orders")
        )
        body = an_event("urged", 3) if path.endswith("/events") else order
        body = a_callback() if path.endswith("/callbacks") else body
        body = {"reason": "已经满意"} if path.endswith("/disagree") else body
        body = {} if path.endswith(("/claim", "/done", "/release", "/not-reached")) else body
        body = {"petition_no": "XF-1"} if path.endswith("/numbers") else body
        body = {"order_ids": [order["order_id"]]} if path.endswith(":batch") else body
        tap = f"walk-{abs(hash(headers.get('Authorization')))}"
        form = {"deed": "contacted", "key": tap, "event_id": f"page-{tap}", "petition_no": "XF-1"}
        form |= {"type": "contacted", "why": "其他", "calls": ""} | _MANAGED.get(path, {})
        form |= {"kind": "orders", "header_row": "1"}
        if path.endswith("/take-back"):
            store = self.client.app.state.desk.store  # type: ignore[attr-defined]
            form["claimed_at"] = str(next((c.claimed_at for c in store.ended_claims(0, Outcome.RELEASED)), 1))
        if upload := self.uploads.get(headers.get("Authorization", "")):
            address = address.replace("{upload_id}", upload.id)
            form |= {"stamp": stamp_of(upload)}
        is_form = path.startswith(("/my-orders", "/queue", "/manage", "/model", "/upload/"))
        sent = {} if method == "GET" else {"data": form} if is_form else {"json": body}
        sent = {"files": _TABLE} if (method, path) == ("POST", "/upload") else sent
        self.client.headers.pop("Authorization", None)
        return self.client.request(method, address, headers=headers, follow_redirects=False, **sent)


@pytest.fixture(scope="module")
def walk(client: TestClient) -> Iterator[Walk]:
    key = client.headers["Authorization"]
    yield Walk(client)
    client.headers["Authorization"] = key


def test_there_are_routes_to_walk(walk: Walk) -> None:
    assert {action for _, _, action in walk.steps()} >= {
        None,
        Action.READ_SCORE,
        Action.READ_WORKLIST,
        Action.WRITE_ORDER,
        Action.READ_AUDIT,
    }


def test_a_route_that_does_not_say_who_may_use_it_keeps_the_service_from_starting() -> None:
    app = FastAPI(openapi_url=None)
    app.get("/new")(lambda: {})
    with pytest.raises(TypeError, match="/new says 0 times who may use it"):
        check_all_declare(app)


def test_without_a_key_only_open_routes_answer(walk: Walk) -> None:
    for method, path, action in walk.steps():
        answer = walk.send(method, path, walk.theirs, {})
        if action is None:
            assert answer.status_code in (200, 303, 403), (path, answer.status_code)
            continue
        assert_told(answer, 401, "not_signed_in")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_do_what_the_table_grants_and_nothing_else(walk: Walk, role: Role) -> None:
    for method, path, action in walk.steps():
        answer = walk.send(method, path, walk.own, walk.keys[role])
        if action is None or may(role, action):
            # nothing is trained in this home: whoever may change models is let in, and told that there is none
            let_in = 422 if action is Action.PROMOTE else 403 if action is None else 200
            assert answer.status_code in (200, 201, 303, let_in), (path, answer.text)
        else:
            assert_told(answer, 403, "not_granted")


@pytest.mark.parametrize("role", list(_NAMED))
def test_nobody_sees_or_changes_what_is_not_theirs(walk: Walk, role: Role) -> None:
    before = _written(walk)
    for method, path, action in walk.steps():
        if action is None or not may(role, action):
            continue
        answer = walk.send(method, path, walk.theirs, walk.keys[role])
        assert walk.theirs["order_id"] not in _readable(answer), path
        if "{order_id" in path:
            unknown = walk.send(method, path, {**walk.theirs, "order_id": "no-such"}, walk.keys[role])
            assert_told(answer, 404, "unknown_order")
            assert answer.json() == unknown.json(), "an order of somebody else is told like none at all"
        elif path in _ABOUT_AN_ORDER:
            assert_told(answer, 403, "outside_scope")
    assert _written(walk) == before


@pytest.mark.parametrize("role", [r for r in Role if may(r, Action.READ_WORKLIST)])
def test_the_worklist_shows_ones_own_orders_and_all_of_them(walk: Walk, role: Role) -> None:
    listed = walk.client.get("/api/v1/worklist", params={"limit": 1000}, headers=walk.keys[role]).json()
    ids = {order["order_id"] for order in listed["orders"]}
    assert walk.own["order_id"] in ids
    assert (walk.theirs["order_id"] in ids) == walk.scopes[role].is_whole
    sheet = _readable(walk.client.get("/api/v1/worklist/export", headers=walk.keys[role]))
    assert walk.own["order_id"] in sheet
    assert (walk.theirs["order_id"] in sheet) == walk.scopes[role].is_whole
    if not walk.scopes[role].is_whole:
        assert ids == {walk.own["order_id"]} and listed["total"] == 1


def test_a_key_with_an_empty_scope_reaches_nothing(walk: Walk) -> None:
    home = walk.client.app.state.settings.home  # type: ignore[attr-defined]
    key = a_key(settings_of(home), Role.STREET_HANDLER, Scope())
    assert walk.send("GET", "/api/v1/worklist", walk.own, key).json()["total"] == 0
    address = "/api/v1/orders/{order_id:path}/score"
    assert_told(walk.send("GET", address, walk.own, key), 404, "unknown_order")


def _readable(answer: Response) -> str:
    """What an answer says, in a sheet too."""
    if not answer.content.startswith(b"PK"):
        return answer.text
    with zipfile.ZipFile(BytesIO(answer.content)) as sheet:
        return "".join(sheet.read(name).decode() for name in sheet.namelist() if name.endswith(".xml"))


def _written(walk: Walk) -> str:
    frames = walk.client.app.state.desk.store.frames([walk.theirs["order_id"]])  # type: ignore[attr-defined]
    return json.dumps({name: frame.to_json() for name, frame in sorted(frames.items())})
