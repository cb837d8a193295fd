"""What a moment foretells: the first rating that counts, round by round."""

from dataclasses import dataclass

import numpy as np

from features.arrays import Ints
from features.chronicle import Chronicle
from features.ordering import CITY_CALLBACK, DISTRICT_CALLBACK
from hotline.lifecycle import OfficialCaller


@dataclass(frozen=True, eq=False)
class Labels:
    """One entry a rated round: its order, where it began, where its rating stands, the rating (0–3)."""

    order: Ints
    round_start: Ints
    position: Ints
    known_at: Ints
    rating: Ints


def labels_of(chronicle: Chronicle) -> Labels:
    """The first rated callback of each round, by the caller whose ratings count in this log."""
    is_city = chronicle.log.label_caller is OfficialCaller.CITY
    position = np.flatnonzero(chronicle.is_type(CITY_CALLBACK if is_city else DISTRICT_CALLBACK))
    rating = chronicle.log.callbacks["rating"].to_numpy()[chronicle.row[position]]
    position = position[~np.isnan(rating)]
    _, first = np.unique(chronicle.round_start[position], return_index=True)
    position = position[first]
    rating = chronicle.log.callbacks["rating"].to_numpy()[chronicle.row[position]]
    return Labels(
        order=chronicle.order[position],
        round_start=chronicle.round_start[position],
        position=position,
        known_at=chronicle.known_at[position],
        rating=rating.astype(np.int64),
    )
