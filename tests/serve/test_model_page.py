"""模型 at the server: gates, two persons, old pages, two workers on one home, comparisons that were killed, no model at all."""

import os
import secrets
import signal
from collections.abc import Iterator
from datetime import datetime
from multiprocessing import active_children
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from desk.access.known import session_hash
from desk.access.secret import Signatures
from desk.promotion.kept_verdicts import compare_and_keep, kept_verdict
from desk.settings import Settings
from hotline.calendar import SHANGHAI
from hotline.policy import Role
from hotline.scope import scope_of
from hotline.whole_files import write_whole
from models.champion_file import FILE
from models.changes import Change, ChangeKind, ChangesFile
from models.registry import Registry
from serve.access import FORM_HEADER, SESSION_COOKIE
from serve.app import create_app
from serve.clock import now_micros
from store.access import accounts
from store.access.audit_log import entries
from store.database import open_store
from tests.serve.bodies import an_order
from tests.serve.conftest import a_key, copied, serving, settings_of, wait_until_ready
from tests.serve.homes import judged_models

_PAGE = {"Accept": "text/html"}
_READERS = (Role.STREET_HANDLER, Role.CALL_CENTRE, Role.DISTRICT_CENTRE, Role.ADMIN)


def a_person(settings: Settings, name: str) -> dict[str, str]:
    """What the browser of a data scientist who signed in sends along."""
    store, role, now = open_store(settings.home), Role.DATA_SCIENTIST, now_micros()
    session = secrets.token_urlsafe()
    accounts.add_account(store.engine, accounts.Account(name, role, scope_of(role), "no hash", now))
    accounts.open_session(store.engine, session_hash(session), name, now, 0)
    store.close()
    signatures = Signatures.open(settings)
    cookie = f"{SESSION_COOKIE}={signatures.cookie(session)}"
    token = signatures.form_token(session_hash(session))
    return _PAGE | {"Authorization": "", "Cookie": cookie, FORM_HEADER: token}


class Room:
    """A service on a home with three models, and a second one beside it; people with their keys."""

    def __init__(self, settings: Settings, client: TestClient, other: TestClient) -> None:
        self.settings, self.client, self.other = settings, client, other
        self.at_first = (settings.home / FILE).read_text("utf-8")
        self.first, self.second = (a_person(settings, name) for name in ("分析一", "分析二"))

    def shown(self, who: dict[str, str], query: str = "", at: TestClient | None = None) -> str:
        """The page as someone sees it."""
        answer = (at or self.client).get(f"/model{query}", headers=who)
        assert answer.status_code == 200, answer.text
        return answer.text

    def sent(self, who: dict[str, str], deed: str, at: TestClient | None = None, **form: str) -> Response:
        """The answer to one of the page's forms."""
        return (at or self.client).post(f"/model/{deed}", data=form, headers=who, follow_redirects=False)

    @property
    def changes(self) -> tuple[Change, ...]:
        """The record."""
        return ChangesFile(self.settings.home).read()

    @property
    def number(self) -> str:
        """The last line's number."""
        return str(len(self.changes))

    def serving(self) -> str:
        """The version that the registry names."""
        return Registry(self.settings.home).champion().version

    def propose(self, version: str = "3", seen: str = "1") -> str:
        """Have the first person propose; the proposal's number."""
        assert self.sent(self.first, "propose", version=version, seen=seen).status_code == 303
        return self.number


