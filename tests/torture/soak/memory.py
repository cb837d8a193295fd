"""What each worker holds in memory over the minutes, and whether it grows."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

#: Growth that nothing explains and that is still called flat, a share of what was held before.
FLAT = 0.05


@dataclass(frozen=True)
class Held:
    """One look at a process: seconds since the begin, MiB, and the orders that its history holds.

    uss : its own memory; pss : with its part of what it shares; rss : with all of that
    changed, sorted : orders written to since the champion was opened; all those that were there then
    """

    at: float
    uss: float
    pss: float
    rss: float
    changed: int
    sorted: int


def look(worker: int, at: float, changed: int, of: int) -> Held:
    """Look at a process now (Linux)."""
    found = {"Pss": 0.0, "Rss": 0.0, "Private_Clean": 0.0, "Private_Dirty": 0.0}
    for line in Path(f"/proc/{worker}/smaps_rollup").read_text().splitlines()[1:]:
        name, kibibytes = line.split()[:2]
        if name.rstrip(":") in found:
            found[name.rstrip(":")] = int(kibibytes) / 1024
    return Held(at, found["Private_Clean"] + found["Private_Dirty"], found["Pss"], found["Rss"], changed, of)


@dataclass(frozen=True)
class Growth:
    """How a process's own memory went, MiB.

    begin, middle, end : medians of the second, the middle and the last fifth of the time
    slope              : MiB a minute over the second half
    explained          : what the orders that came meanwhile take
    """

    begin: float
    middle: float
    end: float
    slope: float
    explained: float
    highest: float

    @property
    def is_flat(self) -> bool:
        """Whether it grew by no more than the new orders take, and a twentieth."""
        return self.end - self.begin - max(0.0, self.explained) <= FLAT * self.begin

    @classmethod
    def of(cls, looks: Sequence[Held], changed_bytes: float, sorted_bytes: float) -> "Growth":
        """From looks in the order of time, and what an order takes that was written to, or sorted."""
        at = np.array([look.at for look in looks])
        uss = np.array([look.uss for look in looks])
        orders = np.array(
            [(look.changed * changed_bytes + look.sorted * sorted_bytes) / 2**20 for look in looks]
        )
        fifth = np.minimum(4, 5 * (at - at[0]) / (at[-1] - at[0])).astype(int)
        begin, middle, end = (float(np.median(uss[fifth == number])) for number in (1, 2, 4))
        explained = float(np.median(orders[fifth == 4]) - np.median(orders[fifth == 1]))
        late = at >= (at[0] + at[-1]) / 2
        slope = 60 * float(np.polyfit(at[late], uss[late], 1)[0])
        return cls(begin, middle, end, slope, explained, float(uss.max()))
