"""Orders that stand under two ids, told from orders that share their hours by chance.

Two orders that agree in something rare are hardly two. What each agreement is worth is the negative logarithm
of how common the word is (Fellegi and Sunter's way of linking records); it must outweigh how many pairs of
orders there are, any of which might agree by chance.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from desk.survey_rows import everything
from store.extracts.reading import Sheet

#: So many events, the receipt being one, are a course.
_COURSE = 3
#: Expected pairs by chance among those told as twins.
_BY_CHANCE = np.log(0.01)
#: Of twins, how often a word differs all the same, because one of the two was corrected.
_CORRECTED = np.log(0.1)
#: Words of which so many are different name their order; others may follow from one another, as the company
#: does from the community, and then count once.
_NAMES, _FOLLOWS = 0.25, 1.02
_PLACING = {"received_at", "at", "known_at", "due_at", "promised_at", "id", "retracts"}
_TIME = r"\d{4}[-/.年]\d{1,2}[-/.月]\d"


def twins_in_list(sheet: Sheet) -> set[str]:
    """Ids of orders that a list of orders holds under another id already.

    The same caller, text and time of receipt; where a file has no such three, all columns but the id, if that
    is more than chance makes of such words. Files without times of receipt or texts are left alone.
    """
    spec = sheet.spec
    if spec.order is None or spec.event is not None:
        return set()
    named = {name: cell.column for name, cell in spec.order.fields.items() if cell.column}
    key = [named[name] for name in ("received_at", "caller", "text") if name in named]
    if "received_at" not in named and "text" not in named:
        return set()
    cells = sheet.cells if len(key) == 3 else everything(sheet)
    has_three = len(key) == 3
    key = key if has_three else [name for name in cells.columns if name != spec.order_id]
    is_whole = cells[key].notna().all(axis=1) if has_three else cells[key[0]].notna()
    again = cells[key].duplicated() & is_whole & ~cells[spec.order_id].duplicated()
    if again.any() and not has_three:
        codes = _independent([pd.factorize(cells[name])[0] for name in key])
        again &= _worth(codes).sum(axis=0) > _pairs(len(cells)) - _BY_CHANCE
    return set(cells.loc[again, spec.order_id].dropna())


def twins_by_course(events: pd.DataFrame, sheets: Sequence[Sheet], ids: pd.Index) -> set[str]:
    """Ids of orders that were received, and whose events fell, at the very instants of an earlier order's.

    `events`: order_id, type, happened_at, and is_day where that has no time of day; receipts among them.

    Days and hours are shared by many: the two must agree in their words as well, or in instants so fine that
    no two orders share them.
    """
    order = ids.get_indexer(pd.Index(events["order_id"]))
    course = _courses(events, order, len(ids))
    alike = np.flatnonzero(pd.Series(course).duplicated(keep=False) & (course != 0))
    if not len(alike):
        return set()
    codes = _independent(_words(sheets, ids))
    first, second = _candidates(course, codes, alike)
    is_said = (codes[:, first] >= 0) & (codes[:, second] >= 0)
    agrees = np.where(codes[:, first] == codes[:, second], _worth(codes)[:, second], _CORRECTED)
    in_words = np.where(is_said, agrees, 0.0).sum(axis=0)
    in_times = _worth_of_times(events, order, len(ids))[second]
    sharing = np.unique(course[alike], return_counts=True)[1]
    by_words = in_words > np.log((sharing * (sharing - 1) / 2).sum()) - _BY_CHANCE
    by_times = in_words + in_times > _pairs(len(ids)) - _BY_CHANCE
    return set(ids[np.unique(second[by_words | by_times])].astype(str))


def _courses(events: pd.DataFrame, order: np.ndarray, orders: int) -> np.ndarray:
    """By order, a number for what happened when; 0 for those with few events."""
    hashed = pd.util.hash_pandas_object(events[["type", "happened_at"]], index=False).to_numpy()
    course = np.zeros(orders, dtype=np.uint64)
    np.add.at(course, order, hashed)
    course[np.bincount(order, minlength=orders) < _COURSE] = 0
    return course


def _words(sheets: Sequence[Sheet], ids: pd.Index) -> list[np.ndarray]:
    """A code for what each declared column of each file first says of each order, but times; −1 for nothing.

    What is not declared is left out: much of it is computed from the times, and agrees where they do.
    """
    found = []
    for sheet in sheets:
        cells, spec = sheet.cells, sheet.spec
        rows = [mapping for mapping in (spec.order, spec.event, spec.change) if mapping is not None]
        fields = [item for m in (*rows, *spec.moments, *spec.callbacks) for item in m.fields.items()]
        placing = {cell.column for name, cell in fields if name in _PLACING} | {spec.order_id}
        order = ids.get_indexer(pd.Index(cells[spec.order_id]))
        for name in cells.columns:
            said = np.flatnonzero(cells[name].notna().to_numpy() & (order >= 0))[::-1]
            words = cells[name].iloc[said]
            if name in placing or not len(said) or words.iloc[:20].str.match(_TIME).mean() > 0.5:
                continue
            codes = np.full(len(ids), -1)
            codes[order[said]] = pd.factorize(words)[0]
            found.append(codes)
    return found


def _independent(columns: list[np.ndarray]) -> np.ndarray:
    """The columns without those that follow from another one, as a table of codes, a row each."""
    kept: list[tuple[np.ndarray, int]] = []
    for codes in sorted(columns, key=lambda codes: -int(codes.max())):
        things = int(codes.max()) + 1
        names_orders = things > _NAMES * len(codes)
        follows = any(
            len(np.unique(other * things + codes)) <= _FOLLOWS * count
            for other, count in kept
            if not names_orders and count <= _NAMES * len(codes)
        )
        if not follows:
            kept.append((codes, len(np.unique(codes))))
    return np.array([codes for codes, _ in kept]).reshape(len(kept), -1)


def _worth(codes: np.ndarray) -> np.ndarray:
    """What it is worth to agree in each word: minus the logarithm of how common it is."""
    worth = np.zeros(codes.shape)
    for column, said in zip(worth, codes, strict=True):
        is_said = said >= 0
        count = np.bincount(said[is_said])
        column[is_said] = -np.log(count[said[is_said]] / is_said.sum())
    return worth


def _worth_of_times(events: pd.DataFrame, order: np.ndarray, orders: int) -> np.ndarray:
    """What it is worth to agree in all instants: in the first, and in each delay after the one before."""
    by_time = np.lexsort((events["type"].to_numpy(), events["happened_at"].to_numpy(), order))
    order, happened = order[by_time], events["happened_at"].to_numpy()[by_time]
    is_first = np.append(True, order[1:] != order[:-1])
    delay = np.where(is_first, happened, happened - np.append(0, happened[:-1]))
    step = pd.DataFrame({"type": events["type"].to_numpy()[by_time], "is_first": is_first, "delay": delay})
    of_step = step.groupby(["type", "is_first"])["delay"].transform("size")
    alike = step.groupby(["type", "is_first", "delay"])["type"].transform("size")
    worth = -np.log(alike.to_numpy(dtype=float) / of_step.to_numpy(dtype=float))
    is_day = events["is_day"].to_numpy(dtype=bool)[by_time]
    return np.bincount(order, np.where(is_day, 0.0, worth), minlength=orders)


def _candidates(course: np.ndarray, codes: np.ndarray, alike: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of orders of one course: neighbours, and neighbours among those that agree in a word."""
    pairs = []
    for said in (np.zeros(len(course), dtype=int), *codes):
        sequence = alike[np.lexsort((alike, said[alike], course[alike]))]
        first, second = sequence[:-1], sequence[1:]
        is_pair = (course[first] == course[second]) & (said[first] == said[second]) & (said[first] >= 0)
        pairs.append(np.stack([first[is_pair], second[is_pair]]))
    first, second = np.unique(np.concatenate(pairs, axis=1), axis=1)
    return first, second


def _pairs(orders: int) -> float:
    """The logarithm of how many pairs so many orders make."""
    return float(np.log(max(orders * (orders - 1) / 2, 1)))
