"""Somebody who signed in, at the forms of 管理; and what the tests of them look at."""

import re
from datetime import datetime

from fastapi.testclient import TestClient
from httpx import Response

from desk.access.issuing import Issuing
from hotline.calendar import SHANGHAI
from hotline.policy import Role
from hotline.scope import scope_of
from store.access import audit_log
from store.database import Store
from tests.serve.bodies import an_order

PASSWORD = "四个普通的词语放在一起就够长了"


class Browser:
    """Somebody who signed in, at forms."""

    def __init__(self, app: TestClient, name: str = "", password: str = PASSWORD) -> None:
        self.http = TestClient(app.app, base_url="http://127.0.0.1", headers={"Accept": "text/html"})
        self.token = ""
        self.signed_in = self.send("/login", page="/login", name=name, password=password)

    def get(self, address: str, **asked: str) -> Response:
        """A page, wherever it leads."""
        return self.http.get(address, params=asked or None)

    def send(self, address: str, page: str = "/me", follow: bool = False, **fields: str) -> Response:
        """A form that was filled in, with the token of a page."""
        if page == "/login" or not self.token:
            found = re.search(r'name="form_token" value="([^"]+)"', self.get(page).text)
            assert found
            self.token = found[1] if page != "/login" else ""
            fields |= {"form_token": found[1]}
        form = {"form_token": self.token, **fields}
        self.token = "" if address == "/me/password" else self.token  # then it is another session
        return self.http.post(address, data=form, follow_redirects=follow)


def two_seconds_pass(app: TestClient) -> None:
    """Who was let in a moment ago is looked up anew."""
    app.app.state.door.known._remembered.clear()  # type: ignore[attr-defined]


def secret_on(page: Response) -> str:
    """The password or key that a page shows."""
    found = re.search(r"<code>([^<]+)</code>", page.text)
    assert page.status_code == 200 and found, page.text
    return found[1]


def noted(app: TestClient, store: Store) -> list[tuple[str, str, str]]:
    """Who did what with which outcome, the newest first."""
    app.app.state.audit_trail.flush()  # type: ignore[attr-defined]
    return [(e.person, e.action, e.outcome) for _, e in audit_log.entries(store.engine, limit=500)]


def orders_of_jia(app: TestClient, store: Store) -> list[str]:
    """Three orders of 甲 at 清和物业."""
    issuing = Issuing(store.engine, "the test", datetime.now(SHANGHAI))
    key = issuing.add_key(f"k{len(store.order_ids())}", Role.SYSTEM, scope_of(Role.SYSTEM))
    made = [an_order(manager="甲", company="清和物业") for _ in range(3)]
    for order in made:
        answer = app.post("/api/v1/orders", json=order, headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 201
    return [str(order["order_id"]) for order in made]
