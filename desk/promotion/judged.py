"""Judgements kept with trainings, and what the champion says of another's moments without having learnt them."""

import io
from collections.abc import Callable

import numpy as np
import pandas as pd

from models.judgement import Judgement
from models.registry import Registered, Registry

#: What a model's like said of the last fifth, kept with its training.
JUDGED = "judged.parquet"


def judged_of(registry: Registry, version: str) -> Judgement | None:
    """The judgement that a version was kept with; None where it was kept without."""
    kept = registry.file(version, JUDGED)
    return Judgement.from_frame(pd.read_parquet(io.BytesIO(kept))) if kept else None


def said_by_champion(
    judged: Judgement, registry: Registry, champion: Registered, ask: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """The champion's P(不满意) at these moments, only of orders that it had not learnt from.

    Of its own last fifth it is what its like said then; of orders received later than all it learnt from,
    what it says now of what was known then: `ask` gives it for some moments (a mask). NaN for all others.
    """
    asked = pd.MultiIndex.from_arrays([judged.order_id, judged.as_of])
    said = np.full(len(judged), np.nan)
    theirs = judged_of(registry, champion.version)
    if theirs is not None:
        moments = pd.MultiIndex.from_arrays([theirs.order_id, theirs.as_of])
        last = ~moments.duplicated(keep="last")
        place = moments[last].get_indexer(asked)
        said[place >= 0] = theirs.dissatisfied[last][place[place >= 0]]
    is_new = np.isnan(said) & (judged.received_at > champion.model.span.last_received_at)
    if is_new.any():
        said[is_new] = ask(is_new)
    return said
