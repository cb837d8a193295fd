"""Everything recorded about a set of orders, as columns: the one form in which facts enter this room."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, cast

import numpy as np
import pandas as pd

from features.few_rows import FewRows
from features.kept_words import kept
from hotline.calendar import NO_TIME
from hotline.lifecycle import OfficialCaller
from hotline.order import ORDER_FIELDS, Attribute, AttributeKind, AttributeOf

TIME_FIELDS = ("received_at", "due_at")

_EVENT_COLUMNS = {
    "event_id": "word",
    "order_id": "word",
    "type": "word",
    "happened_at": "time",
    "known_at": "time",
    "actor": "word",
    "group": "word",
    "promised_at": "time",
    "verdict": "word",
    "retracts": "word",
}
_CALLBACK_COLUMNS = {
    "callback_id": "word",
    "order_id": "word",
    "by": "word",
    "known_at": "time",
    "recorded_at": "time",
    "channel": "word",
    "answered": "number",
    "rating": "number",
    "solved": "number",
    "contact_confirmed": "number",
}
_COMMUNITY_COLUMNS = {
    "community": "word",
    "known_at": "time",
    "recorded_at": "time",
    "has_assembly": "number",
    "has_fund_account": "number",
    "year_built": "number",
    "households": "number",
}


@dataclass(frozen=True, eq=False)
class Log:
    """Revisions of orders, their events, the callbacks and the communities, one frame each.

    Times are whole microseconds since 1970 in UTC (`NO_TIME` where missing), numbers are float64
    (NaN where missing), words are str or None. A revision's empty field leaves the field as it was.
    """

    orders: pd.DataFrame
    events: pd.DataFrame
    callbacks: pd.DataFrame
    communities: pd.DataFrame
    attributes: tuple[Attribute, ...] = ()
    label_caller: OfficialCaller = OfficialCaller.CITY

    @classmethod
    def of(
        cls,
        frames: Mapping[str, pd.DataFrame],
        attributes: tuple[Attribute, ...] = (),
        label_caller: OfficialCaller | None = None,
    ) -> "Log":
        """The log in these frames; columns that are not there are taken as missing throughout.

        The ratings that count are the city's, or 962121's where the city rated nothing.
        """
        columns = _columns(attributes)
        callbacks = _complete(frames.get("callbacks"), columns["callbacks"])
        return cls(
            orders=_complete(frames.get("orders"), columns["orders"]),
            events=_complete(frames.get("events"), columns["events"]),
            callbacks=callbacks,
            communities=_complete(frames.get("communities"), _COMMUNITY_COLUMNS),
            attributes=attributes,
            label_caller=label_caller or _label_caller(callbacks),
        )

    @classmethod
    def of_rows(
        cls,
        rows: Mapping[str, Sequence[Mapping[str, Any]]],
        attributes: tuple[Attribute, ...],
        label_caller: OfficialCaller,
    ) -> "Log":
        """The log of one order, or of a few, from rows of `orders`, `events` and `callbacks`; None is missing."""
        told = {name: FewRows.told(rows[name], kinds) for name, kinds in _told_columns(attributes).items()}
        return cls._few(told, attributes, label_caller)

    @classmethod
    def of_columns(
        cls,
        rows: Mapping[str, FewRows],
        communities: pd.DataFrame,
        attributes: tuple[Attribute, ...],
        label_caller: OfficialCaller,
    ) -> "Log":
        """The log of columns that were a log's before, and of what is known of communities."""
        known = _complete(communities, _COMMUNITY_COLUMNS)
        return replace(cls._few(rows, attributes, label_caller), communities=known)

    @classmethod
    def of_letters(
        cls,
        columns: Mapping[str, Mapping[str, Any]],
        communities: pd.DataFrame,
        attributes: tuple[Attribute, ...],
        label_caller: OfficialCaller,
    ) -> "Log":
        """The log of columns of `orders`, `events` and `callbacks` whose words are Arrow's; missing columns as in `of`."""
        rows = {}
        for frame, kinds in _told_columns(attributes).items():
            given = columns[frame]
            length = len(given["order_id"])
            rows[frame] = FewRows(
                {
                    name: kept(given[name]) if name in given else np.full(length, missing, dtype=dtype)
                    for name, (dtype, missing) in kinds.items()
                }
            )
        return cls.of_columns(rows, communities, attributes, label_caller)

    @classmethod
    def _few(
        cls, rows: Mapping[str, FewRows], attributes: tuple[Attribute, ...], label_caller: OfficialCaller
    ) -> "Log":
        """Rows that are read like frames, without communities."""
        none = FewRows.told([], COMMUNITY_COLUMNS)
        orders, events, callbacks, communities = (
            cast(pd.DataFrame, part) for part in (rows["orders"], rows["events"], rows["callbacks"], none)
        )
        return cls(orders, events, callbacks, communities, attributes, label_caller)

    @classmethod
    def joined(cls, logs: Sequence["Log"]) -> "Log":
        """Several logs of a few orders as one; there is at least one, and all have the same attributes."""
        rows = {name: FewRows.joined(log.rows[name] for log in logs) for name in _columns(())}
        return cls._few(rows, logs[0].attributes, logs[0].label_caller)

    def take(self, orders: np.ndarray, events: np.ndarray, callbacks: np.ndarray) -> "Log":
        """The log of these rows only; the cost is theirs, not everybody's."""
        asked = {"orders": orders, "events": events, "callbacks": callbacks}
        few = {name: self.rows[name].take(rows) for name, rows in asked.items()}
        return Log._few(few, self.attributes, self.label_caller)

    @cached_property
    def rows(self) -> dict[str, FewRows]:
        """The frames of orders, events and callbacks as plain columns."""
        frames = {"orders": self.orders, "events": self.events, "callbacks": self.callbacks}
        return {name: _plain(frame) for name, frame in frames.items()}

    @property
    def fingerprint(self) -> str:
        """Changes when any row or value does, or the order of rows; 16 hexadecimal digits.

        The same extract ingested anew, in another home with another key, is the same data: when a row was
        written down does not count, and of the callers' pseudonyms only which are alike.
        """
        whole = hashlib.sha256(self.label_caller.value.encode())
        for frame in (self.orders, self.events, self.callbacks, self.communities):
            whole.update(" ".join(map(str, frame.columns)).encode())
            for name in frame.columns.drop("recorded_at", errors="ignore"):
                values = pd.factorize(frame[name])[0] if name == "caller" else frame[name].to_numpy()
                whole.update(pd.util.hash_array(values, categorize=True).tobytes())
        return whole.hexdigest()[:16]