@pytest.fixture(scope="module")
def room(made_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    home = copied(made_home, tmp_path_factory.mktemp("models"))
    judged_models(home)
    settings = settings_of(home).model_copy(update={"rescore_minutes": 0})
    for version in ("2", "3"):
        compare_and_keep(settings, version, "1")
    with serving(settings) as client, TestClient(create_app(settings)) as other:
        wait_until_ready(client)
        wait_until_ready(other)
        yield Room(settings, client, other)


@pytest.fixture(autouse=True)
def _as_before(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test did, version 1 serves afterwards and nothing is proposed."""
    yield
    if "room" in request.fixturenames:
        room: Room = request.getfixturevalue("room")
        if room.serving() != "1":
            write_whole(room.settings.home / FILE, room.at_first)
        (room.settings.home / "models" / "changes.jsonl").unlink(missing_ok=True)
        for client in (room.client, room.other):
            wait_until_ready(client, "1")


def test_a_candidate_that_fails_a_gate_has_a_button_that_says_why_and_the_server_refuses_it(
    room: Room,
) -> None:
    shown = room.shown(room.first, "?version=2")
    assert 'aria-disabled="true"' in shown and "还不能" in shown and "项未过" in shown
    assert 'action="/model/propose"' not in shown
    assert "变差" in shown, "the table says so too"
    forced = room.sent(room.first, "propose", version="2", seen="1")
    assert forced.status_code == 422 and "项没有通过，不能上线" in forced.text
    assert room.changes == () and room.serving() == "1"


def test_two_persons_promote_and_all_workers_and_the_record_know(room: Room) -> None:
    assert 'action="/model/propose"' in room.shown(room.first)
    number = room.propose()
    assert "撤回提议" in room.shown(room.first) and "复核无误" not in room.shown(room.first)
    assert "复核无误，上线" in room.shown(room.second, at=room.other), "another worker sees it at once"
    done = room.sent(room.second, "confirm", at=room.other, number=number)
    assert done.headers["location"].startswith("/model?said=promoted")
    for client in (room.client, room.other):
        wait_until_ready(client, "3")
    scored = room.client.post("/api/v1/scores", json=an_order())
    assert scored.json()["model_version"] == "3"
    [proposed, promoted] = room.changes
    assert (proposed.kind, promoted.kind) == (ChangeKind.PROPOSED, ChangeKind.PROMOTED)
    assert promoted.proposer == proposed.by != promoted.by and promoted.before == "1"
    shown = room.shown(room.first)
    assert "复核后，第3版上线（当时现用第1版）" in shown and "7天内可一键换回第1版" in shown
    assert Registry(room.settings.home).get("champion").version == "3", "mlflow's name follows"


def test_a_form_that_is_sent_twice_does_nothing_the_second_time(room: Room) -> None:
    number = room.propose()
    assert room.propose() == number
    for _ in range(2):
        assert room.sent(room.second, "confirm", number=number).status_code == 303
    for _ in range(2):
        again = room.sent(room.second, "rollback", seen="3", reason="红色工单一下子多了一倍")
        assert again.status_code == 303
    kinds = [change.kind for change in room.changes]
    assert kinds == [ChangeKind.PROPOSED, ChangeKind.PROMOTED, ChangeKind.ROLLED_BACK]
    assert room.serving() == "1"


def test_whoever_proposed_cannot_confirm_or_refuse(room: Room) -> None:
    number = room.propose()
    for deed in ("confirm", "refuse"):
        answer = room.sent(room.first, deed, number=number, reason="我自己来")
        assert answer.status_code == 422 and "提议人不能复核自己的提议" in answer.text
    assert room.serving() == "1" and len(room.changes) == 1


def test_a_proposal_can_be_withdrawn_by_its_proposer_only_or_refused_with_a_reason(room: Room) -> None:
    number = room.propose()
    assert "只有提议人可以撤回" in room.sent(room.second, "withdraw", number=number).text
    assert "请写明理由" in room.sent(room.second, "refuse", number=number, reason=" ").text
    told = "夏季工单没有比过，电话 13812345678"
    assert room.sent(room.second, "refuse", number=number, reason=told).status_code == 303
    shown = room.shown(room.first)
    assert "夏季工单没有比过" in shown and "13812345678" not in shown
    assert "上次的提议被分析二退回" in shown and 'action="/model/propose"' in shown
    assert "已经办结或撤回" in room.sent(room.second, "confirm", number=number).text
    assert room.sent(room.first, "withdraw", number=room.propose()).status_code == 303
    kinds = [change.kind for change in room.changes]
    assert kinds == [
        ChangeKind.PROPOSED,
        ChangeKind.REFUSED,
        ChangeKind.PROPOSED,
        ChangeKind.WITHDRAWN,
    ]
    assert room.serving() == "1"


def test_another_version_waits_while_one_is_proposed(room: Room) -> None:
    room.propose()
    answer = room.sent(room.second, "propose", version="2", seen="1")
    assert "正在等人复核" in answer.text and "第3版正在等人复核" in room.shown(room.second, "?version=2")


def test_an_old_page_is_refused_once_another_champion_serves(room: Room) -> None:
    number = room.propose()
    registry = Registry(room.settings.home)
    registry.promote(registry.get("2"), "by command")
    for answer in (
        room.sent(room.second, "confirm", number=number),
        room.sent(room.first, "propose", version="3", seen="1"),
        room.sent(room.first, "rollback", seen="1", reason="不对"),
    ):
        assert answer.status_code == 422 and "现用模型已经换过" in answer.text
    assert room.serving() == "2"


def test_going_back_wants_a_reason_and_shows_what_returns(room: Room) -> None:
    room.sent(room.second, "confirm", number=room.propose())
    wait_until_ready(room.client, "3")
    shown = room.shown(room.first)
    assert "换回后按第1版打分" in shown
    assert "请写明理由" in room.sent(room.first, "rollback", seen="3", reason="").text
    assert room.serving() == "3"
    assert room.sent(room.first, "rollback", seen="3", reason="找回率不如以前").status_code == 303
    assert room.serving() == "1"
    assert "换回第1版，停用第3版。理由：找回率不如以前" in room.shown(room.second)
    assert "无从换回" in room.sent(room.first, "rollback", seen="1", reason="再退").text


@pytest.mark.parametrize("role", _READERS)
def test_others_read_the_page_without_buttons_and_may_not_send(room: Room, role: Role) -> None:
    room.propose()
    who = _PAGE | a_key(room.settings, role)
    shown = room.shown(who)
    assert "第3版能不能上线" in shown and "更换记录" in shown
    assert "/model/confirm" not in shown and "aria-disabled" not in shown and "/model/rollback" not in shown
    assert room.sent(who, "confirm", number=room.number).status_code == 403
    assert room.serving() == "1"


def test_a_key_is_nobody_and_cannot_change_models(room: Room) -> None:
    key = _PAGE | a_key(room.settings, Role.DATA_SCIENTIST)
    assert "接口密钥办不了" in room.sent(key, "propose", version="3", seen="1").text
    number = room.propose()
    assert "接口密钥办不了" in room.sent(key, "confirm", number=number).text
    assert room.serving() == "1" and len(room.changes) == 1


def test_every_change_stands_in_the_audit_log(room: Room) -> None:
    room.sent(room.second, "confirm", number=room.propose())
    store = open_store(room.settings.home)
    found = [entry for _, entry in entries(store.engine, limit=50) if entry.action == "promote"]
    store.close()
    assert [entry.outcome for entry in found[:2]] == ["303", "303"]
    assert found[0].person != found[1].person


def test_a_comparison_that_is_killed_begins_again_and_the_page_looks_by_itself(room: Room) -> None:
    for kept in (room.settings.home / "verdicts").glob("*.json"):
        kept.unlink()
    shown = room.shown(room.first)
    assert "正在比较…" in shown and 'http-equiv="refresh"' in shown and 'aria-disabled="true"' in shown
    assert "还没有比较完" in room.sent(room.first, "propose", version="3", seen="1").text
    assert "/model/rollback" not in shown, "a page that looks again would take what is being written along"
    [child] = active_children()
    assert child.pid
    os.kill(child.pid, signal.SIGKILL)
    child.join(30)
    assert kept_verdict(room.settings, "3", "1") is None
    assert "正在比较…" in room.shown(room.second, at=room.other)
    [child] = active_children()
    child.join(300)  # it steps back behind all others
    shown = room.shown(room.second, at=room.other)
    assert "可以提议" in shown and 'http-equiv="refresh"' not in shown
    compare_and_keep(room.settings, "2", "1")


def test_a_version_can_be_looked_at_by_its_address_and_has_no_card_where_none_was_kept(room: Room) -> None:
    assert "第2版能不能上线" in room.shown(room.first, "?version=2")
    assert "能不能上线" not in room.shown(room.first, "?version=1"), "what serves has nothing to pass"
    assert "这个版本没有模型说明书" in room.shown(room.first)
    answer = room.client.get("/model/card?version=3", headers=room.first, follow_redirects=False)
    assert answer.status_code == 303
    assert room.client.get("/model?version=x", headers=room.first).status_code == 422
    unknown = room.shown(room.first, "?version=77")
    assert "没有第77版" in unknown and "第3版能不能上线" in unknown


def test_before_there_is_a_model_the_page_says_what_to_do(home: Path) -> None:
    with serving(settings_of(home)) as client:
        who = a_person(settings_of(home), "分析")
        shown = client.get("/model", headers=who)
        assert shown.status_code == 200
        assert "qingling train" in shown.text and "数据来源未声明" in shown.text
        answer = client.post("/model/propose", data={"version": "1", "seen": ""}, headers=who)
        assert answer.status_code == 422 and "还没有比较完" in answer.text


def test_a_champion_that_cannot_be_opened_is_told(own_home: Path) -> None:
    (own_home / "models" / "champion.json").write_text("{}", "utf-8")
    with serving(settings_of(own_home)) as client:
        who = _PAGE | a_key(settings_of(own_home), Role.CALL_CENTRE)
        assert "打不开" in client.get("/model", headers=who).text


def test_a_damaged_record_is_told_and_nothing_else_is_hindered(own_home: Path) -> None:
    (own_home / "models" / "changes.jsonl").write_text("half a line", "utf-8")
    with serving(settings_of(own_home)) as client:
        wait_until_ready(client)
        who = _PAGE | a_key(settings_of(own_home), Role.CALL_CENTRE)
        assert "更换记录读不出来" in client.get("/model", headers=who).text
        assert client.post("/api/v1/scores", json=an_order()).status_code == 200


def test_a_change_under_way_when_its_worker_was_killed_is_told_afterwards(room: Room) -> None:
    registry = Registry(room.settings.home)
    change = Change(ChangeKind.PROMOTED, datetime.now(SHANGHAI), "分析", "3", "1", proposer="数据")
    registry.promote(registry.get("3"))
    mark = room.settings.home / "models" / "promotion"
    mark.write_text(change.to_json(), "utf-8")
    assert "分析复核后，第3版上线" in room.shown(room.first)
    assert room.changes == (change,) and not mark.exists()
    mark.write_text(Change(ChangeKind.PROMOTED, datetime.now(SHANGHAI), "分析", "2").to_json(), "utf-8")
    room.shown(room.first)
    assert room.changes == (change,), "what never came about is not told"
