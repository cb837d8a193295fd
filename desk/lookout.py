"""Keeps everybody's history current: every write is in the very next score, and no request ever sorts."""

import ctypes
import gc
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from threading import RLock, Thread
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from desk.kept_histories import KeptHistories, KeptHistory
from desk.standing import OrderNow, Standing
from features.changes import ChangeBook
from features.chronicle import Chronicle
from features.definition import FeatureSet
from features.few_rows import FewRows
from features.frame import OrderFrame
from features.history import History, Past
from features.log import COMMUNITY_COLUMNS, Log
from features.order_facts import difference, facts_of
from features.own_chronicle import own_chronicle, own_chronicles
from hotline.lifecycle import OfficialCaller
from hotline.order import Attribute

_LOG = logging.getLogger("desk")
#: From so many changed orders on history is sorted anew, in the background; until then nothing waits. An order that
#: was written to takes many times the memory of a sorted one, so a small district sorts, which takes it a second or
#: two, once a twentieth of its orders was.
MOST_CHANGED = 5_000
_LEAST_CHANGED, _CHANGED_SHARE = 250, 20
#: More orders than this written between two looks are a loaded extract: it is seen once it is sorted.
AT_ONCE = 200


class OrderStore(Protocol):
    """What is asked of a store."""

    def log_columns(self) -> Mapping[str, Mapping[str, Any]]:
        """The columns of all orders, events and callbacks, words as Arrow's."""

    def communities(self) -> pd.DataFrame:
        """What is known of communities."""

    def rows(self, order_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """The rows of a few orders."""

    def watermark(self) -> int:
        """A number that grows with every write."""

    def changed_since(self, watermark: int) -> tuple[list[str], int]:
        """The orders written to after a watermark, and the new one."""


class Lookout:
    """The one who looks whether something was written, and takes it in.

    `warm` has a sorted history make all the streams that scores will ask for. With `kept` a start need not sort if
    an earlier one has, and whoever sorts keeps the history for others.
    """

    def __init__(
        self,
        store: OrderStore,
        attributes: tuple[Attribute, ...],
        label_caller: OfficialCaller,
        warm: Callable[[History], None],
        kept: KeptHistories | None = None,
    ) -> None:
        self._store = store
        self._attributes = attributes
        self._label_caller = label_caller
        self._warm = warm
        self._kept = kept
        self._lock = RLock()
        self._sorting: Thread | None = None
        self._waiting: set[str] = set()
        self._book = self._begun()

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
            is_outdated = bool(written) and self._is_forgotten()
            if (
                is_outdated
                or self._waiting
                or len(self._book.standing.changed) > most_changed(self._book.standing.base)
            ):
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
            book = self._begun(after=self._book.kept)
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

    def _begun(self, after: KeptHistory | None = None) -> "_Book":
        """A later history than `after` that another process has kept, or one sorted anew."""
        if self._kept is None:
            return self._sorted_anew()
        with self._kept.alone():
            return self._taken_up(self._kept.newest(), after) or self._sorted_anew()

    def _taken_up(self, found: KeptHistory | None, after: KeptHistory | None) -> "_Book | None":
        """A kept history with what was written since; None where that is too much, or it is not a later one."""
        if found is None or (after is not None and found.token == after.token):
            return None
        written, watermark = self._store.changed_since(found.watermark)
        if len(written) > most_changed(found.history):
            return None
        self._warm(found.history)
        book = _Book(self._store, found.history, found.watermark, found)
        book.take_in(written, watermark)
        return book

    def _sorted_anew(self) -> "_Book":
        token = self._kept.announce() if self._kept else None
        watermark = self._store.watermark()
        columns, known = self._store.log_columns(), self._store.communities()
        base = History.of(Log.of_letters(columns, known, self._attributes, self._label_caller))
        self._warm(base)
        kept = self._kept.keep(base, token, watermark) if self._kept and token else None
        if kept is None:
            return _Book(self._store, base, watermark)
        del base, columns
        give_back_memory()
        return _Book(self._store, kept.history, watermark, kept)

    def _is_forgotten(self) -> bool:
        """Whether something was forgotten that stands in the file from which history is read."""
        kept = self._book.kept
        return self._kept is not None and kept is not None and not self._kept.is_current(kept)


def most_changed(base: History) -> int:
    """From so many changed orders on this history is to be sorted anew."""
    share = len(base.chronicle.order_ids) // _CHANGED_SHARE
    return min(MOST_CHANGED, max(_LEAST_CHANGED, share))


def give_back_memory() -> None:
    """Sorting takes several times what is needed afterwards, and a replaced history leaves much behind.

    Cycles, Arrow's pool and the C library would hold it.
    """
    gc.collect()
    pa.default_memory_pool().release_unused()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):  # glibc's
        trim(0)


class _Book:
    """A sorted history and what was written since; written to by one at a time."""

    def __init__(
        self, store: OrderStore, base: History, watermark: int, kept: KeptHistory | None = None
    ) -> None:
        self._store = store
        self.kept = kept
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


def warm_up(features: FeatureSet, history: History) -> None:
    """Have all streams sorted that scores ask for; afterwards many threads may read them.

    Bound to no scorer: a former champion's history is large, and has to go with the last who uses it, not
    once a collection of garbage finds that two of them only hold each other.
    """
    nobody = np.empty(0, dtype=np.int64)
    frame = OrderFrame(own_chronicles(history.chronicle, nobody), nobody, nobody, nobody)
    features.compute(frame, Past.of(frame, history))
