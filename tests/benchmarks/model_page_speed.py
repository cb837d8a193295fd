"""What the first look at the model page costs a worker, and what the others do: `python -m tests.benchmarks.model_page_speed`."""

import logging
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import structlog

from hotline.policy import Role
from tests.serve.conftest import a_key, serving, wait_until_ready
from tests.serve.homes import settings_of

ORDERS, TURNS = 7_000, 20
#: Run by itself, so that nothing has loaded MLflow before: the home is made by another process.
_MAKE = """
import sys
from pathlib import Path
from tests.serve.homes import make_home
make_home(Path(sys.argv[1]), orders=int(sys.argv[2]))
"""


def main() -> None:
    """Print the seconds and MiB of the first look, and the median processor time of the others."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-c", _MAKE, folder, str(ORDERS)], check=True)
        settings = settings_of(Path(folder) / "home").model_copy(update={"rescore_minutes": 0})
        with serving(settings) as client:
            wait_until_ready(client)
            key = a_key(settings, Role.DATA_SCIENTIST)
            before, began = _resident(), time.perf_counter()
            assert client.get("/model", headers=key).status_code == 200
            first, grown = time.perf_counter() - began, _resident() - before
            took = []
            for _ in range(TURNS):
                at = time.process_time()
                client.get("/model", headers=key)
                took.append(1_000 * (time.process_time() - at))
    print(
        f"first look {first:.1f} s, {grown:.0f} MiB more; then {sorted(took)[TURNS // 2]:.0f} ms of processor time"
    )


def _resident() -> float:
    told = Path("/proc/self/status").read_text("utf-8")
    return int(told.split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main()
