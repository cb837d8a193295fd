"""What an extract says of orders' fields, as revisions: new at their natural moment, corrected when taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hotline.calendar import NO_TIME
from hotline.order import ORDER_FIELDS
from store.extracts.extract import Extract, together
from store.loading.births import Births
from store.loading.known_from import KnownFrom
from store.loading.stored import Stored, codes_of
from store.tables import ORDER_TIMES

#: A revision says which order, of which moment, whether it brings its own time, and its fields.
_KEYS = ("code", "natural_at", "is_change")


@dataclass(frozen=True)
class Revisions:
    """Revisions to write (with their order's code), and the codes of orders that they correct."""

    frame: pd.DataFrame
    corrected: np.ndarray


def assertions(
    extract: Extract, stored: Stored, births: Births, known: KnownFrom, fields: Sequence[str]
) -> pd.DataFrame:
    """One row per order and moment with what is said of its fields; a birth row for every new order."""
    parts = [_birth_rows(births, stored)]
    for stated in extract.orders:
        codes = codes_of(stored.ids, stated.frame)
        for moment in dict.fromkeys(stated.known_from.values()):
            columns = [name for name, word in stated.known_from.items() if word == moment]
            part = stated.frame[columns].assign(
                code=codes, natural_at=known.times(moment)[codes], is_change=False
            )
            if "received_at" in columns:
                part["received_at"] = np.where(
                    part["received_at"] == NO_TIME, NO_TIME, births.received_at[codes]
                )
            parts.append(_saying_something(part, columns))
    if len(extract.changes):
        columns = [name for name in ORDER_FIELDS if name in extract.changes]
        codes = codes_of(stored.ids, extract.changes)
        changes = extract.changes[[*columns, "natural_at"]].assign(code=codes, is_change=True)
        changes["natural_at"] = np.maximum(changes["natural_at"], births.known_at[codes])
        parts.append(_saying_something(changes, columns))
    whole = together(parts).reindex(columns=[*_KEYS, *fields])
    for name in ORDER_TIMES:
        whole[name] = whole[name].fillna(NO_TIME).astype("int64")
    return _one_a_moment(whole.sort_values(["code", "natural_at"], kind="stable", ignore_index=True))


def compare(said: pd.DataFrame, stored: Stored, fields: Sequence[str], taken_at: int) -> Revisions:
    """The revisions that what was said brings, beside what is stored.

    A field that was empty is known from its natural moment; one that differs is a correction, known when
    the extract was taken. A correction of what a later fact has replaced changes nothing and is left out,
    and so is what an extract says that is older than the correction stored.
    """
    is_old = stored.is_known[said["code"].to_numpy()]
    fresh = said[~is_old]
    old = said[is_old].reset_index(drop=True)
    if not len(old):
        return Revisions(_as_known(fresh, fresh["natural_at"]), np.zeros(0, dtype=np.int64))
    accepted, corrections = {}, {}
    for name in fields:
        accepted[name], corrections[name] = _decide(old, stored.revisions, name, taken_at)
    parts = [
        _as_known(fresh, fresh["natural_at"]),
        _picked(old, accepted, old["natural_at"]),
        _picked(old, corrections, np.maximum(old["natural_at"], taken_at)),
    ]
    return Revisions(together(parts), parts[2]["code"].unique())


def numbered(revisions: pd.DataFrame, stored: Stored) -> pd.DataFrame:
    """The revisions in each order's sequence, continuing what is stored."""
    revisions = revisions.sort_values(["code", "known_at", "natural_at"], kind="stable", ignore_index=True)
    following = np.zeros(len(stored.ids), dtype=np.int64)
    highest = stored.revisions.groupby("code")["number"].max()
    following[highest.index.to_numpy(dtype=int)] = highest.to_numpy(dtype=np.int64) + 1
    place = revisions.groupby("code").cumcount().to_numpy()
    return revisions.assign(number=place + following[revisions["code"].to_numpy()])


def is_given(column: "pd.Series[Any]") -> np.ndarray:
    """Where a column says something."""
    if column.dtype == "int64":
        return (column != NO_TIME).to_numpy()
    return column.notna().to_numpy()


def _birth_rows(births: Births, stored: Stored) -> pd.DataFrame:
    """The receipt of every new order, and of those whose first event turns out to be earlier."""
    is_born = births.is_stated & ~stored.is_known & (births.received_at != NO_TIME)
    codes = np.flatnonzero(is_born | births.is_earlier)
    return pd.DataFrame(
        {
            "code": codes,
            "natural_at": births.known_at[codes],
            "is_change": False,
            "received_at": births.received_at[codes],
        }
    )


def _saying_something(part: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    return part[np.logical_or.reduce([is_given(part[name]) for name in columns])]


def _one_a_moment(said: pd.DataFrame) -> pd.DataFrame:
    """Rows of the same order and moment as one; of two values of a field the later row's counts."""
    keys = ["code", "natural_at"]
    is_double = said.duplicated(keys, keep=False)
    if not is_double.any():
        return said
    double = said[is_double]
    gaps = double.assign(**{name: double[name].where(double[name] != NO_TIME) for name in ORDER_TIMES})
    merged = gaps.groupby(keys, sort=False, as_index=False).last()
    merged = merged.assign(**{name: merged[name].fillna(NO_TIME).astype("int64") for name in ORDER_TIMES})
    whole = together([said[~is_double], merged[said.columns]])
    return whole.sort_values(keys, kind="stable", ignore_index=True)


def _as_known(rows: pd.DataFrame, known_at: "pd.Series[int]") -> pd.DataFrame:
    return rows.drop(columns="is_change").assign(known_at=known_at)


def _picked(
    rows: pd.DataFrame, picks: dict[str, np.ndarray], known_at: "pd.Series[int] | np.ndarray"
) -> pd.DataFrame:
    """The rows with only the picked values of each field; rows without any are left out."""
    picked = _as_known(rows, pd.Series(known_at, index=rows.index))
    for name, mask in picks.items():
        nothing = NO_TIME if picked[name].dtype == "int64" else np.nan
        picked[name] = picked[name].where(mask, nothing)
    return picked[np.logical_or.reduce(list(picks.values()))]


def _decide(
    said: pd.DataFrame, revisions: pd.DataFrame, name: str, taken_at: int
) -> tuple[np.ndarray, np.ndarray]:
    """For one field: which rows say something new, and which correct what is stored."""
    new, corrects = np.zeros(len(said), dtype=bool), np.zeros(len(said), dtype=bool)
    given = np.flatnonzero(is_given(said[name]))
    if not len(given):
        return new, corrects
    there = revisions[is_given(revisions[name])]
    history = _history(said.iloc[given], there, name)
    stored_place = np.maximum.accumulate(np.where(history["is_stored"], np.arange(len(history)), -1))
    code, natural = history["code"].to_numpy(), history["natural_at"].to_numpy()
    value, known = history["value"].to_numpy(), history["known_at"].to_numpy()
    has_before = (stored_place >= 0) & (code[stored_place] == code)
    is_same = has_before & (value[stored_place] == value)
    is_exact = has_before & (natural[stored_place] == natural)
    last_natural = pd.Series(natural).groupby(code).transform("max").to_numpy()
    is_replaced = last_natural > natural
    is_newer = (known[stored_place] > natural[stored_place]) & (known[stored_place] >= taken_at)
    brings_time = history["is_change"].to_numpy(dtype=bool) & ~is_exact
    rows = history["row"].to_numpy()
    is_said = ~history["is_stored"].to_numpy(dtype=bool)
    new[rows[is_said & (~has_before | (~is_same & brings_time))]] = True
    is_correction = has_before & ~is_same & ~brings_time & ~is_replaced & ~is_newer
    corrects[rows[is_said & is_correction]] = True
    return new, corrects


def _history(said: pd.DataFrame, there: pd.DataFrame, name: str) -> pd.DataFrame:
    """Stored and said values of a field in each order's sequence, values as comparable numbers."""
    both = pd.concat([there[name], said[name]], ignore_index=True)
    value = both.to_numpy() if both.dtype.kind in "if" else pd.factorize(both)[0]
    history = pd.DataFrame(
        {
            "code": np.concatenate([there["code"], said["code"]]),
            "natural_at": np.concatenate([there["natural_at"], said["natural_at"]]),
            "known_at": np.concatenate([there["known_at"], np.full(len(said), NO_TIME)]),
            "is_change": np.concatenate([np.zeros(len(there), dtype=bool), said["is_change"]]),
            "is_stored": np.concatenate([np.ones(len(there), dtype=bool), np.zeros(len(said), dtype=bool)]),
            "row": np.concatenate([np.full(len(there), -1), said.index.to_numpy()]),
            "value": value,
        }
    )
    order = np.lexsort((history["known_at"], ~history["is_stored"], history["natural_at"], history["code"]))
    return history.iloc[order]
