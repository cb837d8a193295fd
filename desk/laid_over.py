"""A store with an extract laid over it, so that its orders can be scored without being kept."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from hotline.order import Attribute
from store.database import Store
from store.log_columns import Columns, columns_of_frames


class LaidOver:
    """What the store knows of everybody, and of the extract's orders what the extract says. Read only."""

    def __init__(self, store: Store, over: Store) -> None:
        self._store, self._over = store, over
        self.order_ids = over.order_ids()

    def frames(self, order_ids: Sequence[str] | None = None) -> dict[str, pd.DataFrame]:
        """The frames of both; an order that both have is the extract's."""
        under, over = self._store.frames(order_ids), self._over.frames(order_ids)
        mine = set(self.order_ids)
        laid = {}
        for name, frame in under.items():
            kept = frame[~frame["order_id"].isin(mine)] if "order_id" in frame else frame
            parts = [part for part in (kept, over[name]) if len(part)]
            laid[name] = pd.concat(parts, ignore_index=True) if parts else frame
        return laid

    def log_columns(self) -> dict[str, Columns]:
        """The columns of both."""
        return columns_of_frames(self.frames())

    def communities(self) -> pd.DataFrame:
        """What either knows of communities."""
        return self.frames()["communities"]

    def rows(self, order_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """The rows of a few orders; one that both have is the extract's."""
        mine = set(self.order_ids)
        under = self._store.rows([order_id for order_id in order_ids if order_id not in mine])
        over = self._over.rows([order_id for order_id in order_ids if order_id in mine])
        return {name: rows + over[name] for name, rows in under.items()}

    def attributes(self) -> tuple[Attribute, ...]:
        """The declared attributes of both."""
        known = self._store.attributes()
        names = {attribute.name for attribute in known}
        return (*known, *(a for a in self._over.attributes() if a.name not in names))

    def watermark(self) -> int:
        """Nothing is written to it."""
        return 0

    def changed_since(self, watermark: int) -> tuple[list[str], int]:
        """Nothing is written to it."""
        return [], watermark
