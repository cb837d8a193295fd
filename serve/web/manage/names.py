"""Names of streets, companies, communities and managers as they are offered for a scope, and typed into it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from hotline.scope import PARTS, PARTS_ZH
from store.database import Store
from store.whereabouts import names_in_use

_BETWEEN = re.compile(r"[、，,；;\n]+")


def names_offered(store: Store) -> dict[str, Any]:
    """What the form of a scope shows: its parts, and the names that the orders have of each."""
    known = names_in_use(store.engine)
    return {"parts_zh": PARTS_ZH, "known": {part: known[field] for part, field in PARTS.items()}}


def names_typed(form: Mapping[str, str]) -> dict[str, list[str]]:
    """The names of each part of a scope; several stand with a mark between them."""
    return {
        part: [name for word in _BETWEEN.split(form.get(part, "")) if (name := word.strip())]
        for part in PARTS
    }


def unknown_names(store: Store, named: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Those of the names that no order has: they may be new, or mistyped."""
    known = names_in_use(store.engine)
    return tuple(
        name for part, field in PARTS.items() for name in named.get(part, ()) if name not in known[field]
    )
