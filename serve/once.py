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
from store.extracts.pseudonyms import Pseudonyms
from store.kept_answers import KeptAnswer, WriteKey

Said = TypeVar("Said", bound=BaseModel)

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
    """Who sent a write, under which key, to which address, with which body; kept for so long."""

    person: str
    key: str | None
    address: bytes
    body: bytes
    kept_for: timedelta

    def answered(
        self,
        kind: type[Said],
        way_in: Intake,
        seals: Pseudonyms,
        now: datetime,
        response: Response,
        write: Callable[[Intake], tuple[int, Said]],
    ) -> Said:
        """The answer: kept from the first time, or that of `write`, kept in the same transaction.

        KeyTaken if the key came with another request. What was refused is not kept.
        """
        if self.key is None:
            response.status_code, said = write(way_in)
            return said
        asked = WriteKey(self.person, self.key, seals.seal(self._content()))
        at, since = to_micros(now), to_micros(now - self.kept_for)
        with way_in.store.transaction() as store:
            kept = store.recall(asked, since)
            if kept is None:
                status, said = write(replace(way_in, store=store))
                store.keep(asked, KeptAnswer(status, said.model_dump_json()), at, since)
                response.status_code = status
                return said
        response.status_code = kept.status
        response.headers["Idempotency-Replayed"] = "true"
        return kind.model_validate_json(kept.body)

    def _content(self) -> bytes:
        """What was asked, whatever blanks stand in the JSON and in whatever order its names."""
        return self.address + b"\n" + orjson.dumps(orjson.loads(self.body), option=orjson.OPT_SORT_KEYS)
