"""What is wrong with the ratings themselves: not yet there, or never there."""

from collections.abc import Iterator

import numpy as np

from hotline.calendar import DAY, NO_TIME
from hotline.leaks import FindingKind, Severity
from hotline.masking import mask_personal_numbers
from models.audit.findings import Finding, acknowledgement
from models.audit.material import Column, Material
from models.audit.separation import wilson

#: The share of ratings that have come within the age at which a cohort counts as settled.
_SETTLED = 0.95
#: Recent orders rated less than this times as often as settled ones are not ripe.
_FAR_BELOW = 0.8
_LEAST = 30
#: A group is never rated if chance would leave it so as rarely as this.
_CHANCE = 1e-6
_CATEGORIES = ("source", "kind", "category", "street", "part", "company", "community")
_MOST_NAMED = 5


def settled(material: Material) -> np.ndarray:
    """Which orders (a mask) are closed, and old enough to have a rating if they ever get one."""
    received, closed = material.time("received_at"), material.time("closed_at")
    old_enough = (received != NO_TIME) & (received < _settled_until(material))
    is_closed = closed != NO_TIME
    return old_enough & (is_closed if is_closed.any() else True) & ~material.orders["is_twin"].to_numpy(bool)


def _settled_until(material: Material) -> int:
    """Orders received before this moment have had the time that nearly every rating takes."""
    received, label = (
        material.time("received_at")[material.judged],
        material.time("label_at")[material.judged],
    )
    waits = (label - received)[received != NO_TIME]
    latest = max([*label.tolist(), *material.time("last_at").tolist(), NO_TIME])
    return min(latest, material.taken_at) - int(np.quantile(waits, _SETTLED) if len(waits) else 0)


def immature_labels(material: Material) -> Iterator[Finding]:
    """Orders so new that most of their ratings are still to come."""
    is_rated = ~np.isnan(material.is_bad)
    received, until = material.time("received_at"), _settled_until(material)
    is_new = (received != NO_TIME) & (received >= until)
    is_old = (received != NO_TIME) & ~is_new
    if min(is_new.sum(), is_old.sum()) < _LEAST or not is_rated.any():
        return
    new, old = is_rated[is_new].mean(), is_rated[is_old].mean()
    _, high = wilson(is_rated[is_new].sum(keepdims=True), is_new.sum(keepdims=True))
    if new >= _FAR_BELOW * old or high[0] >= old:
        return
    yield Finding(
        FindingKind.IMMATURE_LABELS,
        "",
        Severity.WARNING,
        "the newest orders with a rating are those that closed fastest; training leaves these orders out",
        "nothing needs to be written; ingest their callbacks when they have come",
        {
            "recent_orders": int(is_new.sum()),
            "recent_rated_share": round(float(new), 3),
            "settled_rated_share": round(float(old), 3),
            "rating_takes_days": round((min(int(received.max()), material.taken_at) - until) / DAY, 1),
        },
    )


def never_rated(material: Material) -> Iterator[Finding]:
    """Values of categories that many orders have and no rated one."""
    for column, words, orders, expected in _never(material):
        named = [mask_personal_numbers(word) for word in words[:_MOST_NAMED]]
        yield Finding(
            FindingKind.NEVER_RATED,
            column.name,
            Severity.WARNING,
            "no rating of such orders can come in: nothing is learnt of them, and their silence is no satisfaction",
            f"nothing needs to be written; to be told no more:\n{acknowledgement(FindingKind.NEVER_RATED, column.name)}",
            {"values": ", ".join(named), "orders": orders, "ratings_expected": round(expected, 1)},
        )


def can_be_rated(material: Material) -> np.ndarray:
    """Which orders (a mask) are settled and in no group that is never rated."""
    able = settled(material)
    for column, words, _, _ in _never(material):
        row = column.rows_by(np.full(len(able), NO_TIME))
        able &= ~((row >= 0) & np.isin(column.words[row], words))
    return able


def _never(material: Material) -> Iterator[tuple[Column, list[str], int, float]]:
    """Columns with the words that are never rated, the orders that have them, and ratings expected."""
    looked_at, is_rated = settled(material), ~np.isnan(material.is_bad)
    if not looked_at.any() or not is_rated.any():
        return
    for column in material.columns:
        if column.field not in {f"order {name}" for name in _CATEGORIES}:
            continue
        row = column.rows_by(np.full(len(looked_at), NO_TIME))
        here = looked_at & (row >= 0)
        words, place, count = np.unique(
            column.words[row[here]].astype(str), return_inverse=True, return_counts=True
        )
        rated = np.bincount(place, is_rated[here], minlength=len(words))
        share = is_rated[here].mean() if here.any() else 0.0
        silent = (rated == 0) & (count >= _LEAST) & ((1 - share) ** count < _CHANCE)
        if silent.any():
            yield column, words[silent].tolist(), int(count[silent].sum()), float(share * count[silent].sum())
