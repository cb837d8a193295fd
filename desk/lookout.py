"""Keeps everybody's history current: every write is in the very next score, and no request ever sorts."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from threading import RLock, Thread
from typing import Any, Protocol

import pandas as pd

from desk.standing import OrderNow, Standing
from features.changes import ChangeBook
from features.chronicle import Chronicle
from features.few_rows import FewRows
from features.history import History
from features.log import COMMUNITY_COLUMNS, Log
from features.order_facts import difference, facts_of
from features.own_chronicle import own_chronicle
from hotline.lifecycle import OfficialCaller
from hotline.order import Attribute

_LOG = logging.getLogger("desk")
#: From so many changed orders on history is sorted anew, in the background; until then nothing waits.
MOST_CHANGED = 5_000
#: More orders than this written between two looks are a loaded extract: it is seen once it is sorted.
AT_ONCE = 200


class OrderStore(Protocol):
    """What is asked of a store."""

    def frames(self, order_ids: Sequence[str] | None = None) -> dict[str, pd.DataFrame]:
        """The frames of all orders, or of some."""

    def rows(self, order_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """The rows of a few orders."""

    def watermark(self) -> int:
        """A number that grows with every write."""

    def changed_since(self, watermark: int) -> tuple[list[str], int]:
        """The orders written to after a watermark, and the new one."""


class Lookout:
    """The one who looks whether something was written, and takes it in.

    `warm` has a sorted history make all the streams that scores will ask for.
    """

    def __init__(
        self,
        store: OrderStore,
        attributes: tuple[Attribute, ...],
        label_caller: OfficialCaller,
        warm: Callable[[History], None],
    ) -> None:
        self._store = store
        self._attributes = attributes
        self._label_caller = label_caller
        self._warm = warm
        self._lock = RLock()
        self._sorting: Thread | None = None
        self._waiting: set[str] = set()
        self._book = self._sorted_anew()

    def look(self, *order_ids: str) -> Standing:
        """Everybody's history as it stands now, these orders' own rows in any case included."""
        with self._lock:
            written, watermark = self._store.changed_since(self._book.standing.watermark)
            if watermark != self._book.standing.watermark:
                if len(written) > AT_ONCE:
                    self._waiting.update(written)
                    written = []
                self._book.take_in(written, watermark)
            if asked := self._waiting.intersection(order_ids):
                self._book.take_in(sorted(asked), watermark)
            self._waiting.difference_update(written, asked)
            if self._waiting or len(self._book.standing.changed) > MOST_CHANGED:
                self._sort_in_background()
            return self._book.standing

    @property
    def taken_in(self) -> Standing:
        """The last look, without another one."""
        return self._book.standing

    def wait(self) -> None:
        """Wait until nothing is being sorted."""
        if (sorting := self._sorting) is not None:
            sorting.join()

    def _sort_in_background(self) -> None:
        if self._sorting is None:
            self._sorting = Thread(target=self._sort, name="history", daemon=True)
            self._sorting.start()

    def _sort(self) -> None:
        """Sort everything beside the requests, catch up with what they wrote meanwhile, and take its place."""
        try:
            book = self._sorted_anew()
            while len((found := self._written_since(book))[0]) > AT_ONCE:
                book.take_in(*found)
            with self._lock:
                book.take_in(*self._written_since(book))
                self._book, self._waiting = book, set()
        except Exception as error:  # whatever it was: what was sorted before serves on, and it is tried again
            _LOG.warning("history not sorted anew: %s", type(error).__name__)
        finally:
            self._sorting = None

    def _written_since(self, book: "_Book") -> tuple[list[str], int]:
        return self._store.changed_since(book.standing.watermark)

    def _sorted_anew(self) -> "_Book":
        watermark = self._store.watermark()
        base = History.of(Log.of(self._store.frames(), self._attributes, self._label_caller))
        self._warm(base)
        return _Book(self._store, base, watermark)


class _Book:
    """A sorted history and what was written since; written to by one at a time."""

    def __init__(self, store: OrderStore, base: History, watermark: int) -> None:
        self._store = store
        self._changes = ChangeBook(base.asked)
        self._communities = _CommunityRows(base.chronicle.log.communities)
        self.standing = Standing(base, self._changes.look(), {}, watermark)

    def take_in(self, written: Sequence[str], watermark: int) -> None:
        """Read these orders anew, and make the look that knows of them."""
        if not written:
            self.standing = replace(self.standing, watermark=watermark)
            return
        before, log = self.standing, self.standing.base.chronicle.log
        rows = self._store.rows(written)
        self._communities.add(rows["communities"])
        everyone = Chronicle.of(Log.of_rows(rows, log.attributes, log.label_caller))
        place = {str(order_id): number for number, order_id in enumerate(everyone.order_ids)}
        changed = dict(before.changed)
        for order_id in written:
            own = _own(everyone, place[order_id]) if order_id in place else None
            facts = facts_of(own, before.base.asked) if own else {}
            self._changes.write(order_id, difference(facts, before.facts_of(order_id)))
            changed[order_id] = OrderNow(own, facts)
        changes = self._changes.look(self._communities.new)
        self.standing = Standing(before.base, changes, changed, watermark)


def _own(everyone: Chronicle, number: int) -> Chronicle:
    return everyone if len(everyone.order_ids) == 1 else own_chronicle(everyone, number)


class _CommunityRows:
    """What is said of communities beyond what was sorted."""

    def __init__(self, known: pd.DataFrame) -> None:
        self._columns = list(known.columns)
        told = zip(*(known[name].tolist() for name in self._columns), strict=True)
        self._known = {tuple(None if v != v else v for v in row) for row in told}
        self.new: tuple[pd.DataFrame, ...] = ()

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        fresh = [row for row in rows if self._said(row) not in self._known]
        if fresh:
            self._known.update(map(self._said, fresh))
            told = FewRows.told(fresh, COMMUNITY_COLUMNS)
            self.new += (pd.DataFrame({name: told.of[name] for name in self._columns}),)

    def _said(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(row[name] for name in self._columns)
