"""What a soak found, as a page in plain text."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from tests.torture.soak.callers import Asked
from tests.torture.soak.run import Found


def lines(found: Found) -> Iterator[str]:
    """The figures, then what was wrong."""
    callers, done = found.callers, found.callers.done
    steady = [asked for asked in callers.seen if asked.due >= found.began]
    seconds = found.plan.seconds
    yield f"seed {found.plan.seed}; {len(callers.stored):,} orders before, {len(callers.lives):,} new ones"
    yield f"at most {found.most_a_second:.1f} requests a second, then {len(steady) / seconds:.1f} for {seconds:.0f} s"
    yield ""
    yield "| | requests | a second | p50 ms | p95 ms | p99 ms | statuses |\n|" + "---|" * 7
    for kind in [*sorted({asked.kind for asked in steady}), "all"]:
        yield _row(kind, [asked for asked in steady if kind in (asked.kind, "all")], seconds)
    ends = done.outages[-1][1] + done.recovery_seconds if done.outages else 0.0
    calm = [a for a in steady if not any(b <= a.answered and a.due <= ends for b, _ in done.outages)]
    yield _row("all, outage and recovery left out", calm, seconds)
    yield ""
    by_worker = Counter(asked.worker for asked in steady)
    yield (
        "by worker: "
        + ", ".join(f"{count:,}" for count in by_worker.values())
        + (f"; {callers.crossed:,} next scores after an event were another worker's")
    )
    swaps = done.swaps[1:]
    yield (
        f"{len(swaps)} swaps; the old champion answered for at most "
        + ", ".join(f"{swap.late_seconds:.1f}" for swap in swaps)
        + " s more"
    )
    for began, ended in done.outages:
        yield f"the database was away for {ended - began:.1f} s; the last 503 came {done.recovery_seconds:.1f} s later"
    ledger = callers.ledger
    yield (
        f"acknowledged: {len(ledger.orders):,} orders, {len(ledger.events):,} events, {len(ledger.callbacks):,} "
        f"callbacks; given: {len(callers.given):,} scores"
    )
    yield (
        f"{found.again.compared:,} logged scores computed again, {len(found.again.differences)} differ, "
        + (f"{found.again.met} met a write")
    )
    yield ""
    yield from _memory(found)
    yield "in the log: " + (", ".join(f"{name} {count}" for name, count in found.told.items()) or "nothing")
    yield f"wrong: {len(found.wrong)}"
    yield from (f"  {line}" for line in found.wrong[:20])


def _row(name: str, of: Sequence[Asked], seconds: float) -> str:
    p50, p95, p99 = np.percentile([1e3 * (a.answered - a.due) for a in of], [50, 95, 99])
    statuses = ", ".join(
        f"{status}: {count:,}" for status, count in sorted(Counter(a.status for a in of).items())
    )
    return (
        f"| {name} | {len(of):,} | {len(of) / seconds:.1f} | {p50:.0f} | {p95:.0f} | {p99:.0f} | {statuses} |"
    )


def _memory(found: Found) -> Iterator[str]:
    yield "| MiB | USS begin | middle | end | highest | new orders explain | slope, later half, a minute | PSS, RSS at the end |"
    yield "|" + "---|" * 8
    for number, (worker, grown) in enumerate(found.growth.items(), 1):
        last = found.held[worker][-1]
        yield (
            f"| worker {number} | {grown.begin:.0f} | {grown.middle:.0f} | {grown.end:.0f} | {grown.highest:.0f} "
            f"| {grown.explained:+.1f} | {grown.slope:+.1f} | {last.pss:.0f}, {last.rss:.0f} |"
        )
    changed, at_rest = found.bytes_an_order
    yield f"an order takes {at_rest / 1024:.1f} KiB sorted, {changed / 1024:.1f} KiB once written to"
