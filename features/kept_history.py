"""A sorted history laid out as arrays that can lie in a file, and the history of such arrays.

Numbers are read where they lie; a word is made when it is asked for (see `features.kept_words`). What is known
of communities is not among them: it is little, and read from the store at every start.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from features.arrays import Ints, Words
from features.chronicle import Chronicle
from features.few_rows import FewRows
from features.history import History
from features.kept_words import Coded, Spelt, come_again, places
from features.log import Log
from features.prefix_sums import Stream
from hotline.lifecycle import OfficialCaller
from hotline.order import Attribute

_NUMBERS = (
    *("order", "known_at", "type", "row", "happened_at", "promised_at"),
    *("first", "last", "moments", "moment"),
)
#: Stands for sums that go up one by one.
_ONE_BY_ONE = -1


@dataclass(frozen=True, eq=False)
class Laid:
    """Arrays by number, and the layout that says what each of them is, ready for JSON."""

    arrays: list[pa.Array] = field(default_factory=list)
    layout: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, history: History) -> "Laid":
        """All that a sorted history holds, but for the communities."""
        laid, chronicle = cls(), history.chronicle
        laid.layout.update(
            chronicle={name: laid._put(pa.array(getattr(chronicle, name))) for name in _NUMBERS},
            order_ids=laid._words(chronicle.order_ids),
            types=chronicle.types,
            rows={
                frame: {
                    name: laid._numbered(values, chronicle) if name == "order_id" else laid._column(values)
                    for name, values in rows.of.items()
                }
                for frame, rows in chronicle.log.rows.items()
            },
            vocabularies={
                name: laid._words(list(history.vocabulary(name)))
                for name in sorted({name for _, by in history.asked for name in by})
            },
            counting=laid._put(pa.array(_counting(history))),
            streams=[
                (kind, by, laid._put(pa.array(stream.slots)), laid._sums(stream))
                for (kind, by), stream in history.streams.items()
            ],
        )
        return laid

    def _put(self, array: pa.Array) -> int:
        self.arrays.append(array)
        return len(self.arrays) - 1

    def _words(self, words: Words) -> int:
        return self._put(pa.array(words, pa.large_string(), from_pandas=True))

    def _sums(self, stream: Stream) -> dict[str, int]:
        return {
            name: _ONE_BY_ONE if _is_counting(sums) else self._put(pa.array(sums))
            for name, sums in stream.sums.items()
        }

    def _numbered(self, order_ids: Any, chronicle: Chronicle) -> dict[str, int]:
        """Orders' ids by their place among all."""
        return {"order": self._put(pa.array(places(order_ids, chronicle.order_ids).astype(np.int32)))}

    def _column(self, values: Any) -> dict[str, int]:
        if isinstance(values, Spelt):
            return {"letters": self._put(values.spelt)}
        if isinstance(values, Coded):
            return {"code": self._put(pa.array(values.code)), "words": self._words(values.words[:-1])}
        if values.dtype != object:
            return {"numbers": self._put(pa.array(values))}
        if not come_again(values):
            return {"letters": self._words(values)}
        code, found = pd.factorize(values)
        return {"code": self._put(pa.array(code.astype(np.int32))), "words": self._words(found)}

    def history(
        self,
        attributes: tuple[Attribute, ...],
        label_caller: OfficialCaller,
        communities: pd.DataFrame,
    ) -> History:
        """The history that was laid out, of a log with these attributes, and what is known of communities now."""
        layout = self.layout
        order_ids = self._read_words(layout["order_ids"])
        rows = {
            frame: FewRows({name: self._values(column, order_ids) for name, column in columns.items()})
            for frame, columns in layout["rows"].items()
        }
        chronicle = Chronicle(
            log=Log.of_columns(rows, communities, attributes, label_caller),
            order_ids=order_ids,
            types=tuple(layout["types"]),
            **{name: self._read(number) for name, number in layout["chronicle"].items()},
        )
        streams = {
            (kind, tuple(by)): self._stream(slots, sums) for kind, by, slots, sums in layout["streams"]
        }
        vocabularies: dict[str, Mapping[str, int]] = {
            name: {word: place for place, word in enumerate(self._read_words(number))}
            for name, number in layout["vocabularies"].items()
        }
        return History(chronicle, streams, vocabularies)

    def _values(self, column: Mapping[str, int], order_ids: Words) -> Any:
        if "letters" in column:
            return Spelt(self.arrays[column["letters"]])
        if "order" in column:
            return Coded.of(self._read(column["order"]), order_ids)
        if "code" in column:
            return Coded.of(self._read(column["code"]), self._read_words(column["words"]))
        return self._read(column["numbers"])

    def _stream(self, slots: int, sums: Mapping[str, int]) -> Stream:
        found, counting = self._read(slots), self._read(self.layout["counting"])
        return Stream(
            found,
            {
                name: counting[: len(found) + 1] if number == _ONE_BY_ONE else self._read(number)
                for name, number in sums.items()
            },
        )

    def _read(self, number: int) -> Ints:
        return self.arrays[number].to_numpy()

    def _read_words(self, number: int) -> Words:
        return self.arrays[number].to_numpy(zero_copy_only=False)


def _counting(history: History) -> Ints:
    """0, 1, 2 … as far as any stream goes: what most sums of a count are."""
    longest = max((len(stream.slots) for stream in history.streams.values()), default=0)
    return np.arange(longest + 1, dtype=np.int64)


def _is_counting(sums: Ints) -> bool:
    return bool(sums[-1] == len(sums) - 1 and (np.diff(sums) == 1).all())
