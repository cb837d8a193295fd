"""What files say of orders themselves: their fields and attributes, each with the event it is known from."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotline.calendar import NO_TIME
from hotline.order import ORDER_FIELDS, Attribute, AttributeKind, AttributeOf
from store.extracts import words
from store.extracts.columns import NOT_LOADED, Columns
from store.extracts.description import FROM_CLOSED, FROM_RECEIVED, Cell, Description
from store.extracts.reading import Sheet
from store.extracts.rejects import Rejects
from store.tables import ORDER_TIMES


@dataclass(frozen=True)
class StatedOrders:
    """What one file states: one row an order, and from when each column is known.

    `frame` has order_id, file, row, received_day (only the day of receipt was given), closing_verdict and
    the columns named in `known_from`; `lag` is what the file's habitual lateness adds, in microseconds.
    """

    frame: pd.DataFrame
    known_from: dict[str, str]
    lag: int


def stated_orders(
    sheet: Sheet, described: Description, rejects: Rejects, pseudonym: Callable[[str], str]
) -> StatedOrders | None:
    """The orders that a sheet states; None where it says nothing of orders themselves."""
    spec = sheet.spec
    if not spec.brings_orders():
        return None
    fields = dict(spec.order.fields) if spec.order else {}
    columns = Columns(sheet, fields, described, rejects)
    frame = columns.base()
    known_from: dict[str, str] = {}
    refused = frame["order_id"].isna().to_numpy(copy=True)
    columns.refuse("order_id", refused, f"no order id; {NOT_LOADED}")
    frame["received_day"] = False
    for name in [name for name in ORDER_FIELDS if name in fields]:
        if name == "received_at":
            times = columns.times(name, NOT_LOADED)
            refused |= times.is_unreadable
            frame[name], frame["received_day"] = times.micros, times.is_day
        elif name in ORDER_TIMES:
            frame[name] = columns.times(name).micros
        elif name == "caller":
            frame[name] = words.through_unique(columns.raw(name), pseudonym)
        else:
            frame[name] = columns.words(name)
        known_from[name] = _known_from(name, fields[name])
    frame["closing_verdict"] = columns.words("verdict")
    for mapping in spec.attributes:
        if mapping.attribute.of is AttributeOf.ORDER:
            frame[mapping.attribute.name] = attribute_values(
                sheet, mapping.attribute, mapping.column, columns
            )
            known_from[mapping.attribute.name] = mapping.known_from
    frame = frame[~refused]
    is_long = spec.event is not None
    return StatedOrders(
        _first_said(frame) if is_long else _said_once(frame, sheet, rejects),
        known_from,
        int(spec.lag.total_seconds() * 1e6),
    )


def attribute_values(
    sheet: Sheet, attribute: Attribute, column: str, columns: Columns
) -> "np.ndarray | pd.Series[str]":
    """A declared attribute's values: floats for numbers and booleans, masked words otherwise."""
    reader = Columns(sheet, {attribute.name: Cell(column=column)}, columns.described, columns.rejects)
    if attribute.kind is AttributeKind.NUMERIC:
        return reader.numbers(attribute.name)
    if attribute.kind is AttributeKind.BOOLEAN:
        return reader.yes_no(attribute.name)
    return words.mask(reader.raw(attribute.name))


def _known_from(name: str, cell: Cell) -> str:
    if name == "received_at":
        return FROM_RECEIVED
    return cell.known_from or FROM_CLOSED


def _first_said(frame: pd.DataFrame) -> pd.DataFrame:
    """One row an order from a file that repeats it: the first value given of each column."""
    times = [name for name in ORDER_TIMES if name in frame]
    with_gaps = frame.assign(**{name: frame[name].where(frame[name] != NO_TIME) for name in times})
    first = with_gaps.groupby("order_id", sort=False, as_index=False).first()
    return first.assign(**{name: first[name].fillna(NO_TIME).astype("int64") for name in times})


def _said_once(frame: pd.DataFrame, sheet: Sheet, rejects: Rejects) -> pd.DataFrame:
    again = frame["order_id"].duplicated().to_numpy()
    if again.any():
        reason = f"this order id stands in an earlier row too; one row an order; {NOT_LOADED}"
        rejects.add(sheet.name, sheet.spec.order_id or "", frame.loc[again, "order_id"], reason)
    return frame[~again]
