"""The tables of one file in a description: which column is which field of an order, event, callback …"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from hotline.order import ORDER_FIELDS, Attribute, AttributeKind, AttributeOf
from store.extracts import description as d
from store.extracts.description import Cell, DescriptionError, FileSpec
from store.extracts.description_words import lag_of, one_of, refuse_unknown_keys, time_word
from store.frames import COMMUNITY_COLUMNS, EVENT_COLUMNS, ORDER_COLUMNS
from store.tables import COMMUNITY_FACTS

EVENT_FIELDS = (
    "id",
    "type",
    "at",
    "known_at",
    "actor",
    "group",
    "promised_at",
    "verdict",
    "retracts",
    "duty",
    "duty_note",
)
MOMENT_FIELDS = ("at", "known_at", "actor", "group", "promised_at", "verdict")
CALLBACK_FIELDS = (
    "id",
    "by",
    "at",
    "known_at",
    "channel",
    "answered",
    "rating",
    "solved",
    "contact_confirmed",
)
FORECAST_FIELDS = ("at", "rating", "probability", "seen_model")
ORDER_KEYS = (*ORDER_FIELDS, "verdict")
CHANGE_FIELDS = ("at", *(name for name in ORDER_FIELDS if name != "received_at"))
COMMUNITY_FIELDS = ("community", "known_at", *COMMUNITY_FACTS)
_FILE = ("path", "optional", "encoding", "delimiter", "sheet", "header_row", "order_id", "lag")
_FILE_TABLES = ("order", "moments", "event", "callbacks", "forecasts", "change", "community", "attributes")
#: A name becomes a column, a feature and a word in a model's file.
_ATTRIBUTE_NAME = re.compile(r"\w{1,60}")
_TAKEN_NAMES = {
    *ORDER_COLUMNS,
    *EVENT_COLUMNS,
    *COMMUNITY_COLUMNS,
    "natural_at",
    "number",
    "duty",
    "duty_note",
}


def file_of(number: int, table: Mapping[str, Any]) -> FileSpec:
    """The file that the n-th [[files]] table describes."""
    if "path" not in table:
        raise DescriptionError(f'file {number} has no `path`; add path = "…"')
    where = f"file {table['path']!r}"
    refuse_unknown_keys(where, table, (*_FILE, *_FILE_TABLES))
    plain = {name: table[name] for name in _FILE if name in table and name != "lag"}
    community, order = table.get("community"), table.get("order")
    spec = FileSpec(
        **plain,
        lag=lag_of(where, str(table.get("lag", "0h"))),
        order=d.RowMapping(_order_fields(where, order)) if order is not None else None,
        moments=tuple(_moment(where, moment) for moment in _entries(where, "moments", table)),
        event=_mapping(where, "event", table, EVENT_FIELDS, ("type", "at")),
        callbacks=_row_mappings(where, "callbacks", table, CALLBACK_FIELDS),
        forecasts=_row_mappings(where, "forecasts", table, FORECAST_FIELDS, ("at",)),
        change=_mapping(where, "change", table, CHANGE_FIELDS, ("at",)),
        community=_community(where, community) if community is not None else None,
        attributes=tuple(_attribute(where, attribute) for attribute in _entries(where, "attributes", table)),
    )
    _makes_sense(where, spec)
    return spec


def _makes_sense(where: str, spec: FileSpec) -> None:
    about_orders = spec.brings_orders() or spec.event or spec.callbacks or spec.forecasts or spec.change
    if not about_orders and not spec.community:
        raise DescriptionError(f"{where} maps no column; add an order, event, callbacks … table to it")
    if about_orders and not spec.order_id:
        raise DescriptionError(f'{where} has no `order_id`; name the column: order_id = "…"')
    if spec.event is None and any(a.attribute.of is AttributeOf.EVENT for a in spec.attributes):
        raise DescriptionError(f"{where} declares an attribute of events but its rows are not events")


def _order_fields(where: str, table: Mapping[str, Any]) -> dict[str, Cell]:
    default = table.get("known_from")
    fields = {name: entry for name, entry in table.items() if name != "known_from"}
    refuse_unknown_keys(f"{where}, [files.order]", fields, ORDER_KEYS, extra=("known_from",))
    cells = {name: _cell(where, name, entry, can_be_known_from=True) for name, entry in fields.items()}
    if default is None:
        return cells
    return {name: Cell(c.column, c.value, c.known_from or str(default)) for name, c in cells.items()}


def _moment(where: str, table: Mapping[str, Any]) -> d.Moment:
    fields = {name: entry for name, entry in table.items() if name != "type"}
    refuse_unknown_keys(f"{where}, [[files.moments]]", fields, MOMENT_FIELDS, extra=("type",))
    for name in ("type", "at"):
        if name not in table:
            raise DescriptionError(f"{where}: a [[files.moments]] has no `{name}`")
    return d.Moment({name: _cell(where, name, entry) for name, entry in fields.items()}, str(table["type"]))


def _mapping(
    where: str, key: str, table: Mapping[str, Any], allowed: Sequence[str], needed: Sequence[str]
) -> d.RowMapping | None:
    if key not in table:
        return None
    return d.RowMapping(_cells(f"{where}, [files.{key}]", table[key], allowed, needed))


def _row_mappings(
    where: str, key: str, table: Mapping[str, Any], allowed: Sequence[str], needed: Sequence[str] = ()
) -> tuple[d.RowMapping, ...]:
    place = f"{where}, [[files.{key}]]"
    return tuple(d.RowMapping(_cells(place, entry, allowed, needed)) for entry in _entries(where, key, table))


def _entries(where: str, key: str, table: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The tables of a list of tables; one table alone is a list of one."""
    entries = table.get(key, ())
    entries = [entries] if isinstance(entries, Mapping) else entries
    if isinstance(entries, str) or not all(isinstance(entry, Mapping) for entry in entries):
        raise DescriptionError(f"{where}: `{key}` must be written as [[files.{key}]]")
    return entries


