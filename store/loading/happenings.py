"""What an extract says of events, callbacks, forecasts and communities, made ready to be written."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotline.calendar import NO_TIME
from hotline.lifecycle import EventType
from store.extracts.extract import Extract, together
from store.extracts.rejects import Rejects
from store.identity import natural_ids
from store.loading.known_from import KnownFrom
from store.loading.stored import Stored, codes_of
from store.loading.versions import compare_versions, versioned
from store.tables import CALLBACK_ANSWERS

_EVENT_CONTENT = ("type", "happened_at", "actor", "group", "verdict", "promised_at")
#: A callback that brings no time of its own does not differ by the one it was given.
_CALLBACK_CONTENT = ("stated_at", "channel", *CALLBACK_ANSWERS)


@dataclass(frozen=True)
class Written:
    """Rows to insert, rows to fill in where they are, and how many were new and corrected."""

    new: pd.DataFrame
    filled: pd.DataFrame
    added: int
    corrected: int


def events_with_ids(extract: Extract, rejects: Rejects) -> pd.DataFrame:
    """The events with the ids that they bring, or that follow from what they say."""
    events = extract.events
    if not len(events):
        return events
    moment = events["happened_at"].astype("str").where(events["column"].isna(), "column:" + events["column"])
    events = _identified(events, "event_id", ("type", "moment", "actor"), moment)
    return _once(events, "event_id", rejects)


def events_to_write(
    events: pd.DataFrame, stored: Stored, attributes: Sequence[str], taken_at: int
) -> Written:
    """New events, and each changed one as a retraction of the old and a new version of it."""
    events = events.assign(code=codes_of(stored.ids, events))
    events = events.reindex(columns=list(dict.fromkeys([*events.columns, *attributes])))
    compared = compare_versions(events, stored.events, "event_id", (*_EVENT_CONTENT, *attributes))
    changed = compared.is_changed & ~_is_stale(compared.before, compared.version, taken_at, len(events))
    corrected, version = compared.whole[changed], compared.version[changed] + 1
    known_at = np.maximum(corrected["happened_at"], taken_at)
    ids = corrected["event_id"]
    versions = corrected.assign(event_id=versioned(ids, version), known_at=known_at)
    retractions = corrected[["order_id", "code"]].assign(
        event_id=versioned(ids, version, "r"),
        type=EventType.RETRACTED.value,
        happened_at=taken_at,
        known_at=taken_at,
        promised_at=NO_TIME,
        retracts=compared.before[changed]["event_id"] if len(corrected) else ids,
    )
    filled = compared.whole[compared.is_filled]
    if len(filled):
        filled = filled.assign(event_id=compared.before[compared.is_filled]["event_id"])
    return Written(
        together([events[compared.is_new], retractions, versions]),
        filled,
        int(compared.is_new.sum()),
        int(changed.sum()),
    )


def placed_callbacks(extract: Extract, stored: Stored, known: KnownFrom, rejects: Rejects) -> pd.DataFrame:
    """The callbacks with ids; those without a time of their own at their order's last event."""
    callbacks = extract.callbacks
    if not len(callbacks):
        return callbacks
    callbacks = _identified(callbacks, "callback_id", ("by", "moment"), callbacks["slot"])
    callbacks = _once(callbacks, "callback_id", rejects)
    has_time = (callbacks["happened_at"] != NO_TIME).to_numpy()
    last = np.maximum(known.last_event(), known.births.known_at)[codes_of(stored.ids, callbacks)]
    return callbacks.assign(
        stated_at=callbacks["happened_at"],
        happened_at=np.where(has_time, callbacks["happened_at"], last),
        known_at=np.where(has_time, callbacks["known_at"], last + callbacks["lag"]),
    )


def callbacks_to_write(callbacks: pd.DataFrame, stored: Stored, taken_at: int) -> Written:
    """New callbacks, and a further version of each that says more, or something else, than before."""
    callbacks = callbacks.assign(code=codes_of(stored.ids, callbacks))
    heads = stored.callbacks.assign(stated_at=stored.callbacks["happened_at"])
    compared = compare_versions(callbacks, heads, "callback_id", _CALLBACK_CONTENT)
    changed = compared.is_changed & ~_is_stale(compared.before, compared.version, taken_at, len(callbacks))
    more = changed | compared.is_filled
    later = compared.whole[more]
    known_at = np.where(changed[more], np.maximum(later["known_at"], taken_at), later["known_at"])
    versions = later.assign(
        callback_id=versioned(later["callback_id"], compared.version[more] + 1), known_at=known_at
    )
    new = together([callbacks[compared.is_new], versions])
    return Written(new, callbacks.iloc[:0], int(compared.is_new.sum()), int(more.sum()))


