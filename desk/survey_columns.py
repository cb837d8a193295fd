"""What a description makes of each column of a file, as the audit has to know it."""

from collections.abc import Iterator
from dataclasses import dataclass

from hotline.order import AttributeOf
from store.extracts.description import FROM_CLOSED, Description
from store.extracts.reading import Sheet

#: Fields that only place a row in time, or tie it to another.
_PLACING = {"id", "type", "at", "known_at", "retracts", "received_at"}


@dataclass(frozen=True)
class Use:
    """One use of a column: `field` is "" where the description does not name it.

    `rows` says whose time a row has where `known_from` does not ("event", "change", "" for none);
    `moment` is the column of the moment that it belongs to.
    """

    column: str
    field: str = ""
    known_from: str = ""
    rows: str = ""
    moment: str = ""
    takes_first: bool = False


def uses_of(sheet: Sheet, described: Description) -> Iterator[Use]:
    """Every use of a column that training would see, and every column that is not declared."""
    spec = sheet.spec
    rows = "event" if spec.event is not None else ""
    for column in sheet.ignored:
        yield Use(column, rows=rows)
    if spec.order is not None:
        for name, cell in spec.order.fields.items():
            if cell.column and name not in _PLACING:
                yield Use(cell.column, f"order {name}", cell.known_from or FROM_CLOSED, takes_first=True)
    for attribute in spec.attributes:
        of_order = attribute.attribute.of is AttributeOf.ORDER
        known_from = attribute.known_from if of_order else ""
        field = f"attribute {attribute.attribute.name}"
        yield Use(attribute.column, field, known_from, "" if of_order else rows, takes_first=of_order)
    for name, cell in (spec.event.fields if spec.event is not None else {}).items():
        if cell.column and name not in _PLACING:
            yield Use(cell.column, f"event {name}", rows="event")
    for name, cell in (spec.change.fields if spec.change is not None else {}).items():
        if cell.column and name not in _PLACING:
            yield Use(cell.column, f"change {name}", rows="change")
    for moment in spec.moments:
        for name, cell in moment.fields.items():
            if cell.column and name not in _PLACING:
                at = moment.fields["at"].column or ""
                yield Use(cell.column, f"moments {name}", rows="event", moment=at)
