"""The pages of 导入 as a browser without a window uses them."""

import re
import time
from pathlib import Path

from fastapi.testclient import TestClient
from httpx import Response

from hotline.policy import Role
from hotline.scope import scope_of
from store.database import open_store
from tests.serve.conftest import a_key, settings_of

PAGE = {"Accept": "text/html"}
Headers = dict[str, str]


def firm(home: Path, *companies: str) -> Headers:
    return PAGE | a_key(settings_of(home), Role.COMPANY, scope_of(Role.COMPANY, companies=companies))


def centre(home: Path, role: Role = Role.CALL_CENTRE, database_url: str | None = None) -> Headers:
    return PAGE | a_key(settings_of(home, database_url), role)


def sent(client: TestClient, who: Headers, content: bytes, name: str = "表.xlsx", kind: str = "") -> Response:
    return client.post(
        "/upload",
        files={"table": (name, content)},
        data={"kind": kind},
        headers=who,
        follow_redirects=False,
    )


def sent_well(client: TestClient, who: Headers, content: bytes, kind: str = "") -> str:
    answer = sent(client, who, content, kind=kind)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def look(client: TestClient, who: Headers, address: str) -> str:
    answer = client.get(address, headers=who)
    assert answer.status_code == 200
    return answer.text


def do(client: TestClient, who: Headers, address: str, **form: str) -> Response:
    return client.post(address, data=form or {"nothing": "said"}, headers=who, follow_redirects=False)


def loaded(client: TestClient, who: Headers, address: str) -> str:
    """The page of the result, once it is there."""
    assert do(client, who, f"{address}/load").headers["location"] == address
    until = time.monotonic() + 60
    while "正在导入" in (shown := look(client, who, address)):
        assert time.monotonic() < until, "not loaded in a minute"
        time.sleep(0.1)
    return shown


def chosen(page: str) -> dict[str, str]:
    """What the form of the columns would send as it stands."""
    form = {"stamp": re.findall(r'name="stamp" value="(\w+)"', page)[0]}
    for name, options in re.findall(r'<select id="\S+" name="(\S+?)">(.*?)</select>', page, re.S):
        form[name] = re.findall(r'value="([^"]*)" selected', options)[0]
    return form


def rows_of(home: Path, order_id: str) -> dict[str, list[dict[str, object]]]:
    store = open_store(home)
    try:
        return store.rows([order_id])
    finally:
        store.close()
