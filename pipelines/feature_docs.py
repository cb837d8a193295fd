"""The page of all features, written from their code."""

from collections.abc import Iterable
from itertools import groupby

from features.attributes import features_for
from features.catalogue import FEATURES
from features.definition import Feature
from hotline.order import Attribute, AttributeKind, AttributeOf

_HEAD = "| Name | Kind | Unit | 中文 | Meaning | Moved by |\n|---|---|---|---|---|---|"
_ABOUT = """# Features

Written from the code by `make docs`; a test keeps it current. A feature is a column of what is known of an
order at a moment, computed alike for one order and for millions. Numbers are float64 with NaN for missing;
categories and texts are str or None. `Moved by` names an event or a fact that must change the feature: a test
does so for each of them."""
_ABOUT_OWN = """## What an extract declares

Every attribute that a description declares, and every event type that the hotline does not know, brings its
own features. `NAME` stands for the attribute or the type."""


def features_page() -> str:
    """The catalogue by family, then what declared attributes and own event types add, as markdown."""
    sections = [_ABOUT]
    for family, members in groupby(FEATURES, key=lambda feature: feature.family):
        sections.append(f"## {family.replace('_', ' ').capitalize()}\n\n{_table(members)}")
    sections.append(_ABOUT_OWN)
    sections += [f"### {title}\n\n{_table(members)}" for title, members in _own_families()]
    return "\n\n".join(sections) + "\n"


def _own_families() -> Iterable[tuple[str, Iterable[Feature]]]:
    for of in AttributeOf:
        for kind in AttributeKind:
            declared = Attribute("NAME", of, kind)
            yield f"Attribute of an {of.value}, {kind.value}", features_for((declared,), ())
    yield "Event type", features_for((), ("NAME",))


def _table(features: Iterable[Feature]) -> str:
    return "\n".join([_HEAD, *map(_line, features)])


def _line(feature: Feature) -> str:
    cells = (
        f"`{feature.name}`",
        feature.kind,
        feature.unit,
        feature.zh,
        feature.meaning,
        f"`{feature.moved_by}`",
    )
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"
