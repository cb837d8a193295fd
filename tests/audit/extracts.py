"""Small extracts of hotline orders, honest until a test plants a leak in them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from models.audit.findings import Finding
from pipelines.audit import audit_extract

BAD = "不满意"
_LEVELS = np.array([BAD, "一般", "基本满意", "满意"], dtype=object)
_START = pd.Timestamp("2026-03-02 08:00:00")

#: An order list with moments and callbacks in one wide file.
WIDE = """
dataset = "planted"
taken_at = "2026-12-01 00:00:00"
[[files]]
path = "orders.csv"
order_id = "no"
[files.order]
known_from = "received"
received_at = "received"
category = "category"
company = "company"
text = "text"
caller = "caller"
source = "source"
[[files.moments]]
type = "contacted"
at = "contacted"
[[files.moments]]
type = "closed"
at = "closed"
[[files.callbacks]]
by = {{ value = "city" }}
at = "called"
rating = "rating"
channel = "channel"
answered = "answered"
[[files.attributes]]
name = "area"
column = "area"
kind = "numeric"
known_from = "received"
{attributes}
"""
#: The same as a long file: an event a row, the order's columns in every row, callbacks beside it.
LONG = """
dataset = "planted"
taken_at = "2026-12-01 00:00:00"
[[files]]
path = "events.csv"
order_id = "no"
[files.event]
type = "what"
at = "when"
actor = "who"
[[files.attributes]]
name = "area"
column = "area"
kind = "numeric"
known_from = "first_event"
{attributes}
[[files]]
path = "calls.csv"
order_id = "no"
[[files.callbacks]]
by = {{ value = "city" }}
at = "called"
rating = "rating"
channel = "channel"
answered = "answered"
"""


def attribute(column: str, kind: str = "category", known_from: str = "received", of: str = "order") -> str:
    """The table that declares a further column."""
    table = f'[[files.attributes]]\nname = "{column}"\nkind = "{kind}"\nof = "{of}"\n'
    return table + (f'known_from = "{known_from}"\n' if of == "order" else "")


def honest_orders(orders: int = 1500, seed: int = 0, bad_share: float = 0.18) -> pd.DataFrame:
    """A wide table: slow orders and bad companies end dissatisfied more often; six in ten answer."""
    rng = np.random.default_rng(seed)
    received = _START + pd.to_timedelta(
        np.sort(rng.uniform(0, 200 * 24 * 3600, orders)).astype(int), unit="s"
    )
    hours = rng.gamma(2.0, 30.0, orders) + 1
    company = rng.integers(0, 12, orders)
    odds = np.log(bad_share / (1 - bad_share)) + 0.008 * (hours - 60) + 0.15 * (company - 6)
    is_bad = rng.random(orders) < 1 / (1 + np.exp(-odds))
    level = np.where(is_bad, 0, rng.choice([1, 2, 3], orders, p=[0.1, 0.3, 0.6]))
    is_rated = rng.random(orders) < 0.6
    closed = received + pd.to_timedelta((hours * 3600).astype(int), unit="s")
    called = closed + pd.to_timedelta(rng.integers(20, 90, orders) * 3600, unit="s")
    words = np.array(["电梯停运", "楼道漏水", "门禁坏了", "垃圾没清", "路灯不亮", "下水堵了"], dtype=object)
    number = np.arange(orders).astype(str)
    return pd.DataFrame(
        {
            "no": np.char.add("PD", np.char.zfill(number, 6)).astype(object),
            "received": received,
            "category": np.array(["电梯", "漏水", "门禁", "保洁"], dtype=object)[rng.integers(0, 4, orders)],
            "company": np.char.add("企业", company.astype(str)).astype(object),
            "text": words[rng.integers(0, 6, orders)]
            + "，"
            + words[rng.integers(0, 6, orders)]
            + number
            + "号楼",
            "caller": np.char.add("C", rng.integers(0, orders * 3, orders).astype(str)).astype(object),
            "source": "12345",
            "area": rng.normal(90, 20, orders).round(1),
            "contacted": received + pd.to_timedelta((hours * 900).astype(int), unit="s"),
            "closed": closed,
            "called": called,
            "rating": np.where(is_rated, _LEVELS[level], None),
            "channel": np.array(["电话", "短信"], dtype=object)[rng.integers(0, 2, orders)],
            "answered": np.where(is_rated, "是", "否"),
        }
    )


@dataclass
class Extract:
    """An extract on disk; `planted` columns are declared as the test says."""

    folder: Path
    orders: pd.DataFrame = field(default_factory=honest_orders)

    @property
    def is_bad(self) -> np.ndarray:
        """Which orders were rated 不满意."""
        return (self.orders["rating"] == BAD).to_numpy()

    @property
    def is_rated(self) -> np.ndarray:
        """Which orders have a rating."""
        return self.orders["rating"].notna().to_numpy()

    def wide(self, attributes: str = "", change: Callable[[str], str] = str, name: str = "wide") -> Path:
        """Write it as one wide file; the description's path."""
        (self.folder / name).mkdir(exist_ok=True)
        self.orders.to_csv(self.folder / name / "orders.csv", index=False)
        path = self.folder / name / "export.toml"
        path.write_text(change(WIDE.format(attributes=attributes)), "utf-8")
        return path

    def long(
        self,
        attributes: str = "",
        change: Callable[[str], str] = str,
        extra: Mapping[str, np.ndarray] | None = None,
        events: pd.DataFrame | None = None,
    ) -> Path:
        """Write it as events beside callbacks; `extra` stands in every row of its order."""
        orders = self.orders
        parts = [
            pd.DataFrame({"no": orders["no"], "what": what, "when": orders[when], "who": orders["company"]})
            for what, when in (("受理", "received"), ("先行联系", "contacted"), ("办结", "closed"))
        ]
        rows = pd.concat([*parts, *([] if events is None else [events])])
        per_order = pd.DataFrame({"no": orders["no"], "area": orders["area"], **(extra or {})})
        rows = rows.merge(per_order, on="no").sort_values(["no", "when"])
        rows.to_csv(self.folder / "events.csv", index=False)
        calls = orders[["no", "called", "rating", "channel", "answered"]]
        calls.to_csv(self.folder / "calls.csv", index=False)
        path = self.folder / "export.toml"
        path.write_text(change(LONG.format(attributes=attributes)), "utf-8")
        return path


