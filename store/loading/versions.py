"""Rows with an identity beside their stored versions: new, filled in, corrected or the same."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from store.identity import VERSION_MARK
from store.loading.revisions import is_given


@dataclass(frozen=True)
class Comparison:
    """What was said, row by row, and how it stands to what is stored.

    `before` are the stored heads aligned with `said` (missing where a row is new); `whole` is what was said
    with what it leaves open taken from before.
    """

    said: pd.DataFrame
    before: pd.DataFrame
    whole: pd.DataFrame
    is_new: np.ndarray
    is_filled: np.ndarray
    is_changed: np.ndarray
    version: np.ndarray


def compare_versions(
    said: pd.DataFrame, stored: pd.DataFrame, key: str, content: Sequence[str]
) -> Comparison:
    """Compare rows by (code, key) over the columns of `content`; what a row leaves open does not differ."""
    said = said.reset_index(drop=True)
    heads = _heads(stored, key)
    places = _places(said, heads, key)
    is_new = places < 0
    before = heads.iloc[np.where(is_new, 0, places)].reset_index(drop=True) if len(heads) else said.iloc[:0]
    filled, changed = np.zeros(len(said), dtype=bool), np.zeros(len(said), dtype=bool)
    whole = said.copy()
    if len(heads):
        for name in content:
            gives, had = is_given(said[name]), is_given(before[name]) & ~is_new
            filled |= gives & ~had & ~is_new
            changed |= gives & had & (said[name] != before[name]).to_numpy(dtype=bool)
            whole[name] = said[name].where(gives | is_new, before[name])
    version = (
        before["version"].to_numpy(dtype=np.int64) if len(heads) else np.zeros(len(said), dtype=np.int64)
    )
    return Comparison(said, before, whole, is_new, filled & ~changed, changed, version)


def versioned(ids: "pd.Series[str]", versions: np.ndarray, ending: str = "") -> "pd.Series[str]":
    """The ids of these versions."""
    names = [f"{name}{VERSION_MARK}{version}{ending}" for name, version in zip(ids, versions, strict=True)]
    return pd.Series(names, index=ids.index, dtype="str")


def _heads(stored: pd.DataFrame, key: str) -> pd.DataFrame:
    """The newest version of each stored row, under its first id; retractions left out."""
    slots, versions = stored[key], np.zeros(len(stored), dtype=np.int64)
    is_versioned = slots.str.contains(VERSION_MARK, regex=False).to_numpy(dtype=bool)
    if not is_versioned.any():
        return stored.assign(slot=slots, version=versions)
    parts = slots.str.split(VERSION_MARK, n=1, expand=True)
    is_retraction = is_versioned & parts[1].str.endswith("r").to_numpy(dtype=bool, na_value=False)
    versions = pd.to_numeric(parts[1].where(~is_retraction)).fillna(0).to_numpy(dtype=np.int64)
    heads = stored.assign(slot=parts[0], version=versions)[~is_retraction]
    return heads.sort_values("version", kind="stable").drop_duplicates(["code", "slot"], keep="last")


def _places(said: pd.DataFrame, heads: pd.DataFrame, key: str) -> np.ndarray:
    """Where each row's head stands among the heads; -1 without one."""
    if not len(heads):
        return np.full(len(said), -1, dtype=np.int64)
    codes, _ = pd.factorize(pd.concat([heads["slot"], said[key]], ignore_index=True))
    length = int(codes.max()) + 1
    stored_keys = heads["code"].to_numpy(dtype=np.int64) * length + codes[: len(heads)]
    said_keys = said["code"].to_numpy(dtype=np.int64) * length + codes[len(heads) :]
    return pd.Index(stored_keys).get_indexer(pd.Index(said_keys)).astype(np.int64)
