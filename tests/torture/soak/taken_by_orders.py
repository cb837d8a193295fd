"""What an order takes in a worker's memory, counted by Python's own allocator."""

import tracemalloc
from collections.abc import Sequence
from typing import Any

import pandas as pd

from desk.lookout import AT_ONCE
from desk.scorer import Scorer
from models.registry import Registered
from store.database import Store
from store.log_columns import Columns, columns_of_frames


class _BiteByBite:
    """A store in which some orders are written to after the sorting, a few at each look."""

    def __init__(self, store: Store, written: Sequence[str]) -> None:
        self._store, self._written = store, written

    def log_columns(self) -> dict[str, Columns]:
        """All orders but those that are written to later."""
        later = frozenset(self._written)
        frames = self._store.frames()
        stay = {name: f[~f["order_id"].isin(later)] for name, f in frames.items() if "order_id" in f}
        return columns_of_frames(frames | stay)

    def communities(self) -> pd.DataFrame:
        """What is known of communities."""
        return self._store.communities()

    def rows(self, order_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """The rows of a few orders."""
        return self._store.rows(order_ids)

    def watermark(self) -> int:
        """Nothing is written yet."""
        return 0

    def changed_since(self, watermark: int) -> tuple[list[str], int]:
        """The next few."""
        bite = list(self._written[watermark : watermark + AT_ONCE])
        return bite, watermark + len(bite)


def bytes_an_order(store: Store, champion: Registered, some: Sequence[str]) -> tuple[float, float]:
    """What one of these orders takes that was written to since the sorting, and what a sorted order takes."""
    orders = len(store.order_ids()) - len(some)
    tracemalloc.start()
    try:
        scorer = Scorer(_BiteByBite(store, some), champion)
        whole = tracemalloc.get_traced_memory()[0]
        while len(scorer.lookout.taken_in.changed) < len(some):
            scorer.lookout.look()
        changed = tracemalloc.get_traced_memory()[0] - whole
    finally:
        tracemalloc.stop()
    return changed / len(some), whole / orders
