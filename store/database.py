"""The store: orders, events, callbacks and predictions, kept in SQLite or PostgreSQL."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, func, select

from hotline.order import Attribute, Callback, Order, OrderEvent
from hotline.origin import Origin
from store import claims, forecasts, kept_answers, leases, live, predictions, tables, vouching
from store.attributes import declared_attributes
from store.claims import Claim, Outcome
from store.connection import connect_postgresql, connect_sqlite, reading, writing, writing_of
from store.datasets import checked_dataset, current_dataset
from store.few_orders import changed_since, rows_of
from store.forecasts import ForecastRow
from store.frames import IDS_A_QUESTION, FrameReader
from store.kept_answers import KeptAnswer, WriteKey
from store.live import UnknownOrder
from store.log_columns import Columns, log_columns
from store.predictions import LoggedPrediction

__all__ = ["LoggedPrediction", "Store", "UnknownOrder", "open_store"]


class Store:
    """Everything known of one data set's orders. Times are microseconds since 1970 in UTC."""

    def __init__(self, engine: Engine, dataset: str, within: tuple[Connection, int] | None = None) -> None:
        self.engine = engine
        self.dataset = dataset
        self._within = within

    @contextmanager
    def transaction(self) -> Iterator["Store"]:
        """The same store inside one writing transaction: what is asked and written of it belongs together.

        All of it is committed at the end, or none; other writers wait meanwhile.
        """
        if self._within:
            yield self
            return
        with writing(self.engine) as within:
            yield Store(self.engine, self.dataset, within)

    def _reading(self, bulk: bool = False) -> AbstractContextManager[Connection]:
        return nullcontext(self._within[0]) if self._within else reading(self.engine, bulk)

    def _writing(self) -> AbstractContextManager[tuple[Connection, int]]:
        return nullcontext(self._within) if self._within else writing(self.engine)

    def frames(
        self,
        order_ids: Sequence[str] | None = None,
        recorded_until: int | None = None,
        known_until: int | None = None,
    ) -> dict[str, pd.DataFrame]:
        """Columns of `orders`, `events`, `callbacks`, `communities` and `forecasts`.

        With `order_ids` only those orders' rows; with `recorded_until` only what was recorded by then; with
        `known_until` only callbacks that were known by then, in the version that they had.
        Words are of pandas' `str` dtype, missing ones NaN.
        """
        with self._reading(bulk=order_ids is None) as connection:
            attributes = declared_attributes(connection)
            return FrameReader(connection, attributes, order_ids, recorded_until, known_until).all()

    def log_columns(self) -> dict[str, Columns]:
        """Columns of all `orders`, `events` and `callbacks`, for whoever sorts them (see store/log_columns.py)."""
        with self._reading(bulk=True) as connection:
            return log_columns(connection, declared_attributes(connection))

    def rows(self, order_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """The rows of a few orders' `orders`, `events`, `callbacks` and `communities`; missing is None."""
        with self._reading() as connection:
            return rows_of(connection, order_ids)

    def attributes(self) -> tuple[Attribute, ...]:
        """The attributes that the descriptions ingested so far have declared."""
        with self._reading() as connection:
            return declared_attributes(connection)

    def origins(self) -> frozenset[Origin]:
        """Where the orders come from, as the descriptions of their extracts declared; none if none was loaded."""
        with self._reading() as connection:
            return frozenset(map(Origin, connection.scalars(select(tables.origins.c.origin))))

    def counts(self) -> dict[str, int]:
        """How many rows there are of each kind, and how many callbacks brought a rating."""
        kinds = (tables.orders, tables.events, tables.callbacks, tables.forecasts, tables.predictions)
        rated = (
            select(func.count()).select_from(tables.callbacks).where(tables.callbacks.c.rating.isnot(None))
        )
        named = select(func.count(func.distinct(tables.communities.c.community)))
        with self._reading() as connection:
            counts = {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in kinds
            }
            return {
                **counts,
                "communities": connection.execute(named).scalar_one(),
                "rated_callbacks": connection.execute(rated).scalar_one(),
            }

    def order_ids(self) -> list[str]:
        """The ids of all orders, sorted."""
        with self._reading() as connection:
            return sorted(connection.scalars(select(tables.orders.c.order_id)))

    def has_order(self, order_id: str) -> bool:
        """Whether the order is in the store."""
        with self._reading() as connection:
            return live.has_order(connection, order_id)

    def watermark(self) -> int:
        """A number that grows with every writing transaction."""
        with self._reading() as connection:
            return int(connection.execute(select(tables.writes.c.number)).scalar_one())

    def changed_since(self, watermark: int) -> tuple[list[str], int]:
        """The orders written to after this watermark, sorted, and the new watermark."""
        with self._reading() as connection:
            return changed_since(connection, watermark)

    def add_order(self, order: Order, recorded_at: int, known_at: int | None = None) -> bool:
        """Write an order with its events and callbacks; whether anything was new.

        Its own fields count as known at `known_at`, by default when they were recorded. An order that is
        there already gets a revision of what differs.
        """
        with self._writing() as (connection, revision):
            is_new = live.write_order(connection, revision, order, recorded_at, known_at)
            events = live.write_events(connection, revision, order.order_id, order.events, recorded_at)
            calls = live.write_callbacks(connection, revision, order.order_id, order.callbacks, recorded_at)
        return is_new or bool(events) or bool(calls)

    def add_events(self, order_id: str, events: Sequence[OrderEvent], recorded_at: int) -> list[str]:
        """Write events of a known order; the ids of those that were new. UnknownOrder otherwise."""
        with self._writing() as (connection, revision):
            return live.write_events(connection, revision, order_id, events, recorded_at)

    def add_callbacks(self, order_id: str, callbacks: Sequence[Callback], recorded_at: int) -> list[str]:
        """Write callbacks of a known order; the ids of those that were new. UnknownOrder otherwise."""
        with self._writing() as (connection, revision):
            return live.write_callbacks(connection, revision, order_id, callbacks, recorded_at)

    def add_forecast(self, row: ForecastRow) -> bool:
        """Write a handler's forecast of a known order; whether it was new."""
        with self._writing() as (connection, revision):
            return forecasts.write(connection, revision, row)

    def latest_forecasts(self, order_ids: Sequence[str]) -> dict[str, ForecastRow]:
        """The last forecast of each of these orders; those without one are left out."""
        with self._reading() as connection:
            return forecasts.latest(connection, order_ids)

    def append_predictions(self, rows: Sequence[LoggedPrediction]) -> None:
        """Add scores to the log."""
        with writing_of(self.engine) as connection:
            predictions.append(connection, rows)

    def predictions(self, order_id: str) -> tuple[LoggedPrediction, ...]:
        """The scores given to one order, oldest first."""
        with self._reading() as connection:
            return predictions.of_order(connection, order_id)

    def newest_rating_at(self) -> int | None:
        """When the newest rating was known, microseconds; None before the first one."""
        table = tables.callbacks.c
        with reading(self.engine) as connection:
            return connection.scalar(select(func.max(table.known_at)).where(table.rating.isnot(None)))

    def latest_predictions(self, order_ids: Sequence[str]) -> dict[str, LoggedPrediction]:
        """The last score of each of these orders, those of orders as given left out."""
        found: dict[str, LoggedPrediction] = {}
        with reading(self.engine) as connection:
            for start in range(0, len(order_ids), IDS_A_QUESTION):
                found |= predictions.latest(connection, order_ids[start : start + IDS_A_QUESTION])
        return found

    def courses(self, order_ids: Sequence[str]) -> dict[str, list[tuple[int, float]]]:
        """Moment and P(不满意) of every score of each of these orders, oldest first."""
        found: dict[str, list[tuple[int, float]]] = {}
        with self._reading() as connection:
            for start in range(0, len(order_ids), IDS_A_QUESTION):
                found |= predictions.courses(connection, order_ids[start : start + IDS_A_QUESTION])
        return found

    def drawn_predictions(self, model_version: str, count: int) -> tuple[LoggedPrediction, ...]:
        """So many of this model's scores, drawn evenly over the log."""
        with reading(self.engine) as connection:
            return predictions.drawn(connection, model_version, count)

    def communities(self) -> pd.DataFrame:
        """What is known of communities."""
        with self._reading() as connection:
            return FrameReader(connection, ()).communities()

    def announce_history(self) -> str:
        """A token for a history that is about to be sorted, and kept outside."""
        with writing_of(self.engine) as connection:
            return vouching.announce(connection)

    def vouch_for(self, token: str, number: int) -> bool:
        """Whether the history is still to be kept; then it counts as what was written up to this number."""
        with writing_of(self.engine) as connection:
            return vouching.vouch(connection, token, number)

    def is_vouched(self, token: str, number: int) -> bool:
        """Whether this database holds what that history was sorted from, nothing of it forgotten since."""
        with self._reading() as connection:
            return vouching.is_vouched(connection, token, number)

    def take_lease(self, name: str, holder: str, now: int, until: int) -> bool:
        """Take or keep what only one process may do at a time; False where another holds it."""
        with writing_of(self.engine) as connection:
            return leases.take(connection, name, holder, now, until)

    def give_lease_back(self, name: str, holder: str) -> None:
        """Let another process have it at once."""
        with writing_of(self.engine) as connection:
            leases.give_back(connection, name, holder)

    def append_rescored(
        self, rows: Sequence[LoggedPrediction], holder: str, now: int, until: int, name: str = "rescoring"
    ) -> bool:
        """Add scores to the log if the lease is still held; False, and nothing, otherwise."""
        with writing_of(self.engine) as connection:
            is_held = leases.take(connection, name, holder, now, until)
            if is_held:
                predictions.append(connection, rows)
            return is_held

    def claim(self, order_id: str, person: str, at: int, held_since: int, desk: str | None = None) -> Claim:
        """Claim an order, and the claim that stands: one's own, or that of whoever was first."""
        with self._writing() as (connection, _):
            return claims.take(connection, order_id, person, at, held_since, desk)

    def end_claim(
        self, order_id: str, person: str, at: int, outcome: Outcome, reason: str | None = None
    ) -> bool:
        """End one's own claim; False where one holds none of this order."""
        with self._writing() as (connection, _):
            return claims.end(connection, order_id, person, at, outcome, reason)

    def release_ended_claim(self, order_id: str, person: str, claimed_at: int, ended: Outcome) -> None:
        """Make of one's claim that ended so, and is taken back, an order that was given back."""
        with self._writing() as (connection, _):
            claims.release_ended(connection, order_id, person, claimed_at, ended)

    def held_claims(self, since: int) -> dict[str, Claim]:
        """The claims made since then that are held, by order."""
        with self._reading() as connection:
            return claims.held(connection, since=since)

    def ended_claims(self, since: int, outcome: Outcome) -> list[Claim]:
        """The claims that ended so since then, newest first."""
        with self._reading() as connection:
            return claims.ended_since(connection, since, outcome)

    def recall(self, asked: WriteKey, since: int) -> KeptAnswer | None:
        """What was answered under this key since then; KeyTaken if it came with another request."""
        with self._reading() as connection:
            return kept_answers.recall(connection, asked, since)

    def keep(self, asked: WriteKey, answered: KeptAnswer, at: int, since: int) -> None:
        """Keep an answer under its key, and forget those kept before `since`."""
        with self._writing() as (connection, _):
            kept_answers.keep(connection, asked, answered, at, since)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def open_store(home: Path, dataset: str | None = None, url: str | None = None) -> Store:
    """The store of a data set under this home: by default the one ingested last, else "hotline".

    With `url` it lies in that PostgreSQL database, otherwise in `<home>/<dataset>.db`.
    """
    name = checked_dataset(dataset or current_dataset(home))
    if url:
        return Store(connect_postgresql(url, name), name)
    return Store(connect_sqlite(home / f"{name}.db", name), name)
