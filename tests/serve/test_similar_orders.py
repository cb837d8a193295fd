"""相似的过往工单: a reader's own rated orders of the same category whose texts are alike, and what was done about them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hotline.policy import Role
from hotline.scope import scope_of
from pipelines.ingest import ingest
from tests.serve.bodies import an_event, an_order
from tests.serve.conftest import a_key, serving, settings_of

_HEADER = "Order,Received,Category,Text,Company,Community,Contacted,Closed,Verdict,Called,Rating"
_LIFT = "电梯停运三天没人修"
_ROWS = [
    f"A1,2026-10-01 08:00,电梯,{_LIFT},甲物业,甲苑,2026-10-01 09:00,2026-10-05 08:00,实际解决,2026-10-06 10:00,满意",
    f"A2,2026-10-03 08:00,电梯,{_LIFT}呀,甲物业,乙苑,2026-10-07 09:00,2026-10-08 08:00,给7栋502室道歉,2026-10-09 10:00,不满意",
    f"A3,2026-10-04 08:00,电梯,{_LIFT}了,甲物业,丙苑,,2026-10-08 08:00,解释说明,2026-10-09 10:00,一般",
    f"A4,2026-10-04 09:00,电梯,{_LIFT}了,甲物业,丙苑,,2026-10-08 08:00,解释说明,2026-10-09 10:00,满意",
    f"A5,,电梯,{_LIFT},甲物业,丁苑,,2026-10-08 08:00,解释说明,2026-10-04 10:00,满意",
    f"A6,2026-10-04 08:00,水管,{_LIFT},甲物业,戊苑,,2026-10-08 08:00,解释说明,2026-10-09 10:00,满意",
    "A7,2026-10-04 08:00,电梯,按钮失灵,甲物业,己苑,,2026-10-08 08:00,解释说明,2026-10-09 10:00,满意",
    f"B1,2026-10-05 08:00,电梯,{_LIFT},乙物业,庚苑,,2026-10-08 08:00,解释说明,2026-10-09 10:00,满意",
    f"B2,2026-10-05 08:00,电梯,{_LIFT},乙物业,辛苑,,2026-10-08 08:00,解释说明,2026-10-09 10:00,不满意",
]
_DESCRIPTION = """
dataset = "hotline"
time_zone = "Asia/Shanghai"
[[files]]
path = "o.csv"
order_id = "Order"
[files.order]
received_at = "Received"
category = "Category"
text = "Text"
company = "Company"
community = "Community"
[[files.moments]]
type = "contacted"
at = "Contacted"
[[files.moments]]
type = "closed"
at = "Closed"
verdict = "Verdict"
[[files.callbacks]]
by = { value = "city" }
at = "Called"
rating = "Rating"
"""


@contextmanager
def _served(folder: Path) -> Iterator[TestClient]:
    """A district with a few rated orders and no model."""
    (folder / "o.csv").write_text("\n".join([_HEADER, *_ROWS]), "utf-8")
    (folder / "o.toml").write_text(_DESCRIPTION, "utf-8")
    settings = settings_of(folder / "home")
    ingest(folder / "o.toml", settings)
    with serving(settings) as client:
        yield client


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with _served(tmp_path_factory.mktemp("similar")) as client:
        yield client


def _of(client: TestClient, role: Role, *companies: str) -> dict[str, str]:
    scope = scope_of(role, **({"companies": list(companies)} if companies else {}))
    return a_key(client.app.state.settings, role, scope)  # type: ignore[attr-defined]


def _listed(client: TestClient, key: dict[str, str], **fields: Any) -> str:
    """What the page of a new order of 甲物业 lists."""
    order = an_order(**{"category": "电梯", "text": _LIFT, "company": "甲物业", "community": "甲苑"} | fields)
    assert client.post("/api/v1/orders", json=order).status_code == 201
    shown = client.get(f"/my-orders/{order['order_id']}", headers=key)
    assert shown.status_code == 200
    return shown.text.partition("相似的过往工单")[2].partition("</section>")[0]


def _names(listed: str) -> list[str]:
    return re.findall(r'href="/my-orders/([^"]+)"', listed)


def test_three_of_ones_own_show_what_was_done_and_how_they_were_rated(district: TestClient) -> None:
    listed = _listed(district, _of(district, Role.COMPANY, "甲物业"))
    assert set(_names(listed)) == {"A1", "A2", "A3"} or set(_names(listed)) == {"A1", "A2", "A4"}
    first, rest = listed.split("</li>", 1)
    assert (
        _names(first) == ["A1"] and ">满意</span> 一天内联系，办结：实际解决" in first and "本小区" in first
    )
    assert "4天后联系，办结</p>" in rest, "what a closing says in words of its own is not repeated"
    assert "没有联系的登记，办结：解释说明" in rest and "另一小区" in rest


def test_nobody_learns_of_anothers_orders(district: TestClient) -> None:
    for fields in ({}, {"community": "庚苑"}, {"text": "庚苑电梯停运三天没人修"}):
        listed = _listed(district, _of(district, Role.COMPANY, "乙物业"), company="乙物业", **fields)
        assert "相似的太少，不列" in listed and "<li>" not in listed
    everything = _listed(district, _of(district, Role.CALL_CENTRE), community="庚苑")
    assert len(_names(everything)) == 3


@pytest.mark.parametrize(
    "fields",
    [{"category": "从未有过"}, {"category": None}, {"text": None}, {"text": "？"}, {"text": "\U0001f600q"}],
)
def test_where_too_few_are_alike_none_is_listed(district: TestClient, fields: dict[str, Any]) -> None:
    listed = _listed(district, _of(district, Role.CALL_CENTRE), **fields)
    assert "相似的太少，不列" in listed and "<li>" not in listed


def test_what_was_written_to_since_is_left_out(tmp_path: Path) -> None:
    with _served(tmp_path) as client:
        firm = _of(client, Role.COMPANY, "甲物业")
        assert "A1" in _names(_listed(client, firm))
        assert client.post("/api/v1/orders/A1/events", json=an_event("urged", 1)).status_code == 201
        assert "相似的太少" in _listed(client, firm)
