"""What stands twice in an extract: whole rows, and orders under two ids."""

from collections.abc import Iterator

from hotline.leaks import FindingKind, Severity
from models.audit.findings import Finding
from models.audit.material import Material

#: Rows that coincide now and then are no habit; a twentieth of all is an export gone wrong.
_FEW, _MANY = 0.001, 0.05
#: Nor are so few, however short the list in which they stand.
_LEAST = 30


def duplicates(material: Material) -> Iterator[Finding]:
    """Files with rows that stand twice, and orders that stand under another id."""
    for file, (again, rows) in material.repeated.items():
        if again <= _FEW * rows:
            continue
        yield Finding(
            FindingKind.DUPLICATES,
            file,
            Severity.WARNING,
            "two rows that say the same of an event are two events, and counts double; of an order or a callback "
            "the second is left out",
            'export each row once, or give events their number: id = "…" under [files.event]',
            {"rows": rows, "repeated": again, "share": round(again / rows, 4)},
        )
    if material.twins > _FEW * material.read:
        share = material.twins / material.read
        yield Finding(
            FindingKind.DUPLICATES,
            "order_id",
            Severity.SEVERE if share >= _MANY and material.twins >= _LEAST else Severity.WARNING,
            "the same order under two ids is learnt from twice and judged twice, and what became of one tells what "
            "becomes of the other",
            "keep one row of each order before ingesting",
            {"orders": material.read, "under_another_id": material.twins, "share": round(share, 4)},
        )