def severe(path: Path) -> list[tuple[str, str]]:
    """The kind and column of each severe finding."""
    return [(f.kind.value, f.column) for f in audit_extract(path) if f.severity.value == "severe"]


def found(path: Path) -> dict[tuple[str, str], Finding]:
    """Every finding by kind and column."""
    return {(f.kind.value, f.column): f for f in audit_extract(path)}


def with_deadlines(extract: Extract) -> Callable[[str], str]:
    """Plant a deadline (`due`) and a promise of the first contact (`promised`); how to describe them."""
    rng = np.random.default_rng(12)
    days = rng.choice([2, 3, 5], (2, len(extract.orders)))
    extract.orders["due"] = extract.orders["received"] + pd.to_timedelta(days[0], unit="D")
    extract.orders["promised"] = extract.orders["contacted"] + pd.to_timedelta(days[1] * 12, unit="h")
    due = 'received_at = "received"\ndue_at = "due"\n'
    promised = 'at = "contacted"\npromised_at = "promised"\n'
    return lambda text: text.replace('received_at = "received"\n', due).replace(
        'at = "contacted"\n', promised
    )


def coarse(extract: Extract, unit: str, later: str = "0h") -> None:
    """Round all times down to this unit, and move them by so much."""
    for name in ("received", "contacted", "closed", "called"):
        extract.orders[name] = extract.orders[name].dt.floor(unit) + pd.Timedelta(later)


def add_twins(extract: Extract, orders: int, changed: Mapping[str, object] | None = None) -> None:
    """Put so many orders under a second id, some words of theirs changed."""
    rng = np.random.default_rng(13)
    chosen = extract.orders.iloc[np.sort(rng.permutation(len(extract.orders))[:orders])]
    twins = chosen.assign(no="X" + chosen["no"], **(changed or {}))
    extract.orders = pd.concat([extract.orders, twins], ignore_index=True)
