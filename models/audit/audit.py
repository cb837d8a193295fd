"""Every check of the audit, one after the other."""

from collections.abc import Mapping

from hotline.leaks import Severity
from models.audit.aggregates import computed_from_ratings
from models.audit.changes import changed_since
from models.audit.describing import describes_end
from models.audit.findings import Finding, acknowledged
from models.audit.labels import immature_labels, never_rated
from models.audit.material import Material
from models.audit.presence import only_where_rated
from models.audit.repeats import duplicates
from models.audit.scale import ratings_refused
from models.audit.silence import silent_as_worst
from models.audit.telling_columns import telling_columns
from models.audit.telling_events import telling_events
from models.audit.timing import (
    after_callback,
    entered_late,
    hidden_order,
    in_callback_file,
    untimed_callbacks,
)

#: What a column that is known to tell the rating need not be told of as well.
_IF_NOTHING_WORSE = (describes_end, only_where_rated, in_callback_file, after_callback, computed_from_ratings)
_ALWAYS = (
    telling_events,
    entered_late,
    untimed_callbacks,
    silent_as_worst,
    ratings_refused,
    immature_labels,
    never_rated,
    duplicates,
    hidden_order,
)


def audit(
    material: Material, reasons: Mapping[tuple[str, str], str], earlier: Material | None = None
) -> tuple[Finding, ...]:
    """All findings, the gravest first; `reasons` acknowledges by (kind, column).

    With the `earlier` state of the same orders, also what has changed since.
    """
    findings = list(telling_columns(material))
    told = {finding.column for finding in findings if finding.severity is not Severity.WARNING}
    for check in _IF_NOTHING_WORSE:
        more = [finding for finding in check(material) if finding.column not in told]
        findings += more
        told |= {finding.column for finding in more}
    for check in _ALWAYS:
        findings += check(material)
    if earlier is not None:
        findings += changed_since(earlier, material)
    return acknowledged(findings, reasons)
