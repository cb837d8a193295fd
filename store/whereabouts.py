"""Whose orders are now: street, company, community and manager as last known, handovers included."""

from collections.abc import Sequence

from sqlalchemy import Engine, bindparam, select

from hotline.scope import PARTS, Whereabouts
from store.connection import reading
from store.frames import IDS_A_QUESTION
from store.tables import order_revisions as _revisions

_FIELDS = Whereabouts._fields
_QUESTION = (
    select(_revisions.c.order_id, *(_revisions.c[name] for name in _FIELDS))
    .where(_revisions.c.order_id.in_(bindparam("ids", expanding=True)))
    .order_by(_revisions.c.order_id, _revisions.c.known_at, _revisions.c.number)
)


def whereabouts(engine: Engine, order_ids: Sequence[str]) -> dict[str, Whereabouts]:
    """Each order's own, by id; orders that are not there are left out."""
    found: dict[str, Whereabouts] = {}
    with reading(engine) as connection:
        for start in range(0, len(order_ids), IDS_A_QUESTION):
            asked = {"ids": list(order_ids[start : start + IDS_A_QUESTION])}
            for order_id, *said in connection.execute(_QUESTION, asked):
                before = found.get(order_id)
                found[order_id] = _with(before, said) if before else Whereabouts(*said)
    return found


def names_in_use(engine: Engine) -> dict[str, list[str]]:
    """Every street, company, community and manager that an order has ever named, sorted, by field."""
    told = _named(engine)
    return {
        field: sorted({name for name in names if name})
        for field, names in zip(PARTS.values(), zip(*told, strict=True) if told else [()] * 4, strict=True)
    }


def firms_of_managers(engine: Engine) -> dict[str, frozenset[str]]:
    """Every manager whom an order has ever named, with the companies named beside them."""
    firms: dict[str, set[str]] = {}
    for _, company, _, manager in _named(engine):
        if manager:
            firms.setdefault(manager, set()).update([company] if company else [])
    return {manager: frozenset(companies) for manager, companies in firms.items()}


def _named(engine: Engine) -> list[tuple[str | None, ...]]:
    """What orders have named together: street, company, community and manager."""
    together = select(*(_revisions.c[field] for field in PARTS.values())).distinct()
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(together)]


def _with(before: Whereabouts, said: Sequence[str | None]) -> Whereabouts:
    return Whereabouts(*(old if new is None else new for old, new in zip(before, said, strict=True)))
