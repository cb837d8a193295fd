"""Types of events whose mere presence before the rating tells it."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from hotline.calendar import NO_TIME
from hotline.lifecycle import EventType, rank
from models.audit.findings import Finding
from models.audit.material import Material
from models.audit.remedies import event_remedy
from models.audit.separation import enough
from models.audit.telling import Told, telling

#: Counts of an event above this are one group.
_MANY = 3
#: What the hotline, and others, call what happens at a callback and after it.
_OF_OUTCOME = (EventType.CALLED_BACK.value, EventType.REDISPATCHED.value)
_OUTCOME_WORDS = re.compile(
    r"(?<!企业)回访|评价|满意|重办|返工单|survey|rating|review|satisf|call.?back", re.I
)


def telling_events(material: Material) -> Iterator[Finding]:
    """Types of events that tell the rating, as far as training sees them before it."""
    truth = material.is_bad[material.judged]
    if not enough(truth):
        return
    events = material.events
    place = np.full(len(material.orders), -1)
    place[material.judged] = np.arange(len(material.judged))
    is_seen = _seen(material)
    for name, rows in events.groupby("type").indices.items():
        seen = rows[is_seen[rows]]
        order = place[events["order"].to_numpy()[seen]]
        count = np.bincount(order[order >= 0], minlength=len(truth))
        found = telling(Told(np.minimum(count, _MANY)), truth) if 0 < (count > 0).mean() < 1 else None
        if found is None:
            continue
        if not material.is_timed and not _belongs_to_the_end(str(name), events.iloc[rows], material):
            found = found.as_course_of_events()
        yield found.finding(str(name), event_remedy(found.kind, str(name)))


def _seen(material: Material) -> np.ndarray:
    """Which events training sees before the rating of their order."""
    events = material.events
    label_at = material.time("label_at")[events["order"].to_numpy(dtype=np.int64)]
    known_at = events["known_at"].to_numpy(dtype=np.int64)
    is_before = events["type"].map(rank).to_numpy() <= rank(EventType.CALLED_BACK)
    return (known_at < label_at) | ((known_at == label_at) & is_before)


def _belongs_to_the_end(name: str, events: pd.DataFrame, material: Material) -> bool:
    """Whether a type of event is no course of handling, but part of the outcome.

    A wide file's column, a word of callbacks, or something that follows the closing.
    """
    if name in _OF_OUTCOME or _OUTCOME_WORDS.search(name) or events["is_moment"].mean() > 0.5:
        return True
    closed_at = material.first_closed_at()[events["order"].to_numpy(dtype=np.int64)]
    is_after = (closed_at != NO_TIME) & (events["known_at"].to_numpy() > closed_at)
    return bool(is_after.mean() > 0.9)
