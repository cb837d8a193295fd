"""四项指标: this month first, its forecast kept for an hour, the months before it as charts."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from hotline.calendar import SHANGHAI
from hotline.policy import Role
from tests.serve.conftest import a_key, later, settings_of

_AS_OF = re.compile(r"（截至([0-9: -]+)）")


@pytest.fixture
def key(shared_home: Path) -> dict[str, str]:
    return a_key(settings_of(shared_home), Role.CALL_CENTRE)


@pytest.fixture(autouse=True)
def _afternoon(client: TestClient) -> Iterator[None]:
    """It is the district's last afternoon, whatever today is: no day or month ends within a test."""
    with later(client, datetime(2026, 10, 30, 14, tzinfo=SHANGHAI) - datetime.now(SHANGHAI)):
        yield


def _as_of(client: TestClient, key: dict[str, str], ahead: timedelta, **asked: str) -> str:
    with later(client, ahead):
        page = client.get("/board", params=asked, headers=key).text
    found = _AS_OF.search(page)
    assert found and page.index(found[0]) < page.index("近12个月")
    return found[1]


def test_a_forecast_is_kept_for_an_hour_and_made_anew_when_asked_for(
    client: TestClient, key: dict[str, str]
) -> None:
    first = _as_of(client, key, timedelta(minutes=0), forecast="true")
    assert _as_of(client, key, timedelta(minutes=50)) == first
    later = _as_of(client, key, timedelta(minutes=70))
    assert later > first
    assert _as_of(client, key, timedelta(minutes=75)) == later
    assert _as_of(client, key, timedelta(minutes=80), forecast="true") > later


def test_who_meets_no_order_is_shown_no_order_that_another_was(
    client: TestClient, shared_home: Path, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serve.web.board_page._LEAST_GAIN", 0.0)
    assert "约可挽回" in client.get("/board", params={"forecast": "true"}, headers=key).text
    scientist = a_key(settings_of(shared_home), Role.DATA_SCIENTIST)
    assert "约可挽回" not in client.get("/board", headers=scientist).text


def test_the_months_before_are_charts_that_say_what_they_show(
    client: TestClient, key: dict[str, str]
) -> None:
    page = client.get("/board", headers=key).text
    assert page.count('<svg class="ch"') >= 3
    assert re.search(r'aria-label="满意率：\d+月为\d+%，\d+月为\d+%"', page)