def forecasts_with_ids(extract: Extract) -> pd.DataFrame:
    """The forecasts with the ids that follow from what they say."""
    forecasts = extract.forecasts
    if not len(forecasts):
        return forecasts
    moment = forecasts["known_at"].astype("str")
    return _identified(forecasts.assign(forecast_id=None), "forecast_id", ("moment",), moment)


def communities_to_write(said: pd.DataFrame, stored: pd.DataFrame, taken_at: int) -> tuple[pd.DataFrame, int]:
    """New facts about communities, and how many differ from what was known before."""
    facts = ["has_assembly", "has_fund_account", "year_built", "households"]
    latest = stored.groupby("community")[facts].last() if len(stored) else pd.DataFrame(columns=facts)
    before = latest.reindex(said["community"].tolist()).to_numpy(dtype=float)
    now = said[facts].to_numpy(dtype=float)
    differs = np.isfinite(now) & (now != before)
    corrects = (differs & np.isfinite(before)).any(axis=1)
    known_at = np.where(corrects, np.maximum(said["known_at"], taken_at), said["known_at"])
    new = said.assign(known_at=known_at)
    new[facts] = np.where(differs, now, np.nan)
    is_fact = differs.any(axis=1) | ~said["community"].isin(latest.index).to_numpy()
    return new[is_fact], int(corrects.sum())


def closing_verdicts(extract: Extract, rejects: Rejects) -> pd.DataFrame:
    """The events with verdicts that stand in order files put on each order's last closing."""
    events = extract.events
    for stated in extract.orders:
        given = stated.frame[stated.frame["closing_verdict"].notna()]
        if not len(given):
            continue
        closings = events[events["type"] == EventType.CLOSED] if len(events) else events
        last = closings.sort_values("happened_at", kind="stable").drop_duplicates("order_id", keep="last")
        verdicts = given.set_index("order_id")["closing_verdict"]
        stray = given[~given["order_id"].isin(last["order_id"])]
        reason = "a verdict without a closing; give the time of closing; value left out"
        rejects.add_placed(stray, "verdict", stray["closing_verdict"].tolist(), reason)
        open_ones = last[last["verdict"].isna()]
        found = open_ones["order_id"].map(verdicts).astype("str")
        events = events.assign(verdict=events["verdict"].where(~events.index.isin(found.index), found))
    return events


def _identified(
    frame: pd.DataFrame, key: str, parts: Sequence[str], moment: "pd.Series[str]"
) -> pd.DataFrame:
    """The frame with ids in `key` wherever none are given; equal rows get an occurrence number."""
    frame = frame.assign(moment=moment)
    names = ["order_id", *parts]
    occurrence = np.zeros(len(frame), dtype=np.int64)
    double = frame.duplicated(names, keep=False).to_numpy()
    occurrence[double] = frame[double].groupby(names, sort=False, dropna=False).cumcount().to_numpy()
    columns = [frame[name].fillna("").tolist() for name in names]
    ids = pd.Series(
        natural_ids(*columns, occurrence.tolist()),
        dtype="str",
        index=frame.index,
    )
    given = frame[key].astype("str")
    return frame.drop(columns="moment").assign(**{key: given.fillna(ids)})


def _once(rows: pd.DataFrame, key: str, rejects: Rejects) -> pd.DataFrame:
    again = rows.duplicated(["order_id", key]).to_numpy()
    if not again.any():
        return rows
    reason = "this id stands in an earlier row too; row not loaded"
    rejects.add_placed(rows[again], key, rows.loc[again, key].tolist(), reason)
    return rows[~again].reset_index(drop=True)


def _is_stale(before: pd.DataFrame, version: np.ndarray, taken_at: int, length: int) -> np.ndarray:
    """Where the stored version was itself brought by an extract taken no earlier than this one."""
    if not len(before):
        return np.zeros(length, dtype=bool)
    return (version > 0) & (before["known_at"].to_numpy() >= taken_at)
