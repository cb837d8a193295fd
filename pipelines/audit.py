"""What an extract would teach that nobody could know: `qingling audit DESCRIPTION.toml`."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from desk.kept_findings import reasons_of
from desk.survey import Survey
from models.audit.audit import audit
from models.audit.findings import Finding
from models.audit.material import Material
from pipelines.printing import console
from store.extracts.description import Description
from store.extracts.description_file import read_description
from store.extracts.extract import read_extract
from store.extracts.rejects import Rejects
from store.extracts.times import parse_moment


def audit_extract(description: Path, against: Path | None = None) -> tuple[Finding, ...]:
    """The findings in an extract, and what changed since the extract `against`; the store is not touched.

    DescriptionError if one of them cannot be read.
    """
    described = read_description(description)
    earlier = material_of(read_description(against)) if against else None
    return audit(material_of(described), reasons_of(described), earlier)


def material_of(described: Description) -> Material:
    """An extract laid out for its audit; callers are compared as they stand, and shown nowhere."""
    taken_at = parse_moment(described.taken_at or datetime.now(UTC).isoformat(), described.zone, "taken_at")
    survey = Survey(described)
    extract = read_extract(described, taken_at, Rejects(), str, seen=survey.see)
    return survey.material(extract, taken_at)


def run(description: Path, as_json: bool, against: Path | None = None) -> int:
    """Audit and print; the exit code is 1 if something severe is not acknowledged."""
    findings = audit_extract(description, against)
    if as_json:
        print(json.dumps({"findings": [f.to_json() for f in findings]}, ensure_ascii=False))
    else:
        _print(findings)
    return int(any(finding.stops_training for finding in findings))


def _print(findings: Sequence[Finding]) -> None:
    out = console()
    for f in findings:
        figures = ", ".join(f"{name} {value}" for name, value in f.evidence.items())
        mark = f" (acknowledged: {f.acknowledged})" if f.acknowledged else ""
        out.print(f"{f.severity.value.upper()}  {f.kind.value}  {f.column}{mark}", soft_wrap=True)
        out.print(f"  {figures}\n  {f.why}", soft_wrap=True)
        out.print("\n".join(f"    {line}" for line in f.remedy.splitlines()), soft_wrap=True)
    stopping = sum(f.stops_training for f in findings)
    out.print(f"{len(findings)} findings, {stopping} of them stop training")
