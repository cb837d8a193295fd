"""Where a report takes its facts from: a store as it was known at a moment, or the history that serves."""

import pandas as pd

from desk.asking import asked_amid, asked_of
from desk.prospects import Ask
from desk.rehearsal import Part
from desk.scorer import Scorer
from features.arrays import Floats, Mask
from features.chronicle import Chronicle
from features.frame import OrderFrame
from features.history import History
from features.log import Log
from models.satisfaction_model import SatisfactionModel
from store.database import Store

Source = tuple[list[Part], pd.DataFrame]


def from_store(store: Store, model: SatisfactionModel | None, at: int) -> Source:
    """Everything in the store, callbacks in the version that was known at a moment; and the communities."""
    attributes = store.attributes() if model is None else model.attributes
    label_caller = model.label_caller if model else None
    log = Log.of(store.frames(known_until=at), attributes, label_caller)
    if model is None:
        return [Part(Chronicle.of(log), _nobody)], log.communities
    history = History.of(log)
    return [Part(history.chronicle, asked_of(model, history))], log.communities


def from_service(scorer: Scorer) -> Source:
    """The history that scores are made amid, as it stands now, and what was written since it was sorted."""
    standing = scorer.lookout.look()
    ask: Ask = asked_amid(scorer.champion.model, standing.past)
    base = standing.base.chronicle
    without = pd.Index(base.order_ids).isin(list(standing.changed)) if standing.changed else None
    parts = [Part(base, ask, without)]
    if (changed := standing.changed_together) is not None:
        parts.append(Part(changed, ask))
    return parts, base.log.communities


def _nobody(frame: OrderFrame) -> tuple[Floats, Mask]:
    raise LookupError("no model: nothing foretells a rating")
