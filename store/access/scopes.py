"""A scope as the text that a row keeps."""

import json
from typing import Any

from hotline.scope import PARTS, Scope


def packed(scope: Scope) -> str:
    """The scope as JSON, its names sorted."""
    parts = {part: sorted(getattr(scope, part)) for part in PARTS}
    return json.dumps(
        {**parts, "is_urgent_only": scope.is_urgent_only, "is_whole": scope.is_whole}, ensure_ascii=False
    )


def unpacked(text: str) -> Scope:
    """The scope that the text says; a part that it does not know of is an error, never a wider scope."""
    told: dict[str, Any] = json.loads(text)
    told |= {part: frozenset(told[part]) for part in PARTS}
    return Scope(**told)
