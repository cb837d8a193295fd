"""What a row must fulfil to be believed, as pandera schemas; who fails is refused with the reason."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hotline.calendar import DAY, NO_TIME, from_micros
from store.extracts.times import EARLIEST

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

#: Clocks differ, and a day without time of day counts as its end.
SLACK = DAY
#: A due date or a promise can lie ahead, but not by decades.
FARTHEST_AHEAD = 20 * 366 * DAY
_OLDEST_BUILDING = 1800
_NEWEST_BUILDING = 2100

_TOO_OLD = "lies before 1990; check the year"
_IN_FUTURE = "lies after the extract was taken; check the time, or taken_at"


def _past(latest: int) -> Any:
    """A time that has come, or is not given."""
    from pandera.pandas import Check, Column

    return Column(
        checks=[
            Check(lambda t: (t == NO_TIME) | (t >= EARLIEST), error=_TOO_OLD),
            Check(lambda t: t <= latest + SLACK, error=_IN_FUTURE),
        ]
    )


def _coming(latest: int) -> Any:
    """A time that may lie ahead."""
    from pandera.pandas import Check, Column

    return Column(
        checks=[
            Check(lambda t: (t == NO_TIME) | (t >= EARLIEST), error=_TOO_OLD),
            Check(lambda t: t <= latest + FARTHEST_AHEAD, error="lies decades ahead; check the year"),
        ],
        required=False,
    )


def happened_times(latest: int, known_by: int) -> "DataFrameSchema":
    """Events and callbacks have happened, and are known, be it with the lag of their source."""
    from pandera.pandas import DataFrameSchema

    return DataFrameSchema({"happened_at": _past(latest), "known_at": _past(known_by)})


def known_times(latest: int) -> "DataFrameSchema":
    """Facts and forecasts are known at a time that has come."""
    from pandera.pandas import Check, Column, DataFrameSchema

    share = Check(lambda p: p.isna() | p.between(0, 1), error="a probability lies between 0 and 1")
    return DataFrameSchema(
        {"known_at": _past(latest), "probability": Column(checks=share, required=False, nullable=True)}
    )


def changed_times(latest: int) -> "DataFrameSchema":
    """Changes have happened."""
    from pandera.pandas import DataFrameSchema

    return DataFrameSchema({"natural_at": _past(latest), "due_at": _coming(latest)})


def stated_times(latest: int) -> "DataFrameSchema":
    """Orders were received; their due dates may lie ahead."""
    from pandera.pandas import Column, DataFrameSchema

    received = _past(latest)
    return DataFrameSchema(
        {"received_at": Column(checks=received.checks, required=False), "due_at": _coming(latest)}
    )


def after_receipt(reason: str) -> "DataFrameSchema":
    """Nothing happens to an order before it is received (`after_receipt` is below 0 where it does)."""
    from pandera.pandas import Check, Column, DataFrameSchema

    return DataFrameSchema({"after_receipt": Column(checks=Check(lambda passed: passed >= 0, error=reason))})


def plausible_community() -> "DataFrameSchema":
    """Buildings of the last two centuries, households that can be counted."""
    from pandera.pandas import Check, Column, DataFrameSchema

    years = Check(
        lambda y: y.isna() | y.between(_OLDEST_BUILDING, _NEWEST_BUILDING), error="no year of building"
    )
    households = Check(lambda h: h.isna() | (h >= 0), error="households cannot be negative")
    return DataFrameSchema(
        {
            "year_built": Column(checks=years, nullable=True),
            "households": Column(checks=households, nullable=True),
        }
    )


def failures(schema: "DataFrameSchema", frame: pd.DataFrame) -> list[tuple[str, str, np.ndarray]]:
    """For each check that some rows fail: the column, the reason, and the rows as a mask."""
    from pandera.errors import SchemaErrors

    if not len(frame):
        return []
    plain = frame[[name for name in schema.columns if name in frame]].reset_index(drop=True)
    try:
        schema.validate(plain, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        found = []
        for (column, check), group in cases.groupby(["column", "check"], sort=False):
            mask = np.zeros(len(frame), dtype=bool)
            mask[group["index"].to_numpy(dtype=int)] = True
            found.append((str(column), str(check), mask))
        return found
    return []


def shown_times(times: "pd.Series[int]") -> list[str]:
    """Times as a person reads them in a rejects file."""
    return ["" if time == NO_TIME else _shown(time) for time in times.tolist()]


def _shown(time: int) -> str:
    try:
        return from_micros(time).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError):
        return str(time)
