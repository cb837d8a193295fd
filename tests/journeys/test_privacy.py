"""The main job on an extract with marked texts and callers: no mark is anywhere but in the store and its sorted copy."""

import csv
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from desk.kept_histories import FOLDER
from desk.settings import Settings
from hotline.policy import Role
from hotline.scope import scope_of
from pipelines import promote, train
from pipelines.ingest import ingest
from pipelines.simulate import simulate_extract
from serve.app import create_app
from store.database import open_store
from tests.serve.bodies import a_callback, ago, an_event, an_order
from tests.serve.conftest import a_key, settings_of, wait_until_ready

pytestmark = pytest.mark.slow

#: A mark in every text, different in each, as it stands in a file, as JSON escapes it, or as HTML does.
_MARKS = re.compile(rb"(\xe5\xaf\x86\xe8\xaf\xad|\\u5bc6\\u8bed|&#23494;&#35821;)([0-9]{6})")
_NUMBERS = re.compile(rb"(?<![0-9])1399[0-9]{7}(?![0-9])")


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home that has learnt from marked orders, and serves what it learnt."""
    folder = tmp_path_factory.mktemp("marked")
    extract, settings = folder / "extract", settings_of(folder / "home")
    simulate_extract(1_000, 5, extract, lambda *_: None)
    _mark(extract / "工单.csv")
    ingest(extract / "pudong.toml", settings)
    train.train(settings, train.Recipe(), lambda *_: None)
    promote.promote(settings, None, force=True, reason="to have one that serves")
    return settings


def _mark(path: Path) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        row["诉求内容"] = f"密语{number:06d}，{row['诉求内容']}，密语{number:06d}"
        row["来电人编号"] = "1399" + f"{int(re.sub('[^0-9]', '', row['来电人编号'])):07d}"[-7:]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def answers(marked: Settings) -> Iterator[dict[str, str]]:
    """What a whole day of requests was answered, by who asked; whoever may not was refused."""
    said: dict[str, list[str]] = {}
    with TestClient(create_app(marked)) as client:
        wait_until_ready(client)
        for role in Role:
            named = {"managers": ["无"], "companies": ["无"], "streets": ["无"]}
            part = {"manager": "managers", "company": "companies"}.get(role, "streets")
            try:
                scope = scope_of(role)
            except ValueError:
                scope = scope_of(role, **{part: named[part]})
            said[role] = list(_a_day(client, a_key(marked, role, scope)))
        said["nobody"] = list(_a_day(client, {}))
    yield {who: "\n".join(texts) for who, texts in said.items()}


def _a_day(client: TestClient, headers: dict[str, str]) -> Iterator[str]:
    order = an_order(text="密语900000", caller="13990000000", events=[an_event("accepted")])
    stored = open_store(client.app.state.settings.home).order_ids()[::300]  # type: ignore[attr-defined]
    wrong = [
        {**order, "text": ["密语900000"]},
        {**order, "due_at": "13990000000"},
        {**order, "13990000000": "密语900000"},
        {**order, "attributes": {"13990000000": "密语900000"}},
        {**order, "events": [an_event("密语900000")]},
    ]
    for body in (order, *wrong):
        for path in ("scores", "orders"):
            yield client.post(f"/api/v1/{path}", json=body, headers=headers).text
    for order_id in (order["order_id"], *stored, "密语900000", "13990000000"):
        at = {"at": ago(-0.01)}
        yield client.get(f"/api/v1/orders/{order_id}/score", params=at, headers=headers).text
        yield client.post(
            f"/api/v1/orders/{order_id}/events", json=an_event("urged", 1), headers=headers
        ).text
        yield client.post(f"/api/v1/orders/{order_id}/callbacks", json=a_callback(), headers=headers).text
    for path in ("worklist?limit=1000", "worklist?limit=1000&at=2026-06-01", "model", "audit", "密语900000"):
        yield client.get(f"/api/v1/{path}", headers=headers).text
    for path in ("/", "/login", "/docs", "/openapi.json", "/healthz", "/readyz", "/metrics", "/13990000000"):
        yield client.get(path, headers=headers, follow_redirects=False).text


def _found(content: bytes, pseudonyms: frozenset[bytes]) -> set[bytes]:
    return {
        *(mark[0] for mark in _MARKS.findall(content)),
        *_NUMBERS.findall(content),
        *(pseudonym for pseudonym in pseudonyms if pseudonym in content),
    }


def _pseudonyms(settings: Settings) -> frozenset[bytes]:
    callers = open_store(settings.home).frames()["orders"]["caller"].dropna()
    return frozenset(caller.encode() for caller in callers)


def test_the_marks_are_where_they_belong(marked: Settings) -> None:
    pseudonyms = _pseudonyms(marked)
    assert len(pseudonyms) > 100
    database = b"".join(path.read_bytes() for path in marked.home.glob("hotline.db*"))
    found = _found(database, pseudonyms)
    assert pseudonyms & found and any(_MARKS.match(mark + b"000000") for mark in found)
    assert not _NUMBERS.findall(database), "a caller's number is nowhere, not in the store either"


def test_no_file_but_the_store_has_a_text_a_number_or_a_pseudonym(
    marked: Settings, answers: dict[str, str]
) -> None:
    pseudonyms = _pseudonyms(marked)
    files = [path for path in marked.home.rglob("*") if path.is_file()]
    kept = [path for path in files if path.is_relative_to(marked.home / FOLDER)]
    assert any(path.suffix == ".arrow" for path in kept), "orders sorted, for the next start"
    assert (marked.home / FOLDER).stat().st_mode & 0o777 == 0o700
    others = [path for path in files if path not in kept and not path.name.startswith("hotline.db")]
    assert {"champion.json", "mlflow.db", "judged.parquet", "card.html", "session.key"} <= {
        path.name for path in others
    }
    for path in others:
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content = pd.read_parquet(BytesIO(content)).to_csv().encode()
        assert not _found(content, pseudonyms), path.relative_to(marked.home)


def test_no_answer_has_a_text_a_number_or_a_pseudonym(marked: Settings, answers: dict[str, str]) -> None:
    pseudonyms = _pseudonyms(marked)
    assert set(answers) == {*Role, "nobody"}
    for who, text in answers.items():
        assert not _found(text.encode(), pseudonyms), who


def test_pages_show_a_text_to_whoever_works_on_the_order_and_never_a_number(marked: Settings) -> None:
    pseudonyms, readers = _pseudonyms(marked), set()
    with TestClient(create_app(marked), headers={"Accept": "text/html"}) as client:
        wait_until_ready(client)
        for role in (Role.CALL_CENTRE, Role.DISTRICT_CENTRE, Role.DATA_SCIENTIST, Role.ADMIN, Role.MONITOR):
            key = a_key(marked, role, scope_of(role))
            for path in ("/", "/my-orders?more=1000", "/queue", "/board", "/model", "/me"):
                shown = client.get(path, headers=key).content
                found = _found(shown, pseudonyms)
                assert not {mark for mark in found if not _MARKS.match(mark + b"000000")}, (role, path)
                if found:
                    readers.add(role)
    assert readers == {Role.CALL_CENTRE, Role.DISTRICT_CENTRE}


def test_no_log_line_has_any_and_neither_has_the_audit_log(
    marked: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    with TestClient(create_app(marked), headers=a_key(marked)) as client:
        wait_until_ready(client)
        assert len(list(_a_day(client, {"Authorization": client.headers["Authorization"]}))) > 30
    out, err = capfd.readouterr()
    logged = out + err
    assert "route=/api/v1/scores" in re.sub(r"\x1b\[[0-9;]*m", "", logged)
    assert not _found(logged.encode(), _pseudonyms(marked))
    store = open_store(marked.home)
    with store.engine.connect() as connection:
        noted = connection.exec_driver_sql("SELECT * FROM audit_log").all()
    store.close()
    assert len(noted) > 30
    assert not _found(repr(noted).encode(), _pseudonyms(marked))
