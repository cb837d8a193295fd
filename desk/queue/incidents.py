"""Orders of one incident, such as one lift and ten callers, are one matter to call about."""

import numpy as np
import pandas as pd

from hotline.calendar import HOUR

#: Reports of the same category from one community this close together are taken for one incident.
SAME_INCIDENT = 48 * HOUR


def incident_of(community: np.ndarray, category: np.ndarray, received_at: np.ndarray) -> np.ndarray:
    """The number of each order's incident; words may be None, times are microseconds.

    An order whose community or category nobody has said stands alone.

    >>> at = np.array([0, 1, 0, 10**12]) * 1
    >>> incident_of(np.array(["甲", "甲", "乙", "甲"], object), np.array(["电梯"] * 4, object), at).tolist()
    [1, 1, 0, 2]
    """
    frame = pd.DataFrame({"community": community, "category": category, "at": received_at})
    is_told = frame["community"].notna() & frame["category"].notna()
    frame["community"] = frame["community"].where(is_told, [f"\0{row}" for row in range(len(frame))])
    frame["category"] = frame["category"].where(is_told, "")
    ordered = frame.sort_values(["community", "category", "at"], kind="stable")
    before = ordered.shift()
    begins = (
        (ordered["community"] != before["community"])
        | (ordered["category"] != before["category"])
        | (ordered["at"] - before["at"] > SAME_INCIDENT)
    )
    numbers = np.empty(len(frame), dtype=np.int64)
    numbers[ordered.index.to_numpy()] = begins.cumsum().to_numpy() - 1
    return numbers
