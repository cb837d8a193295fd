"""A finding of the audit: what it is about, its evidence, why it matters and what to write."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hotline.leaks import FindingKind, Severity

Figure = float | int | str

_GRAVEST_FIRST = list(Severity)


@dataclass(frozen=True)
class Finding:
    """One thing found; `column` is a column's header, an event's type, a file, or "".

    `remedy` is the line for the description. `acknowledged` is the reason that the description gives.
    """

    kind: FindingKind
    column: str
    severity: Severity
    why: str
    remedy: str
    evidence: Mapping[str, Figure] = field(default_factory=dict)
    acknowledged: str | None = None

    @property
    def stops_training(self) -> bool:
        """Whether nothing may be learnt before it is mended or acknowledged."""
        return self.severity is Severity.SEVERE and self.acknowledged is None

    def to_json(self) -> dict[str, Any]:
        """As one object."""
        return {
            "kind": self.kind.value,
            "column": self.column,
            "evidence": dict(self.evidence),
            "severity": self.severity.value,
            "why": self.why,
            "remedy": self.remedy,
            "acknowledged": self.acknowledged,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Finding":
        """The finding that was stored."""
        return cls(
            **{**stored, "kind": FindingKind(stored["kind"]), "severity": Severity(stored["severity"])}
        )


def acknowledged(findings: Iterable[Finding], reasons: Mapping[tuple[str, str], str]) -> tuple[Finding, ...]:
    """The findings, the gravest first, with the reason that is given for their kind and column."""
    marked = [replace(f, acknowledged=reasons.get((f.kind.value, f.column))) for f in findings]
    return tuple(sorted(marked, key=lambda f: (_GRAVEST_FIRST.index(f.severity), f.kind, f.column)))


def acknowledgement(kind: FindingKind, column: str) -> str:
    """What to write if the finding is known and harmless."""
    return f'[[acknowledged]]\nkind = "{kind.value}"\ncolumn = "{column}"\nreason = "…"'
