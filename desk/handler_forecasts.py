"""Handlers against the model: what both foretold of the same rounds at the same moments, and what came."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from features.chronicle import Chronicle
from features.log import Log
from hotline.calendar import to_micros
from hotline.lifecycle import OfficialCaller
from hotline.satisfaction import Rating
from models.comparison import Pairs, compare_auc
from models.handlers import LEAST_FORECASTS, LEAST_OUTCOME, RatedRounds, rated_rounds
from models.metrics import auc, auc_interval
from store.connection import reading
from store.database import Store
from store.foreseen import foreseen

#: So far back forecasts are looked at.
DAYS = 365
#: From so much on a chance that a handler wrote counts as 不满意 foretold.
_LIKELY = 0.5


@dataclass(frozen=True)
class Measured:
    """A figure with its 95 % interval over orders."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class HandlersBeside:
    """The first forecast of each rated round that was made before the score was seen, and the score at that moment.

    waiting : forecasts of rounds that nobody has rated yet
    flagged : how many of the `rated` the handlers said would end 不满意; the model is given as many, its riskiest
    hits    : how many of these did
    human, model, lead: AUCs, and the model's less the handlers'; None where there are too few to tell
    """

    rated: int
    dissatisfied: int
    waiting: int
    flagged: int
    human_hits: int
    model_hits: int
    human: Measured | None = None
    model: Measured | None = None
    lead: Measured | None = None

    def to_json(self) -> dict[str, Any]:
        """The same as plain numbers."""
        return asdict(self)


def handlers_beside(store: Store, label_caller: OfficialCaller | None, now: datetime) -> HandlersBeside:
    """The comparison as known at a moment; `label_caller` is whose ratings count, by default the city's."""
    until, since = to_micros(now), to_micros(now - timedelta(days=DAYS))
    with reading(store.engine) as connection:
        told = foreseen(connection, since, until)
    if not told:
        return HandlersBeside(0, 0, 0, 0, 0, 0)
    ids = sorted({row.order_id for row in told})
    frames = store.frames(ids, known_until=until)
    chronicle = Chronicle.of(Log.of(frames, store.attributes(), label_caller))
    table = pd.DataFrame([asdict(row) for row in told]).rename(columns={"at": "known_at"})
    table = _before_the_call(table, frames["callbacks"])
    rounds = rated_rounds(table, chronicle)
    return _measured(_first_of_each(table, rounds), len(table) - len(rounds.rows))


def _before_the_call(table: pd.DataFrame, calls: pd.DataFrame) -> pd.DataFrame:
    """The forecasts without those written between an official call and its record: their handlers may have heard."""
    written = table[["order_id", "known_at"]].reset_index().rename(columns={"known_at": "written_at"})
    beside = written.merge(calls[["order_id", "happened_at", "known_at"]], on="order_id")
    is_late = (beside["happened_at"] <= beside["written_at"]) & (beside["written_at"] < beside["known_at"])
    return table[~table.index.isin(beside.loc[is_late, "index"])].reset_index(drop=True)


def _first_of_each(table: pd.DataFrame, rounds: RatedRounds) -> pd.DataFrame:
    """One row a rated round; later forecasts of it may have been made with a score in mind."""
    rows = table.iloc[rounds.rows].assign(
        truth=rounds.rating == Rating.DISSATISFIED, round=rounds.frame.round_start
    )
    rows["human"] = _risk(rows)
    return rows.drop_duplicates("round", keep="first")


def _risk(rows: pd.DataFrame) -> np.ndarray:
    """What a handler foretold as a risk to rank by: the chance as written, else the level, 不满意 highest."""
    levels = 1 - rows["rating"].to_numpy(dtype=float) / Rating.SATISFIED
    written = rows["probability"].to_numpy(dtype=float)
    return np.where(np.isnan(written), levels, written)


def _measured(rows: pd.DataFrame, waiting: int) -> HandlersBeside:
    truth, human, model = (rows[name].to_numpy() for name in ("truth", "human", "model"))
    level, chance = rows["rating"].to_numpy(dtype=float), rows["probability"].to_numpy(dtype=float)
    flagged = (level == Rating.DISSATISFIED) | (chance >= _LIKELY)
    riskiest = np.argsort(-model.astype(float), kind="stable")[: int(flagged.sum())]
    counts = HandlersBeside(
        rated=len(rows),
        dissatisfied=int(truth.sum()),
        waiting=waiting,
        flagged=int(flagged.sum()),
        human_hits=int(truth[flagged].sum()),
        model_hits=int(truth[riskiest].sum()),
    )
    if (
        len(rows) < LEAST_FORECASTS
        or min(counts.dissatisfied, len(rows) - counts.dissatisfied) < LEAST_OUTCOME
    ):
        return counts
    order = rows["order_id"].to_numpy()
    lead = compare_auc(Pairs(truth.astype(bool), challenger=model, champion=human, slices={}))
    return replace(
        counts,
        human=_auc(truth, human, order),
        model=_auc(truth, model, order),
        lead=Measured(lead.challenger - lead.champion, lead.low, lead.high),
    )


def _auc(truth: np.ndarray, risk: np.ndarray, order: np.ndarray) -> Measured:
    interval = auc_interval(truth.astype(bool), risk, order)
    return Measured(auc(truth, risk), interval.low, interval.high)
