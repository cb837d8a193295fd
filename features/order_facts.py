"""What one order adds to everybody's history: each of its facts with its key and moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from features.chronicle import Chronicle
from features.streams import FACTS, Facts, in_hand
from features.windows import Key

#: Kind, key fields, the key's words and the moment (microseconds).
Place = tuple[str, Key, tuple[str, ...], int]
#: The sums of the values of all facts at a place, in the order of the kind's value names.
OrderFacts = Mapping[Place, tuple[int, ...]]


def facts_of(chronicle: Chronicle, asked: Iterable[tuple[str, Key]]) -> OrderFacts:
    """The facts that one order adds to these streams (kind and key fields)."""
    found: dict[Place, tuple[int, ...]] = {}
    words = _Words(chronicle, {})
    facts: dict[str, tuple[list[int], list[int], list[tuple[int, ...]]]] = {}
    for kind, by in asked:
        if kind == "in_hand":
            _in_hand(found, chronicle, by, words)
            continue
        if kind not in facts:
            facts[kind] = _told(chronicle, FACTS[kind](chronicle))
        for position, time, values in zip(*facts[kind], strict=True):
            key = words.key(by, position)
            if None not in key:
                _add(found, (kind, by, key, time), values)  # type: ignore[arg-type]
    return found


def difference(after: OrderFacts, before: OrderFacts) -> OrderFacts:
    """What has to be added to the one to have the other."""
    changed: dict[Place, tuple[int, ...]] = {}
    for place, values in after.items():
        if (was := before.get(place)) is None:
            changed[place] = values
        elif was != values:
            changed[place] = tuple(a - b for a, b in zip(values, was, strict=True))
    changed.update(
        (place, tuple(-v for v in values)) for place, values in before.items() if place not in after
    )
    return changed


@dataclass(frozen=True, eq=False)
class _Words:
    """The words of an order's fields along its chronicle."""

    chronicle: Chronicle
    laid: dict[str, list[str | None]]

    def key(self, by: Key, position: int) -> tuple[str | None, ...]:
        return tuple(self.along(name)[position] for name in by)

    def along(self, name: str) -> list[str | None]:
        if name not in self.laid:
            rows = np.arange(len(self.chronicle))
            self.laid[name] = self.chronicle.field(name).at(rows, None).tolist()
        return self.laid[name]


def _told(chronicle: Chronicle, facts: Facts) -> tuple[list[int], list[int], list[tuple[int, ...]]]:
    time = chronicle.known_at[facts.position] if facts.time is None else facts.time
    values = list(zip(*(column.tolist() for column in facts.values.values()), strict=True))
    return facts.position.tolist(), time.tolist(), values


def _in_hand(found: dict[Place, tuple[int, ...]], chronicle: Chronicle, by: Key, words: _Words) -> None:
    keys = [words.key(by, position) for position in range(len(chronicle))]
    numbers: dict[tuple[str | None, ...], int] = {}
    coded = [-1 if None in key else numbers.setdefault(key, len(numbers)) for key in keys]
    named = list(numbers)
    facts = in_hand(chronicle, np.array(coded, dtype=np.int64))
    assert facts.key is not None
    time = chronicle.known_at[facts.position].tolist()
    for number, at, count in zip(facts.key.tolist(), time, facts.values["count"].tolist(), strict=True):
        _add(found, ("in_hand", by, named[number], at), (count,))


def _add(found: dict[Place, tuple[int, ...]], place: Place, values: tuple[int, ...]) -> None:
    was = found.get(place)
    found[place] = values if was is None else tuple(a + b for a, b in zip(was, values, strict=True))
