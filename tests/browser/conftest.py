"""A service on this machine, accounts to sign in with, and a real Chromium."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from desk.access.issuing import Issuing
from desk.settings import Settings
from hotline.policy import Role
from hotline.scope import scope_of
from serve.app import create_app
from serve.run import bound, served_by
from store.database import open_store
from tests.conftest import hash_quickly
from tests.serve.bodies import ago, an_event, an_order
from tests.serve.homes import make_home, settings_of

PASSWORD = "四个普通的词语放在一起就够长了"
WIDTHS = (390, 1366)
_ACCOUNTS: dict[str, tuple[Role, dict[str, list[str]]]] = {
    "甲经理": (Role.MANAGER, {"managers": ["甲经理"]}),
    "乙经理": (Role.MANAGER, {"managers": ["乙经理"]}),
    "话务一": (Role.CALL_CENTRE, {}),
    "话务二": (Role.CALL_CENTRE, {}),
    "街镇": (Role.STREET_HANDLER, {"streets": ["花木街道"]}),
    "分析": (Role.DATA_SCIENTIST, {}),
    "管理员": (Role.ADMIN, {}),
    "区中心": (Role.DISTRICT_CENTRE, {}),
    "应急站": (Role.EMERGENCY_STATION, {"streets": ["花木街道"]}),
    "东苑物业": (Role.COMPANY, {"companies": ["东苑物业"]}),
    "分析二": (Role.DATA_SCIENTIST, {}),
    "企业": (Role.COMPANY, {"companies": ["安居物业"]}),
}


@dataclass(frozen=True)
class Service:
    """A running service: its address, its home, and who sends orders to it."""

    address: str
    home: Path
    send: Callable[..., str]

    def events(self, order_id: str) -> list[dict[str, Any]]:
        """What is recorded of an order's events."""
        store = open_store(self.home)
        try:
            return store.rows([order_id])["events"]
        finally:
            store.close()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service of a small simulated district with a champion."""
    folder = tmp_path_factory.mktemp("board")
    playbook = folder / "playbook.toml"
    playbook.write_text("[capacity]\ncall_centre = 2000\n", encoding="utf-8")
    told = {"rescore_minutes": 0, "people_per_second": 1_000, "playbook_file": playbook}
    settings = settings_of(make_home(folder)).model_copy(update=told)
    with pytest.MonkeyPatch.context() as patch:
        hash_quickly(patch)
        store = open_store(settings.home)
        issuing = Issuing(store.engine, "the test", datetime.now(UTC))
        for name, (role, scope) in _ACCOUNTS.items():
            issuing.add_account(name, role, scope_of(role, **scope), PASSWORD)
        key = {"Authorization": f"Bearer {issuing.add_key('hotline', Role.SYSTEM, scope_of(Role.SYSTEM))}"}
        store.close()
        with served(settings) as address, httpx.Client(base_url=address, headers=key, timeout=60) as hotline:

            def send(**fields: Any) -> str:
                order = an_order(**{"manager": "甲经理", "due_at": ago(-2)} | fields)
                answer = hotline.post("/api/v1/orders", json=order)
                assert answer.status_code == 201, answer.text
                return str(order["order_id"])

            yield Service(address, settings.home, send)


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """A service with these settings, ready to score; its address."""
    server = uvicorn.Server(served_by(create_app(settings), settings))
    listening = bound(0)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    _wait_until_ready(address)
    yield address
    server.should_exit = True
    thread.join(30)


def _wait_until_ready(address: str) -> None:
    with httpx.Client(base_url=address, timeout=60) as asking:
        for _ in range(1_200):
            with suppress(httpx.TransportError):
                if asking.get("/readyz").status_code == 200:
                    return
            time.sleep(0.05)
    raise AssertionError("not ready")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real Chromium; where none is installed the tests skip, in CI they fail.

    Playwright's loop runs as long as it is open, and nothing else may run one meanwhile.
    """
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium: apt-get install chromium")
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        quiet = [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
        ]
        browser = playwright.chromium.launch(executable_path=found, args=quiet)
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page that was watched: what its console said, whom it asked, and whether scripts run on it."""

    page: Page
    context: BrowserContext
    said: list[str]
    asked: list[str]
    has_script: bool

    def hear(self, kind: str, text: str) -> None:
        """Keep what the console complains of; that a form was refused is told on its page."""
        if kind == "error" and "status of 422" not in text:
            self.said.append(text)

    def assert_clean(self, address: str) -> None:
        """Nothing complained, nobody else was asked, nothing is wider than the screen."""
        assert self.said == []
        assert {url for url in self.asked if not url.startswith(address)} == set()
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def assert_reachable(self, controls: str) -> None:
        """Every field has a name, and each of these controls that is there is high enough to hit."""
        unnamed = self.page.eval_on_selector_all(
            "input:not([type=hidden]), select, textarea",
            "all => all.filter(e => !e.labels.length && !e.ariaLabel).map(e => e.outerHTML)",
        )
        assert unnamed == []
        heights = self.page.eval_on_selector_all(
            controls, "all => all.map(e => [e.getBoundingClientRect().height, e.outerHTML]).filter(h => h[0])"
        )
        assert heights and min(heights)[0] >= 44, min(heights)

    def picture(self, name: str) -> None:
        """Keep what is seen, where somebody wants to look at it (QINGLING_SHOTS)."""
        if folder := os.environ.get("QINGLING_SHOTS"):
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    def assert_accessible(self) -> None:
        """axe-core, which is a script itself, finds nothing to complain about, however slight."""
        assert self.has_script
        found = Axe().run(self.page).response["violations"]
        assert [(f["impact"], f["id"], [n["html"][:200] for n in f["nodes"]]) for f in found] == []


Visit = Callable[..., Watched]


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """Fill in the form of the sign-in page and send it."""
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", password)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/login" not in url)


@pytest.fixture
def visit(chromium: Browser, service: Service) -> Iterator[Visit]:
    """Opens a browser of some width and signs somebody in."""
    with visits(chromium, service.address) as opened:
        yield opened


@contextmanager
def visits(chromium: Browser, address: str) -> Iterator[Visit]:
    """Opens browsers at a service; they are closed at the end."""
    contexts: list[BrowserContext] = []

    def opened(name: str, width: int = 390, java_script: bool = True, password: str = PASSWORD) -> Watched:
        context = chromium.new_context(
            viewport={"width": width, "height": 844}, locale="zh-CN", java_script_enabled=java_script
        )
        contexts.append(context)
        page = context.new_page()
        watched = Watched(page, context, [], [], java_script)
        page.on("console", lambda message: watched.hear(message.type, message.text))
        page.on("pageerror", lambda error: watched.said.append(str(error)))
        page.on("request", lambda request: watched.asked.append(request.url))
        page.goto(f"{address}/login")
        sign_in(page, name, password)
        return watched

    yield opened
    for context in contexts:
        context.close()


def closed_order(**fields: Any) -> dict[str, Any]:
    """Fields of an order that was closed yesterday."""
    return {"events": [an_event("contacted", 30), an_event("closed", 20, verdict="解释说明")], **fields}