def _plain(frame: pd.DataFrame | FewRows) -> FewRows:
    if isinstance(frame, FewRows):
        return frame
    return FewRows({name: frame[name].to_numpy() for name in frame.columns})


def _columns(attributes: tuple[Attribute, ...]) -> dict[str, dict[str, str]]:
    """The kind of each column of orders, events and callbacks."""
    of_order = {a.name: _column_kind(a) for a in attributes if a.of is AttributeOf.ORDER}
    of_event = {a.name: _column_kind(a) for a in attributes if a.of is AttributeOf.EVENT}
    fields = {name: "time" if name in TIME_FIELDS else "word" for name in ORDER_FIELDS}
    return {
        "orders": {"order_id": "word", "known_at": "time", "recorded_at": "time"} | fields | of_order,
        "events": _EVENT_COLUMNS | of_event,
        "callbacks": _CALLBACK_COLUMNS,
    }


def _label_caller(callbacks: pd.DataFrame) -> OfficialCaller:
    rated_by = set(callbacks["by"][callbacks["rating"].notna()])
    return OfficialCaller.DISTRICT if rated_by == {OfficialCaller.DISTRICT.value} else OfficialCaller.CITY


def _column_kind(attribute: Attribute) -> str:
    return "word" if attribute.kind in (AttributeKind.CATEGORY, AttributeKind.TEXT) else "number"


_MISSING: dict[str, Any] = {"word": None, "time": NO_TIME, "number": np.nan}
_DTYPE: dict[str, type] = {"word": object, "time": np.int64, "number": np.float64}


@lru_cache(maxsize=8)
def _told_columns(attributes: tuple[Attribute, ...]) -> dict[str, dict[str, tuple[type, Any]]]:
    """The dtype of each column, and what stands for missing."""
    return {name: _kinds(columns) for name, columns in _columns(attributes).items()}


def _kinds(columns: Mapping[str, str]) -> dict[str, tuple[type, Any]]:
    return {name: (_DTYPE[kind], _MISSING[kind]) for name, kind in columns.items()}


#: The dtype of each column of what is known of communities, and what stands for missing.
COMMUNITY_COLUMNS = _kinds(_COMMUNITY_COLUMNS)


def _complete(frame: pd.DataFrame | None, columns: Mapping[str, str]) -> pd.DataFrame:
    given = _labelled(frame) if frame is not None else pd.DataFrame()
    complete: dict[str, Any] = {}
    for name, kind in columns.items():
        if name not in given.columns:
            values: Any = np.full(len(given), _MISSING[kind], dtype=_DTYPE[kind])
        else:
            values = given[name].to_numpy(dtype=_DTYPE[kind])
            if kind == "word" and (absent := pd.isna(values)).any():
                values = np.where(absent, None, values)
        # Named as object, words stay str or None; left to pandas they would turn into str and NaN.
        complete[name] = pd.Index(values, dtype=object) if kind == "word" else values
    return _labelled(pd.DataFrame(complete, copy=False))


def _labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with plain labels: pandas' own take longer to find a column than one order to be scored."""
    return frame.set_axis(pd.Index(list(frame.columns), dtype=object), axis=1)
