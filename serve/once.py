"""A write sent again under the same Idempotency-Key is answered as it was the first time."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, TypeVar

import orjson
from fastapi import Header, Response
from pydantic import BaseModel

from desk.intake import Intake
from hotline.calendar import to_micros
from serve.clock import Clock
from store.extracts.pseudonyms import Pseudonyms
from store.kept_answers import KeptAnswer, WriteKey

Said = TypeVar("Said", bound=BaseModel)
#: Writes by this way in, as received at this moment; the status and the answer.
Write = Callable[[Intake, datetime], tuple[int, Said]]

OnceKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        pattern=r"^[!-~]+$",
        description="your own name of this write; sent again with the same body, it is answered as before",
    ),
]


@dataclass(frozen=True)
class Once:
    """Who sent a write, under which key, to which address, with which body; kept for so long; what the time is."""

    person: str
    key: str | None
    address: bytes
    body: bytes
    kept_for: timedelta
    clock: Clock

    def answered(
        self,
        kind: type[Said],
        way_in: Intake,
        seals: Pseudonyms,
        response: Response,
        write: Write[Said],
    ) -> Said:
        """The answer: kept from the first time, or that of `write`, kept in the same transaction.

        What is written counts as received once it is its turn to write, so that moments of receipt follow
        each other as the writes do: whoever looks sees all that were received before some moment, and none after.

        KeyTaken if the key came with another request. What was refused is not kept.
        """
        with way_in.store.transaction() as store:
            now = self.clock()
            if self.key is None:
                response.status_code, said = write(replace(way_in, store=store), now)
                return said
            asked = WriteKey(self.person, self.key, seals.seal(self._content()))
            since = to_micros(now - self.kept_for)
            kept = store.recall(asked, since)
            if kept is None:
                status, said = write(replace(way_in, store=store), now)
                store.keep(asked, KeptAnswer(status, said.model_dump_json()), to_micros(now), since)
                response.status_code = status
                return said
        response.status_code = kept.status
        response.headers["Idempotency-Replayed"] = "true"
        return kind.model_validate_json(kept.body)

    def _content(self) -> bytes:
        """What was asked, whatever blanks stand in the JSON and in whatever order its names."""
        return self.address + b"\n" + orjson.dumps(orjson.loads(self.body), option=orjson.OPT_SORT_KEYS)
