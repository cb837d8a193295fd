"""Reads a description file (TOML) and refuses what it does not understand, naming the nearest word."""

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hotline.lifecycle import EventType
from hotline.order import Attribute
from store.datasets import checked_dataset
from store.extracts import description as d
from store.extracts.description import Description, DescriptionError, FileSpec
from store.extracts.description_mappings import file_of
from store.extracts.description_words import (
    acknowledgement_of,
    origin_of,
    refuse_unknown_keys,
    scale_of,
    time_word,
    values_of,
    zone_of,
)

_TOP = (
    "dataset",
    "origin",
    "time_zone",
    "taken_at",
    "time_formats",
    "missing",
    "files",
    "scale",
    "types",
    "values",
    "acknowledged",
)
_TOP_WORDS = ("yes", "no", "unknown")
_SPECIAL_MOMENTS = (d.FROM_RECEIVED, d.FROM_FIRST_EVENT, d.FROM_LAST_EVENT)


def read_description(path: Path) -> Description:
    """The description in this file; DescriptionError says what to mend."""
    try:
        table = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise DescriptionError(f"there is no description {path}; check the path") from None
    except UnicodeDecodeError:
        raise DescriptionError(f"{path.name} is not UTF-8; save it as UTF-8 (另存为 UTF-8)") from None
    except tomllib.TOMLDecodeError as error:
        hint = 'words on the left of = that are not plain letters need quotes: "满意" = …'
        raise DescriptionError(f"{path.name} is not valid TOML: {error}; {hint}") from None
    try:
        return _description(path, table)
    except DescriptionError as error:
        raise DescriptionError(f"{path.name}: {error}") from None


def _description(path: Path, table: Mapping[str, Any]) -> Description:
    refuse_unknown_keys("the description", table, (*_TOP, *_TOP_WORDS))
    if not table.get("files") or isinstance(table["files"], Mapping):
        raise DescriptionError("no [[files]]; name at least one file to read, with double brackets")
    try:
        dataset = checked_dataset(str(table.get("dataset", "hotline")))
    except ValueError as error:
        raise DescriptionError(str(error)) from None
    words = {name: tuple(map(str, table[name])) for name in _TOP_WORDS if name in table}
    files = tuple(file_of(number, spec) for number, spec in enumerate(table["files"], 1))
    types = {**{t.zh: t.value for t in EventType}, **{t.value: t.value for t in EventType}}
    types |= {str(word): str(kind) for word, kind in table.get("types", {}).items()}
    described = Description(
        path=path,
        files=tuple(_with_meant_moments(spec, types) for spec in files),
        dataset=dataset,
        origin=origin_of(table.get("origin")),
        zone=zone_of(str(table.get("time_zone", "Asia/Shanghai"))),
        taken_at=time_word(table.get("taken_at")),
        time_formats=tuple(table.get("time_formats", ())),
        missing=frozenset(map(str, table.get("missing", ()))),
        scale=scale_of(table["scale"]) if "scale" in table else dict(d.DEFAULT_SCALE),
        types=types,
        values=values_of(table.get("values", {})),
        acknowledged=tuple(map(acknowledgement_of, _acknowledged(table))),
        **words,
    )
    _one_kind_per_attribute(described)
    return described


def _acknowledged(table: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    entries = table.get("acknowledged", ())
    if not isinstance(entries, list | tuple) or not all(isinstance(entry, Mapping) for entry in entries):
        raise DescriptionError("`acknowledged` must be written as [[acknowledged]], with double brackets")
    return entries


def _with_meant_moments(spec: FileSpec, types: Mapping[str, str]) -> FileSpec:
    """The file with its `known_from` in the hotline's own words."""
    order = spec.order
    if order is not None:
        meant = {
            name: replace(cell, known_from=_moment_word(cell.known_from, types)) if cell.known_from else cell
            for name, cell in order.fields.items()
        }
        order = d.RowMapping(meant)
    attributes = tuple(replace(a, known_from=_moment_word(a.known_from, types)) for a in spec.attributes)
    return replace(spec, order=order, attributes=attributes)


def _moment_word(word: str, types: Mapping[str, str]) -> str:
    """An event's type or one of the special words; a slip of the pen is refused."""
    known = [*_SPECIAL_MOMENTS, *types]
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.8)
    if word not in known and near:
        raise DescriptionError(f"known_from {word!r} is no event; did you mean {near[0]!r}?")
    return types.get(word, word)


def _one_kind_per_attribute(described: Description) -> None:
    seen: dict[str, Attribute] = {}
    for attribute in described.attributes():
        other = seen.setdefault(attribute.name, attribute)
        if other != attribute:
            raise DescriptionError(f"attribute {attribute.name!r} is declared twice, differently")
