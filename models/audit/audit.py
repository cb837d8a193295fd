"""Every check of the audit, one after the other."""

from collections.abc import Mapping

from models.audit.findings import Finding, acknowledged
from models.audit.material import Material
from models.audit.telling import telling_columns, telling_events

_CHECKS = (telling_columns, telling_events)


def audit(material: Material, reasons: Mapping[tuple[str, str], str]) -> tuple[Finding, ...]:
    """All findings, the gravest first; `reasons` acknowledges by (kind, column)."""
    return acknowledged((finding for check in _CHECKS for finding in check(material)), reasons)
