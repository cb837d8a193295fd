"""What files say of communities, and of orders that changed hands, category or due date on the way."""

import numpy as np
import pandas as pd

from hotline.calendar import NO_TIME
from hotline.order import ORDER_FIELDS
from store.extracts.columns import NOT_LOADED, Columns
from store.extracts.description import Description
from store.extracts.reading import Sheet
from store.extracts.rejects import Rejects
from store.extracts.times import EARLIEST, parse_moment
from store.tables import ORDER_TIMES

#: `known_since = "always"`: the fact holds for the whole extract.
ALWAYS = "always"


def community_facts(
    sheet: Sheet, described: Description, rejects: Rejects, taken_at: int
) -> pd.DataFrame | None:
    """Facts about communities, known at their own time, else since `known_since`, else at the extract's."""
    mapping = sheet.spec.community
    if mapping is None:
        return None
    columns = Columns(sheet, mapping.fields, described, rejects)
    frame = columns.base().drop(columns="order_id", errors="ignore")
    frame.insert(0, "community", columns.words("community"))
    for name in ("has_assembly", "has_fund_account"):
        frame[name] = columns.yes_no(name)
    for name in ("year_built", "households"):
        frame[name] = columns.numbers(name)
    since = taken_at
    if mapping.known_since == ALWAYS:
        since = EARLIEST
    elif mapping.known_since:
        since = parse_moment(mapping.known_since, described.zone, "known_since")
    known = columns.times("known_at").micros
    frame["known_at"] = np.where(known == NO_TIME, since, known)
    nameless = frame["community"].isna()
    columns.refuse("community", nameless, f"no community; {NOT_LOADED}")
    return frame[~nameless]


def order_changes(sheet: Sheet, described: Description, rejects: Rejects) -> pd.DataFrame | None:
    """Changes of orders' fields, each known at its own time; empty fields did not change."""
    if sheet.spec.change is None:
        return None
    columns = Columns(sheet, sheet.spec.change.fields, described, rejects)
    frame = columns.base()
    happened = columns.times("at", NOT_LOADED).micros
    lag = int(sheet.spec.lag.total_seconds() * 1e6)
    frame["natural_at"] = np.where(happened == NO_TIME, NO_TIME, happened + lag)
    for name in [name for name in ORDER_FIELDS if name in columns]:
        frame[name] = columns.times(name).micros if name in ORDER_TIMES else columns.words(name)
    nameless = frame["order_id"].isna()
    columns.refuse("order_id", nameless, f"no order id; {NOT_LOADED}")
    timeless = columns.raw("at").isna() & ~nameless
    columns.refuse("at", timeless, f"a change needs its time; {NOT_LOADED}")
    return frame[~nameless & (frame["natural_at"] != NO_TIME)]