def _cells(place: str, table: Any, allowed: Sequence[str], needed: Sequence[str]) -> dict[str, Cell]:
    if not isinstance(table, Mapping):
        raise DescriptionError(f"{place} must be a table of fields and columns")
    refuse_unknown_keys(place, table, allowed)
    for name in needed:
        if name not in table:
            raise DescriptionError(f'{place} has no `{name}`; name its column: {name} = "…"')
    return {name: _cell(place, name, entry) for name, entry in table.items()}


def _community(where: str, table: Mapping[str, Any]) -> d.CommunityMapping:
    fields = {name: entry for name, entry in table.items() if name != "known_since"}
    cells = _cells(f"{where}, [files.community]", fields, COMMUNITY_FIELDS, ("community",))
    return d.CommunityMapping(cells, time_word(table.get("known_since")))


def _cell(where: str, name: str, entry: Any, can_be_known_from: bool = False) -> Cell:
    if isinstance(entry, str):
        return Cell(column=entry)
    allowed = ("column", "value", "known_from") if can_be_known_from else ("column", "value")
    if not isinstance(entry, Mapping) or ("column" in entry) == ("value" in entry):
        raise DescriptionError(
            f'{where}: `{name}` must name a column ("…") or a fixed value ({{ value = "…" }})'
        )
    refuse_unknown_keys(f"{where}, `{name}`", entry, allowed)
    return Cell(**{key: str(word) for key, word in entry.items()})


def _attribute(where: str, table: Mapping[str, Any]) -> d.AttributeMapping:
    place = f"{where}, [[files.attributes]]"
    refuse_unknown_keys(place, table, ("name", "column", "of", "kind", "known_from", "zh"))
    name = str(table.get("name", table.get("column", "")))
    if not _ATTRIBUTE_NAME.fullmatch(name):
        raise DescriptionError(f"{where}: attribute name {name!r} must be letters, digits and _")
    if name in _TAKEN_NAMES:
        raise DescriptionError(f"{where}: attribute name {name!r} is the hotline's own; use another")
    of = one_of(where, name, AttributeOf, table.get("of", "order"))
    kind = one_of(where, name, AttributeKind, table.get("kind", "category"))
    return d.AttributeMapping(
        Attribute(name, of, kind, str(table.get("zh", ""))),
        str(table.get("column", name)),
        str(table.get("known_from", d.FROM_CLOSED)),
    )
