"""Jobs in a process of their own, killed by SIGKILL at a moment of our choice."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Mother:
    """The process that forks a child for each job."""

    process: "subprocess.Popen[str]"
    errors: Path
    #: The steps that the present job has told.
    steps: list[str] = field(default_factory=list)

    def begin(self, job: str, home: Path, **more: Any) -> int:
        """Begin a job; the pid of its process."""
        assert self.process.stdin
        self.steps.clear()
        self.process.stdin.write(json.dumps({"job": job, "home": str(home), **more}) + "\n")
        self.process.stdin.flush()
        return int(self.heard("pid"))

    def heard(self, name: str) -> Any:
        """Wait until the mother or her child says this, other lines passed over."""
        return json.loads(self.line(f'"{name}"'))[name]

    def line(self, words: str) -> str:
        """Wait for a line with these words."""
        assert self.process.stdout
        for line in self.process.stdout:
            if words in line:
                return line
            if line.startswith('{"step"'):
                self.steps.append(json.loads(line)["step"])
            if '"ended"' in line:
                break
        raise AssertionError(f"the job ended before {words}; {self.errors.read_text('utf-8')[-3000:]}")

    def through(self, job: str, home: Path, **more: Any) -> float:
        """Let a job run to its end, which has to be a good one; the seconds that it took."""
        began = time.monotonic()
        self.begin(job, home, **more)
        code = self.heard("ended")
        assert code == 0, f"{job}: {self.errors.read_text('utf-8')[-3000:]}"
        return time.monotonic() - began

    def told(self, job: str, home: Path) -> dict[str, Any]:
        """What a job says before it ends well."""
        self.begin(job, home)
        found: dict[str, Any] = json.loads(self.line('"serves"'))
        assert self.heard("ended") == 0
        return found

    def killed(self, job: str, home: Path, after: float, **more: Any) -> bool:
        """Kill a job so many seconds after its begin; whether it was still at work."""
        pid = self.begin(job, home, **more)
        time.sleep(after)
        self.kill(pid)
        code = self.heard("ended")
        assert code in (0, -signal.SIGKILL), f"{job}: {self.errors.read_text('utf-8')[-3000:]}"
        return bool(code)

    @staticmethod
    def kill(pid: int) -> None:
        """Kill a child by its pid. An ended one is a zombie no longer, so it may be gone."""
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return


@contextmanager
def a_mother(folder: Path) -> Iterator[Mother]:
    """A mother with everything imported."""
    errors = folder / "errors.txt"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("QINGLING_")}
    with errors.open("w") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.mother"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
            env={**environment, "OMP_NUM_THREADS": "1"},
        )
        mother = Mother(process, errors)
        try:
            mother.heard("ready")
            yield mother
        finally:
            process.kill()
            process.wait()
