"""From when each field of an order is known: at receipt, at its closing, at some event, at its last one."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotline.calendar import NO_TIME
from hotline.lifecycle import EventType
from store.extracts.description import FROM_FIRST_EVENT, FROM_LAST_EVENT, FROM_RECEIVED
from store.extracts.extract import Extract
from store.loading.births import Births
from store.loading.stored import Stored, codes_of


@dataclass
class KnownFrom:
    """The moments of each order from which its fields can be known; by order code."""

    births: Births
    codes: np.ndarray
    types: np.ndarray
    known_at: np.ndarray

    @classmethod
    def of(cls, extract: Extract, stored: Stored, births: Births) -> "KnownFrom":
        """From the events of the extract and of the store together."""
        codes = [codes_of(stored.ids, extract.events), stored.events["code"].to_numpy()]
        known = [extract.events.get("known_at", pd.Series(dtype="int64")), stored.events["known_at"]]
        types = [extract.events.get("type", pd.Series(dtype="str")), stored.events["type"]]
        return cls(
            births,
            np.concatenate(codes).astype(np.int64),
            pd.concat(types, ignore_index=True).to_numpy(dtype=object),
            np.concatenate([part.to_numpy(dtype=np.int64) for part in known]),
        )

    def times(self, word: str) -> np.ndarray:
        """By order code: when what is known from `word` is known.

        An order without such an event tells it at its last event, one without any at its receipt. Of
        several closings the last counts, of other events the first.
        """
        birth = self.births.known_at
        if word == FROM_RECEIVED:
            return birth
        if word == FROM_FIRST_EVENT:
            found = self._extreme(np.ones(len(self.codes), dtype=bool), last=False)
        elif word == FROM_LAST_EVENT:
            found = self.last_event()
        else:
            found = self._extreme(self.types == word, last=word == EventType.CLOSED)
        found = np.where(found == NO_TIME, self.last_event(), found)
        return np.maximum(found, birth)

    def last_event(self) -> np.ndarray:
        """By order code: when its last event was known; NO_TIME without any."""
        return self._extreme(self.types != EventType.RETRACTED, last=True)

    def _extreme(self, mask: np.ndarray, last: bool) -> np.ndarray:
        found = np.full(len(self.births.known_at), NO_TIME, dtype=np.int64)
        if mask.any():
            grouped = pd.Series(self.known_at[mask]).groupby(self.codes[mask])
            times = grouped.max() if last else grouped.min()
            found[times.index.to_numpy()] = times.to_numpy()
        return found
