"""What only the end of an order knows: counts, how long it took, how late it was, what followed."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from hotline.calendar import NO_TIME
from models.audit.material import Material
from models.audit.timing import COMING

#: Of a type's events, how many follow the rating where there is one before they are its consequence.
_NEARLY_ALL = 0.9


@dataclass(frozen=True, eq=False)
class Length:
    """A length of time that the end decides, in seconds, by order; `planned` is what was known of it before."""

    seconds: np.ndarray
    planned: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Ends:
    """What only the end knows, one entry an order: counts, lengths of time, moments, whether something came."""

    counts: dict[str, np.ndarray] = field(default_factory=dict)
    lengths: dict[str, Length] = field(default_factory=dict)
    moments: dict[str, np.ndarray] = field(default_factory=dict)
    came: dict[str, np.ndarray] = field(default_factory=dict)

    @classmethod
    def of(cls, material: Material) -> "Ends":
        """Counted over all events, those after the rating too."""
        events, orders = material.events, len(material.orders)
        order = events["order"].to_numpy(dtype=np.int64)
        found = cls()
        found.counts["the number of events"] = np.bincount(order, minlength=orders)
        found.counts["the number of callbacks"] = material.orders["callbacks"].to_numpy()
        label_at = material.time("label_at")
        received = material.time("received_at")
        for name, rows in events.groupby("type").indices.items():
            count = np.bincount(order[rows], minlength=orders)
            found.counts[f"the number of events {name!r}"] = count
            rated = rows[label_at[order[rows]] != NO_TIME]
            is_after = events["known_at"].to_numpy()[rated] > label_at[order[rated]]
            if len(rated) and is_after.mean() >= _NEARLY_ALL:
                found.came[f"whether {name!r} follows the rating"] = count > 0
        coming = dict(_coming(material))
        for word, name in (("closing", "closed_at"), ("last event", "last_at")):
            end = material.time(name)
            found.moments[f"the time of the {word}"] = end
            found.lengths[f"the time to the {word}"] = Length(_between(received, end))
            for title, moment in coming.items():
                late = Length(_between(moment, end), _between(received, moment))
                found.lengths[f"how late the {word} is against {title!r}"] = late
        return found


def _coming(material: Material) -> Iterator[tuple[str, np.ndarray]]:
    """The deadlines and promises of an extract, by header: the newest of each order."""
    anytime = np.full(len(material.orders), NO_TIME)
    for column in material.columns:
        if column.field in COMING and column.times is not None:
            row = column.rows_by(anytime)
            yield column.name, np.where(row >= 0, column.times[row], NO_TIME)


def _between(begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Seconds from one moment to the other, NaN where one is missing."""
    return np.where((begin != NO_TIME) & (end != NO_TIME), (end - begin) / 1e6, np.nan)
