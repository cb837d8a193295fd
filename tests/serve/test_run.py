"""The `qingling serve` command as a process: where it listens, what it says, how it ends."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from serve.run import bound

pytestmark = [pytest.mark.xdist_group("served"), pytest.mark.slow]


@contextmanager
def _serving(home: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "QINGLING_HOME": str(home)}
    command = [sys.executable, "-m", "pipelines", "serve", "--port", str(port)]
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
