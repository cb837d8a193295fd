"""The lines to put into a description, for each thing found."""

from hotline.leaks import FindingKind
from models.audit.findings import acknowledgement
from models.audit.material import Column


def column_remedy(kind: FindingKind, column: Column) -> str:
    """How to keep a column from training; a column that is not declared must stay so."""
    if not column.is_declared:
        return f'never map "{column.name}"'
    return f"{_without(column)}\nor, if it is known to be honest:\n{acknowledgement(kind, column.name)}"


def event_remedy(kind: FindingKind, name: str) -> str:
    """How to keep a type of event from training."""
    return (
        f'give the callbacks their own time (at = "…" in [[files.callbacks]]), or leave "{name}" out of the '
        f"events file\nor, if it is known to be honest:\n{acknowledgement(kind, name)}"
    )


def _without(column: Column) -> str:
    what, _, name = column.field.partition(" ")
    if what == "attribute":
        return f'remove the [[files.attributes]] whose column is "{column.name}"'
    return f'remove {name} = "{column.name}" from [files.{what}]'
