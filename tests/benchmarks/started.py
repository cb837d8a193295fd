"""One worker's start, told as JSON lines: `python -m tests.benchmarks.started HOME`; each line read lets it go on."""

import json
import resource
import sys
import time
from pathlib import Path

BEGAN = time.perf_counter()


def main() -> None:
    """Open the champion and its history, score some orders, then list all open ones."""
    from desk.opening import open_scorer
    from hotline.calendar import from_micros
    from tests.benchmarks.homes import settings_of

    store, scorer = open_scorer(settings_of(Path(sys.argv[1])))
    _tell("opened")
    chronicle = scorer.lookout.look().base.chronicle
    at = from_micros(int(chronicle.known_at.max()) + 1)
    ids = chronicle.order_ids[:: max(1, len(chronicle.order_ids) // 100)]
    for order_id in ids:
        scorer.score(str(order_id), at)
    _tell("after 100 scores", orders=len(chronicle.order_ids), rows=len(chronicle))
    found = scorer.score_open(at, with_reasons=False)
    _tell("after the worklist", open=len(found.predictions))
    store.close()


def _tell(when: str, **more: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]
    sizes = {name: int(size.split()[0]) / 2**20 for name, _, size in (line.partition(":") for line in lines)}
    told = {
        "when": when,
        "seconds": time.perf_counter() - BEGAN,
        "cpu": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss / 2**20,
        "rss": sizes["Rss"],
        "uss": sizes["Private_Clean"] + sizes["Private_Dirty"],
        **more,
    }
    print(json.dumps(told), flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
