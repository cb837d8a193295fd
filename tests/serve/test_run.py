"""The `qingling serve` command as a process: where it listens, what it says, how it ends."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from desk.settings import Settings
from hotline.errors import ArgumentError
from serve.app import create_app
from serve.run import bound, is_loopback, served_by
from tests.serve.bodies import an_event, an_order
from tests.serve.conftest import a_key, settings_of

pytestmark = pytest.mark.slow


@contextmanager
def _serving(home: Path, port: int, *more: str) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "QINGLING_HOME": str(home)}
    command = [sys.executable, "-m", "pipelines", "serve", "--port", str(port), *more]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_to_look_and_ends_cleanly_on_a_signal(home: Path, how: signal.Signals) -> None:
    with _serving(home, 0) as process:
        assert process.stdout
        first = process.stdout.readline()
        address = first.split(" at ")[1].split()[0]
        assert address.startswith("http://127.0.0.1:")
        assert httpx.get(f"{address}/healthz", timeout=30).json() == {"status": "alive"}
        said = "".join(process.stdout.readline() for _ in range(5))
        assert f"{address}/docs" in said and f"{address}/api/v1/worklist" in said
        process.send_signal(how)
        assert process.wait(30) == 0


def _children(pid: int) -> set[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return {int(child) for child in found.read_text().split()} if found.exists() else set()


def test_what_one_worker_is_told_is_in_the_next_score_of_every_other(own_home: Path) -> None:
    key = a_key(settings_of(own_home))
    with _serving(own_home, 0, "--workers", "2") as process:
        assert process.stdout
        address = process.stdout.readline().split(" at ")[1].split()[0]
        order = an_order(events=[an_event("accepted", 20)])
        path = f"{address}/api/v1/orders/{order['order_id']}"

        def ask(method: str, url: str, **more: Any) -> httpx.Response:  # a fresh connection: any worker
            return httpx.request(method, url, headers=key, timeout=60, **more)

        def ready() -> bool:
            with suppress(httpx.TransportError):
                return all(ask("GET", f"{address}/readyz").status_code == 200 for _ in range(12))
            return False

        until = time.monotonic() + 120
        while not ready() and time.monotonic() < until:
            time.sleep(0.2)
        assert ask("POST", f"{address}/api/v1/orders", json=order).status_code == 201
        told = {ask("GET", f"{path}/score", params={"reasons": False}).json()["stage"] for _ in range(12)}
        assert told == {"accepted"}
        assert ask("POST", f"{path}/events", json=an_event("visited", 1)).status_code == 201
        told = {ask("GET", f"{path}/score", params={"reasons": False}).json()["stage"] for _ in range(12)}
        assert told == {"visited"}
        workers = _children(process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        until = time.monotonic() + 10  # multiprocessing's own tracker ends a moment later
        while left := [pid for pid in workers if Path(f"/proc/{pid}").exists()]:
            assert time.monotonic() < until, f"left behind: {left}"
            time.sleep(0.1)


def test_others_are_not_served_before_somebody_has_an_account(home: Path) -> None:
    with _serving(home, 0, "--host", "0.0.0.0") as process:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 1 and not out
        assert "nobody has an account yet" in err and "qingling user add" in err and "Traceback" not in err


def test_what_a_proxy_says_is_believed_only_of_the_trusted_ones(settings: Settings) -> None:
    async def address(believing: Settings, sender: str) -> str:
        seen: list[str] = []

        async def app(scope: Any, receive: Any, send: Any) -> None:
            seen.append(scope["client"][0])

        config = served_by(app, believing)  # type: ignore[arg-type]
        config.load()
        headers = [(b"x-forwarded-for", b"203.0.113.9")]
        await config.loaded_app({"type": "http", "client": (sender, 1), "headers": headers}, None, None)  # type: ignore[arg-type]
        return seen[0]

    trusting = settings.model_copy(update={"trusted_proxies": "127.0.0.1"})
    assert asyncio.run(address(settings, "127.0.0.1")) == "127.0.0.1"
    assert asyncio.run(address(trusting, "127.0.0.1")) == "203.0.113.9"
    assert asyncio.run(address(trusting, "198.51.100.1")) == "198.51.100.1"


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("qingling.example", False),
    ],
)
def test_only_a_loopback_address_is_this_machine_alone(host: str, is_own: bool) -> None:
    assert is_loopback(host) == is_own


def test_small_answers_go_at_once() -> None:
    with bound(0) as listening:
        assert listening.proto == socket.IPPROTO_TCP, "asyncio would wait 40 ms before it sends"
        assert listening.getsockname()[0] == "127.0.0.1"


def test_a_port_that_is_taken_is_told_with_the_remedy(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, _serving(home, taken.getsockname()[1]) as process:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 1
        assert f"port {taken.getsockname()[1]}" in err and "--port" in err
        assert "Traceback" not in err and not out


def test_settings_of_the_playbook_that_cannot_be_used_keep_the_service_from_starting(tmp_path: Path) -> None:
    broken = tmp_path / "playbook.toml"
    broken.write_text('[limits]\nP09 = "soon"\n', encoding="utf-8")
    with pytest.raises(ArgumentError, match=r"limits\.P09: 'soon' is no limit"):
        create_app(settings_of(tmp_path).model_copy(update={"playbook_file": broken}))
