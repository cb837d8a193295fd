"""Signing in and out by the page: cookies, forms, wrong passwords, waits, and sessions that end."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from http.cookies import SimpleCookie

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from desk.access import passwords
from desk.access.issuing import Issuing
from desk.access.known import REMEMBERED, Known
from desk.access.passwords import LONGEST, SHORTEST
from desk.access.sign_in import TooManyAttempts, WrongPassword
from desk.settings import Settings
from hotline.calendar import MINUTE
from hotline.errors import ArgumentError, QinglingError
from hotline.policy import Role
from hotline.scope import scope_of
from serve.access import Door
from serve.app import create_app
from serve.rates import Buckets
from store.access import accounts, audit_log
from store.access.api_keys import all_keys
from store.database import open_store
from tests.serve.bodies import an_event, assert_told
from tests.serve.conftest import a_key

pytestmark = pytest.mark.usefixtures("quick_hashes")
_PASSWORD = "四个普通的词语放在一起就够长了"


@pytest.fixture
def issuing(settings: Settings) -> Iterator[Issuing]:
    store = open_store(settings.home)
    given = Issuing(store.engine, "console:test", datetime.now(UTC))
    given.add_account("王芳", Role.MANAGER, scope_of(Role.MANAGER, managers=["王芳"]), _PASSWORD)
    yield given
    store.close()


@pytest.fixture
def browser(settings: Settings, issuing: Issuing) -> Iterator[TestClient]:
    """A browser on this machine, with an account to sign in to; no champion is needed for that."""
    app = create_app(settings)
    with TestClient(app, base_url="http://127.0.0.1", headers={"Accept": "text/html"}) as client:
        yield client


def _form_token(page: Response) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def _sign_in(browser: TestClient, name: str = "王芳", password: str = _PASSWORD) -> Response:
    form = {"form_token": _form_token(browser.get("/login")), "name": name, "password": password}
    return browser.post("/login", data=form, follow_redirects=False)


def _door(browser: TestClient) -> Door:
    found: Door = browser.app.state.door  # type: ignore[attr-defined]
    return found


def test_who_has_not_signed_in_is_sent_to_the_page_for_it(browser: TestClient) -> None:
    answer = browser.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert "密码" in browser.get("/").text
    assert_told(browser.get("/api/v1/model"), 401, "not_signed_in")


def test_who_signs_in_reads_who_they_are_and_what_they_may_do(browser: TestClient) -> None:
    answer = _sign_in(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    page = browser.get("/me").text
    assert "王芳" in page and "项目经理" in page and "查看在办工单清单" in page
    assert "管理账号" not in page
    assert_told(browser.get("/api/v1/audit"), 403, "not_granted")


def test_the_cookie_is_out_of_reach_and_travels_by_tls_only_unless_on_this_machine(
    browser: TestClient, settings: Settings
) -> None:
    cookie = SimpleCookie(_sign_in(browser).headers.get_list("set-cookie")[0])["qingling_session"]
    assert cookie["httponly"] and cookie["samesite"] == "lax" and not cookie["secure"]
    assert int(cookie["max-age"]) == 12 * 3600
    with TestClient(create_app(settings), base_url="https://hotline.example") as outside:
        cookie = SimpleCookie(_sign_in(outside).headers.get_list("set-cookie")[0])["qingling_session"]
        assert cookie["secure"]


def test_a_session_that_was_made_up_opens_nothing(browser: TestClient) -> None:
    _sign_in(browser)
    signed = browser.cookies["qingling_session"]
    token, _, signature = signed.partition(".")
    browser.cookies.clear()
    for forged in (token, f"{token}x.{signature}", f"{token}.{signature[:-2]}", "", "\u00e9", "a.b"):
        cookie = {"Cookie": f"qingling_session={forged}".encode()}
        assert browser.get("/me", headers=cookie, follow_redirects=False).status_code == 303, forged
    whole = {"Cookie": f"qingling_session={signed}"}
    assert browser.get("/me", headers=whole, follow_redirects=False).status_code == 200


def test_a_form_from_elsewhere_is_not_taken(browser: TestClient) -> None:
    form = {"name": "王芳", "password": _PASSWORD}
    assert browser.post("/login", data=form).status_code == 403
    token = _form_token(browser.get("/login"))
    browser.cookies.clear()
    assert browser.post("/login", data={**form, "form_token": token}).status_code == 403
    _sign_in(browser)
    told = browser.post("/logout")
    assert told.status_code == 403 and "页面已过期" in told.text
    written = browser.post("/api/v1/orders/A/events", json=an_event())
    assert_told(written, 403, "not_own_form")
    token = _form_token(browser.get("/me"))
    written = browser.post("/api/v1/orders/A/events", json=an_event(), headers={"X-CSRF-Token": token})
    assert_told(written, 404, "unknown_order")
    assert browser.post("/logout", data={"form_token": token[::-1]}).status_code == 403


def test_who_signs_out_is_out_and_so_is_a_stolen_cookie(browser: TestClient) -> None:
    _sign_in(browser)
    stolen = browser.cookies["qingling_session"]
    token = _form_token(browser.get("/me"))
    assert browser.post("/logout", data={"form_token": token}, follow_redirects=False).status_code == 303
    assert "qingling_session" not in browser.cookies
    again = browser.get("/me", headers={"Cookie": f"qingling_session={stolen}"}, follow_redirects=False)
    assert again.status_code == 303


def test_another_password_or_a_disabled_account_ends_open_sessions(
    browser: TestClient, issuing: Issuing
) -> None:
    for change in (lambda: issuing.set_password("王芳", _PASSWORD * 2), lambda: issuing.disable("王芳")):
        _sign_in(browser)
        assert browser.get("/me", follow_redirects=False).status_code == 200
        change()
        _door(browser).known._remembered.clear()  # two seconds later
        assert browser.get("/me", follow_redirects=False).status_code == 303
        issuing.set_password("王芳", _PASSWORD)
    assert _sign_in(browser).status_code == 401, "a disabled account does not sign in"


def test_a_session_ends_by_itself(issuing: Issuing) -> None:
    known = Known(longest=100 * MINUTE, longest_idle=10 * MINUTE)
    accounts.open_session(issuing.engine, "s", "王芳", 0, 0)
    for minute in (0, 9, 18, 27):
        assert known.holder_of_session(issuing.engine, "s", minute * MINUTE)
    assert known.holder_of_session(issuing.engine, "s", 38 * MINUTE) is None, "it lay idle"
    accounts.open_session(issuing.engine, "t", "王芳", 0, 0)
    for minute in range(0, 100, 9):
        assert known.holder_of_session(issuing.engine, "t", minute * MINUTE)
    assert known.holder_of_session(issuing.engine, "t", 100 * MINUTE) is None, "it lasted long enough"


def test_what_is_remembered_is_looked_up_again_soon(issuing: Issuing) -> None:
    known = Known(longest=100 * MINUTE, longest_idle=10 * MINUTE)
    accounts.open_session(issuing.engine, "s", "王芳", 0, 0)
    assert known.holder_of_session(issuing.engine, "s", 0)
    assert known.remembered("s", REMEMBERED - 1) and not known.remembered("s", REMEMBERED)
    assert not known.remembered("s", -1), "a clock that is set back prolongs nothing"


def test_the_name_that_was_typed_stands_there_still_and_the_password_does_not(browser: TestClient) -> None:
    shown = _sign_in(browser, '王"芳', "错" * 12).text
    assert 'value="王&#34;芳"' in shown and "错错" not in shown


def test_a_wrong_name_and_a_wrong_password_are_told_alike(browser: TestClient) -> None:
    answers = [_sign_in(browser, *wrong) for wrong in (("王芳", "错" * 12), ("没有这个人", _PASSWORD))]
    assert [answer.status_code for answer in answers] == [401, 401]
    one, other = (re.sub(r'(value|data-now)="[^"]+"', "", answer.text) for answer in answers)
    assert one == other and "账号或密码不正确" in one


@pytest.mark.parametrize("name", ["王芳", "没有这个人"])
def test_after_five_wrong_passwords_one_has_to_wait_whether_or_not_the_account_exists(
    browser: TestClient, name: str
) -> None:
    for _ in range(5):
        assert _sign_in(browser, name, "错" * 12).status_code == 401
    answer = _sign_in(browser, name)
    assert answer.status_code == 429 and 25 <= int(answer.headers["retry-after"]) <= 30
    assert "秒后再试" in answer.text


def test_each_further_wrong_password_doubles_the_wait(issuing: Issuing, browser: TestClient) -> None:
    sign_in, now = _door(browser).sign_in, 0
    waited = []
    for attempt in range(12):
        with pytest.raises(QinglingError) as refused:
            sign_in.open_session(issuing.engine, "王芳", "错" * 12, f"10.0.0.{attempt}", now)
        if seconds := getattr(refused.value, "seconds", 0):
            waited.append(seconds)
            now += seconds * 1_000_000
    assert waited == [30, 60, 120, 240], "from other addresses too"
    assert sign_in.open_session(issuing.engine, "王芳", _PASSWORD, "10.0.0.99", now)


def test_an_address_has_to_wait_too_whatever_names_it_tries(
    issuing: Issuing, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in = _door(browser).sign_in
    with monkeypatch.context() as quick:
        quick.setattr(passwords, "is_right", lambda *_: False)
        for attempt in range(20):
            with pytest.raises(WrongPassword):
                sign_in.open_session(issuing.engine, f"n{attempt}", "错" * 12, "10.0.0.1", 0)
    with pytest.raises(TooManyAttempts, match="30 seconds"):
        sign_in.open_session(issuing.engine, "王芳", _PASSWORD, "10.0.0.1", 0)
    assert sign_in.open_session(issuing.engine, "王芳", _PASSWORD, "10.0.0.2", 0)


def test_signing_in_is_noted_but_a_name_that_is_none_is_not(browser: TestClient, issuing: Issuing) -> None:
    _sign_in(browser, _PASSWORD, "typed into the wrong field")
    _sign_in(browser, "王芳", "错" * 12)
    _sign_in(browser)
    browser.app.state.audit_trail.flush()  # type: ignore[attr-defined]
    noted = [(e.person, e.action, e.outcome) for _, e in audit_log.entries(issuing.engine)]
    assert noted[:2] == [("王芳", "sign_in", "303"), ("王芳", "sign_in", "401")]
    assert all(_PASSWORD not in person for person, _, _ in noted)


def test_passwords_are_long_enough_and_nobody_keeps_them(issuing: Issuing, settings: Settings) -> None:
    for password in ("x" * (SHORTEST - 1), "x" * (LONGEST + 1)):
        with pytest.raises(ArgumentError, match="12 to 200 characters"):
            issuing.set_password("王芳", password)
    written = b"".join(path.read_bytes() for path in settings.home.rglob("*") if path.is_file())
    assert b"$argon2id$" in written and _PASSWORD.encode() not in written


def test_keys_are_not_kept_and_a_revoked_one_is_refused_within_two_seconds(
    browser: TestClient, issuing: Issuing, settings: Settings
) -> None:
    headers = a_key(settings, Role.ADMIN)
    assert browser.get("/api/v1/audit", headers=headers).status_code == 200
    written = b"".join(path.read_bytes() for path in settings.home.rglob("*") if path.is_file())
    assert headers["Authorization"].removeprefix("Bearer ").encode() not in written
    issuing.revoke_key(next(key.name for key in all_keys(issuing.engine)))
    _door(browser).known._remembered.clear()  # two seconds later
    assert_told(browser.get("/api/v1/audit", headers=headers), 401, "not_signed_in")


@pytest.mark.parametrize(
    "sent", ["Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Bearer qlk_wrong", "Bearer qlk_é", "nonsense"]
)
def test_a_wrong_key_is_no_key(browser: TestClient, sent: str) -> None:
    answer = browser.get("/api/v1/audit", headers={"Authorization": sent.encode()})
    assert_told(answer, 401, "not_signed_in")


def test_who_asks_too_often_is_asked_to_wait(settings: Settings, issuing: Issuing) -> None:
    slow = settings.model_copy(update={"keys_per_second": 1.0})
    with TestClient(create_app(slow), headers=a_key(settings, Role.ADMIN)) as client:
        answers = [client.get("/api/v1/audit") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        refused = next(a for _ in range(200) if (a := client.get("/api/v1/audit")).status_code != 200)
        assert_told(refused, 429, "too_many")
        assert refused.headers["retry-after"] == "1"


def test_who_tries_many_keys_is_asked_to_wait(browser: TestClient) -> None:
    statuses: list[int] = []
    while len(statuses) < 1_000 and 429 not in statuses:
        key = {"Authorization": f"Bearer qlk_{len(statuses)}"}
        statuses.append(browser.get("/api/v1/audit", headers=key).status_code)
    assert statuses[:30] == [401] * 30 and statuses[-1] == 429


def test_a_bucket_fills_steadily_and_holds_a_burst(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("serve.rates.time.monotonic", lambda: now)
    buckets = Buckets(per_second=2, burst=3)
    assert [buckets.take("a") for _ in range(5)] == [0, 0, 0, 1, 1]
    assert buckets.take("b") == 0, "another caller has a bucket of its own"
    now = 0.5
    assert [buckets.take("a") for _ in range(2)] == [0, 1]
    now = 100.0
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 1]
    for caller in range(20_000):
        buckets.take(str(caller))
    assert len(buckets._levels) <= 10_000, "memory is bounded"


def test_every_answer_tells_browsers_to_be_careful(browser: TestClient) -> None:
    for path in ("/", "/login", "/docs", "/openapi.json", "/healthz", "/api/v1/model", "/nothing"):
        headers = browser.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src '")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"
        assert len(headers["X-Request-ID"]) == 32
    assert "<h1>Bodies</h1>" in browser.get("/docs").text
    scripts = re.findall(r"<script[^>]*>[^<]*", browser.get("/docs").text + browser.get("/login").text)
    assert len(scripts) == 1 and re.fullmatch(r'<script src="/static/[0-9a-f]+/app.js" defer>', scripts[0])
