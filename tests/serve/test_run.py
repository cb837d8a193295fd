"""The `qingling serve` command as a process: where it listens, what it says, how it ends."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from desk.settings import Settings
from serve.run import bound, is_loopback, served_by

pytestmark = [pytest.mark.xdist_group("served"), pytest.mark.slow]


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
