"""Whatever a form of a page says, the answer is a page, and no failure of the service."""

from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hotline.policy import Role
from serve.access import declared_routes
from tests.serve.bodies import ago, an_order
from tests.serve.conftest import a_key, settings_of

pytestmark = pytest.mark.slow

_WORDS = st.text(max_size=20) | st.sampled_from(
    [
        "\x00",
        "长" * 6_000,
        "9999-12-31",
        "0001-01-01",
        "9999-12-31T23:59",
        "0001-01-01T00:00+14:00",
        "2026-02-30",
        "-1",
        "1e9",
        "contacted",
        "delayed",
        "closed",
        "resolved",
        "//evil.example",
        "\r\nSet-Cookie: a=b",
        ago(1),
    ]
)
_FIELDS = ["deed", "key", "back", "tapped_at", "promised_on", "cause", "to", "happened_at", "verdict", "note"]
_FIELDS += ["event_id", "rating", "petition_no", "case_no", "type", "why"]
_LIKELY = {"deed": "contacted", "key": "random-form-1", "type": "contacted", "why": "其他", "rating": "2"}


@given(told=st.dictionaries(st.sampled_from(_FIELDS), _WORDS, max_size=5), number=st.integers(0, 99))
@example(told={"deed": "delayed", "promised_on": "9999-12-31"}, number=0)
@example(told={"tapped_at": "0001-01-01T00:00+14:00"}, number=0)
@example(told={"deed": "repairing", "happened_at": "9999-12-31T23:59"}, number=3)
@example(told={"deed": "repairing", "happened_at": "0001-01-01T00:00"}, number=3)
@settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_a_form_says_the_answer_is_a_page(
    client: TestClient, shared_home: Path, told: dict[str, str], number: int
) -> None:
    order = an_order()
    assert client.post("/api/v1/orders", json=order).status_code == 201
    forms = sorted(
        route.path
        for route in declared_routes(client.app)  # type: ignore[arg-type]
        if "POST" in route.methods and route.path.startswith(("/my-orders/", "/queue/"))
    )
    key = a_key(settings_of(shared_home), Role.CALL_CENTRE) | {"Accept": "text/html"}
    address = forms[number % len(forms)].replace("{order_id:path}", quote(order["order_id"]))
    body = urlencode(_LIKELY | told, errors="replace")
    answer = client.post(
        address,
        content=body,
        headers=key | {"Content-Type": "application/x-www-form-urlencoded"},
        follow_redirects=False,
    )
    assert answer.status_code in (303, 403, 404, 409, 422), (address, told, answer.text[:300])
    assert answer.headers.get("set-cookie") is None
    if answer.status_code == 303:
        assert answer.headers["location"].startswith("/") and not answer.headers["location"].startswith("//")
    else:
        assert answer.headers["content-type"].startswith("text/html") and "回访前" in answer.text
