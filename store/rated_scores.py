"""The newest score that a model gave an order before its rating was known, beside the rating."""

import pandas as pd
from sqlalchemy import Connection, select

from hotline.lifecycle import OfficialCaller
from store.identity import VERSION_MARK
from store.predictions import Cause
from store.tables import callbacks, predictions


def rated_scores(
    connection: Connection, by: OfficialCaller, model_version: str, since: int, until: int
) -> pd.DataFrame:
    """Columns `order_id`, `rating` (0–3) and `risk` of callbacks that became known from `since` to `until`.

    One row an order, its first such callback, with the rating as corrected by then. The score was logged, and
    is of a moment, before the callback was known; orders without one are left out.
    """
    asked, said = callbacks.c, predictions.c
    newest = (
        select(said.prediction_id)
        .where(
            said.order_id == asked.order_id,
            said.as_of < asked.known_at,
            said.scored_at < asked.known_at,
            said.model_version == model_version,
            said.cause != Cause.GIVEN,
        )
        .order_by(said.as_of.desc(), said.prediction_id.desc())
        .limit(1)
        .correlate(callbacks)
        .scalar_subquery()
    )
    question = (
        select(asked.order_id, asked.callback_id, asked.known_at, asked.rating, said.p0.label("risk"))
        .join_from(callbacks, predictions, said.prediction_id == newest)
        .where(asked.by == by.value, asked.rating.isnot(None))
        .where(asked.known_at > since, asked.known_at <= until)
        .order_by(asked.known_at)
    )
    rows = connection.execute(question)
    found = pd.DataFrame(rows.all(), columns=list(rows.keys()))
    # A correction is known when there may be later scores: the risk is that of the callback's first version.
    parts = [word.partition(VERSION_MARK) for word in found["callback_id"]]
    told = found.assign(slot=[part[0] for part in parts], version=[int(part[2] or 0) for part in parts])
    newest_of = told.sort_values("version").groupby(["order_id", "slot"])["rating"].last()
    told = told.drop_duplicates("order_id", keep="first")
    keys = pd.MultiIndex.from_frame(told[["order_id", "slot"]])
    return told.assign(rating=newest_of.reindex(keys).to_numpy())[["order_id", "rating", "risk"]]
