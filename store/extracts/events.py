"""What files say of events: rows of a long file, and the moments of a wide one."""

import numpy as np
import pandas as pd

from hotline.calendar import NO_TIME
from hotline.lifecycle import EventType
from hotline.order import AttributeOf
from hotline.playbook import DUTIES
from store.extracts import words
from store.extracts.columns import LEFT_OUT, NOT_LOADED, Columns
from store.extracts.description import Description, Moment
from store.extracts.orders import attribute_values
from store.extracts.reading import Sheet
from store.extracts.rejects import Rejects

#: Columns of every frame of events read: `column` names the wide column that a moment came from.
EVENT_FRAME = (
    "order_id",
    "file",
    "row",
    "event_id",
    "column",
    "type",
    "happened_at",
    "is_day",
    "known_at",
    "actor",
    "group",
    "verdict",
    "promised_at",
    "retracts",
    "duty",
    "duty_note",
)


def long_events(sheet: Sheet, described: Description, rejects: Rejects) -> pd.DataFrame:
    """The rows of a long file as events."""
    spec = sheet.spec
    assert spec.event is not None
    columns = Columns(sheet, spec.event.fields, described, rejects)
    frame = columns.base()
    frame["event_id"] = columns.words("id")
    frame["column"] = columns.raw("(none)")
    frame["type"] = words.translate(columns.words("type"), described.types)
    _place_in_time(frame, columns, sheet, NOT_LOADED)
    frame["retracts"] = columns.words("retracts")
    for mapping in spec.attributes:
        if mapping.attribute.of is AttributeOf.EVENT:
            frame[mapping.attribute.name] = attribute_values(
                sheet, mapping.attribute, mapping.column, columns
            )
    refused = np.zeros(len(frame), dtype=bool)
    for name, at_fault in (
        ("order_id", frame["order_id"].isna()),
        ("type", frame["type"].isna()),
        ("at", columns.raw("at").isna()),
    ):
        columns.refuse(name, at_fault & ~refused, f"empty; {NOT_LOADED}")
        refused |= at_fault.to_numpy()
    return frame[~refused & (frame["happened_at"] != NO_TIME)]


def wide_events(sheet: Sheet, described: Description, rejects: Rejects) -> list[pd.DataFrame]:
    """One frame per moment column of a wide file; rows in which the moment is empty have no such event."""
    return [_moment_events(sheet, moment, described, rejects) for moment in sheet.spec.moments]


def _moment_events(sheet: Sheet, moment: Moment, described: Description, rejects: Rejects) -> pd.DataFrame:
    columns = Columns(sheet, moment.fields, described, rejects)
    frame = columns.base()
    frame["event_id"] = columns.raw("(none)")
    frame["column"] = pd.Series(moment.fields["at"].column, index=frame.index, dtype="str")
    event_type = described.types.get(moment.type, moment.type)
    frame["type"] = pd.Series(event_type, index=frame.index, dtype="str")
    _place_in_time(frame, columns, sheet, "this moment not loaded")
    frame["retracts"] = columns.raw("(none)")
    is_there = (frame["happened_at"] != NO_TIME) & frame["order_id"].notna()
    for name in ("verdict", "promised_at"):
        if name in columns and moment.type == EventType.CLOSED:
            stray = columns.raw(name).notna() & columns.raw("at").isna()
            columns.refuse(name, stray, f"{columns.title('at')} is empty; fill it in; value left out")
    return frame[is_there]


def _place_in_time(frame: pd.DataFrame, columns: Columns, sheet: Sheet, consequence: str) -> None:
    lag = int(sheet.spec.lag.total_seconds() * 1e6)
    happened = columns.times("at", consequence)
    frame["happened_at"], frame["is_day"] = happened.micros, happened.is_day
    known = columns.times("known_at").micros
    # A clock that runs a little behind does not make a thing known before it happened.
    known_at = np.where(known == NO_TIME, happened.micros, np.maximum(known, happened.micros))
    frame["known_at"] = np.where(happened.micros == NO_TIME, NO_TIME, known_at + lag)
    for name in ("actor", "group", "verdict", "duty_note"):
        frame[name] = columns.words(name)
    duty = columns.words("duty")
    is_unknown = duty.notna() & ~duty.isin(DUTIES)
    columns.refuse(
        "duty", is_unknown, f"no entry of the playbook; write {DUTIES[0]} to {DUTIES[-1]}; {LEFT_OUT}"
    )
    frame["duty"] = duty.where(~is_unknown)
    frame["promised_at"] = columns.times("promised_at").micros
