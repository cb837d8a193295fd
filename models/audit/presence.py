"""Columns that are filled where a rating came, and hardly elsewhere: written with or after it."""

from collections.abc import Iterator

import numpy as np

from hotline.leaks import FindingKind, Severity
from models.audit.findings import Finding
from models.audit.labels import can_be_rated
from models.audit.material import Column, Material
from models.audit.remedies import column_remedy
from models.audit.separation import Group, coded, enough, telling_groups

#: So many calls without a rating, and those who were not called need not be asked.
_LEAST_UNANSWERED = 30
#: A word, rather than emptiness, must go with so much of all ratings to be more than a keen group.
_HALF = 0.5


def only_where_rated(material: Material) -> Iterator[Finding]:
    """Columns of orders whose being filled, or whose word, says that a rating came."""
    is_rated = ~np.isnan(material.is_bad)
    called = material.orders["is_called"].to_numpy(dtype=bool)
    by_calls = (called & ~is_rated).sum() >= _LEAST_UNANSWERED
    orders = np.flatnonzero(called if by_calls else can_be_rated(material))
    truth = is_rated[orders].astype(float)
    if not enough(truth):
        return
    for column in material.columns:
        if column.is_of_event:
            continue
        group = _rated_group(column, material.time("label_at"), orders, truth)
        if group is None:
            continue
        yield Finding(
            FindingKind.ONLY_WHERE_RATED,
            column.name,
            Severity.SEVERE if column.is_declared else Severity.NOTE,
            "it is filled where a rating came and not elsewhere, so it was written with or after the rating, and "
            "tells of orders still in hand that they were rated",
            column_remedy(FindingKind.ONLY_WHERE_RATED, column),
            {
                "orders": group.n,
                "rated_share": round(group.share, 4),
                "of_all_rated": round(group.given_away, 3),
                "rated_share_of_all": round(float(truth.mean()), 3),
            },
        )


def _rated_group(column: Column, label_at: np.ndarray, orders: np.ndarray, truth: np.ndarray) -> Group | None:
    """The largest group, of those filled or of those with one word, in which nearly all were rated."""
    row = column.rows_by(label_at)[orders]
    is_filled = row >= 0
    groups = [g for g in telling_groups(is_filled.astype(int), truth) if g.code == 1]
    if column.times is None and column.numbers is None:
        words = column.words[row]
        words[~is_filled] = None
        groups += [g for g in telling_groups(coded(words), truth) if g.code >= 0 and g.given_away >= _HALF]
    return max((g for g in groups if g.share > 0.5), key=lambda group: group.given_away, default=None)
