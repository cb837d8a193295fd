"""What the audits of a data set's extracts found, kept beside it: `<home>/audits/<dataset>.json`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from hotline.errors import QinglingError
from hotline.leaks import Severity
from hotline.whole_files import write_whole
from models.audit.findings import Finding, acknowledged
from store.extracts.description import Description

_MOST_NAMED = 5


def keep_findings(
    home: Path,
    dataset: str,
    findings: Iterable[Finding],
    reasons: Mapping[tuple[str, str], str],
    is_new: bool,
) -> None:
    """Write the findings of the extract just loaded, and those of earlier ones that still stop training.

    What was loaded stays loaded, so mending a description does not mend its data set; a data set that is
    new (`is_new`) has no past.
    """
    by_key = {(f.kind, f.column): f for f in findings}
    for before in () if is_new else kept_findings(home, dataset):
        now = by_key.get((before.kind, before.column))
        if before.stops_training and (now is None or now.severity is not Severity.SEVERE):
            by_key[before.kind, before.column] = before
    path = _path(home, dataset)
    content = {"dataset": dataset, "findings": [f.to_json() for f in acknowledged(by_key.values(), reasons)]}
    write_whole(path, json.dumps(content, ensure_ascii=False, indent=1))


def kept_findings(home: Path, dataset: str) -> tuple[Finding, ...]:
    """What was found in the data set's extracts; nothing if none was ever audited."""
    path = _path(home, dataset)
    if not path.is_file():
        return ()
    return tuple(map(Finding.from_json, json.loads(path.read_text("utf-8"))["findings"]))


def reasons_of(described: Description) -> dict[tuple[str, str], str]:
    """What the description acknowledges, and why."""
    return {(a.kind, a.column): a.reason for a in described.acknowledged}


def refuse_leaks(home: Path, dataset: str) -> None:
    """QinglingError if something severe was found in the data set and nobody acknowledged it."""
    stopping = [f for f in kept_findings(home, dataset) if f.stops_training]
    if stopping:
        raise QinglingError(_refusal(dataset, stopping))


def _refusal(dataset: str, stopping: Sequence[Finding]) -> str:
    named = ", ".join(f"{f.column or 'the extract'} ({f.kind.value})" for f in stopping[:_MOST_NAMED])
    more = f" and {len(stopping) - _MOST_NAMED} more" if len(stopping) > _MOST_NAMED else ""
    return (
        f"the audit of {dataset!r} found what gives the rating away: {named}{more}. `qingling audit "
        'DESCRIPTION.toml` says what to write; then give the description a new dataset = "…" and ingest it '
        "(what was loaded stays loaded), or acknowledge the finding with its reason and ingest again"
    )


def _path(home: Path, dataset: str) -> Path:
    return home / "audits" / f"{dataset}.json"
