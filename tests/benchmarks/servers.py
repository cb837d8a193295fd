"""Servers on this machine for as long as a benchmark takes; each is stopped by its process group."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.load import Ask, answer

_ROOT = Path(__file__).resolve().parents[2]
#: mlflow starts uvicorn by name.
_PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Server:
    """A server that runs: its port and its process group."""

    port: int
    group: int

    def cpu_seconds(self) -> float:
        """What its processes have computed so far; other work on the machine hardly disturbs it (Linux)."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                after_name = stat.read_text().rpartition(")")[2].split()
                if int(after_name[2]) == self.group:
                    ticks += int(after_name[11]) + int(after_name[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(
    command: list[str], port: int, ready: Ask, environment: Mapping[str, str], log: Path
) -> Iterator[Server]:
    """A server that answers `ready`; its process id's own group is stopped afterwards."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            env={**os.environ, "PYTHONPATH": str(_ROOT), "PATH": _PATH, **environment},
            start_new_session=True,
        )
        try:
            _wait(process, port, ready, log)
            yield Server(port, process.pid)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)


def uvicorn(application: str, port: int, python: str = sys.executable) -> list[str]:
    """The command that serves an ASGI application with one worker."""
    return [python, "-m", "uvicorn", application, "--port", str(port), "--no-access-log"]


def _wait(process: subprocess.Popen[bytes], port: int, ready: Ask, log: Path) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            answer(port, ready)
            return
        except (OSError, RuntimeError, EOFError):
            time.sleep(0.2)
    raise RuntimeError(f"{process.args!r} does not serve: {log.read_text(errors='replace')[-2000:]}")
