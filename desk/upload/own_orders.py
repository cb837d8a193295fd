"""Of an uploaded extract only the rows about the sender's own orders go on; the others are refused one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from desk.ingest import Admit
from hotline.lifecycle import EventType
from hotline.scope import Scope, Whereabouts, is_within
from store.database import Store
from store.extracts.extract import Extract
from store.extracts.orders import StatedOrders
from store.extracts.rejects import Rejects
from store.loading.refusing import UNKNOWN_ORDER
from store.whereabouts import whereabouts

ANOTHER_COMPANY = "names another company than the sender's; correct it or leave it out; row not loaded"
NO_COMPANY = "no company, and the sender has several; write which; row not loaded"
NOT_AN_ID = "an order id has no invisible characters, and 64 at most; correct it; row not loaded"
OF_THE_HOTLINE = "callbacks and archiving are the hotline's to tell; leave it out; row not loaded"
NOT_OWN = "this order id is not the sender's; check it; row not loaded"
#: The field that each reason is about.
_AT_FAULT = {ANOTHER_COMPANY: "company", NO_COMPANY: "company", NOT_OWN: "order_id"}
#: What the interface takes for an id, and pages can show.
_LONGEST_ID = 64
_OF_THE_HOTLINE = [EventType.CALLED_BACK.value, EventType.ARCHIVED.value]
_BY_ORDER = ("events", "callbacks", "forecasts", "changes")


def sole_company(scope: Scope) -> str | None:
    """The firm whose the sender's orders are; None where it is none, or several."""
    return next(iter(scope.companies)) if len(scope.companies) == 1 else None


def admit_own(scope: Scope) -> Admit:
    """What takes out of an extract the rows that concern others' orders.

    An order is own if it lies within the scope as stored, and with what the row says of it. Where one firm
    sends, orders without a company become its own. That its forecasts were made without the model's word nobody can
    know, so they count as made with it.
    """

    def admit(store: Store, extract: Extract, rejects: Rejects) -> None:
        for place, stated in enumerate(extract.orders):
            is_id = [_is_id(str(order_id)) for order_id in stated.frame["order_id"]]
            extract.orders[place] = replace(
                stated, frame=_without(stated.frame, is_id, "order_id", NOT_AN_ID, rejects)
            )
        if scope.is_whole:
            return
        found = whereabouts(store.engine, [str(order_id) for order_id in extract.order_ids()])
        theirs = {order_id for order_id, where in found.items() if not is_within(scope, where)}
        refused: set[str] = set()
        for place, stated in enumerate(extract.orders):
            extract.orders[place], others = _own(stated, found, scope, rejects)
            refused |= others
        for name in _BY_ORDER:
            frame = getattr(extract, name)
            if not len(frame):
                continue
            is_unknown = frame["order_id"].isin(theirs - refused)
            rows = frame[is_unknown]
            rejects.add_placed(rows, "", rows["order_id"].tolist(), UNKNOWN_ORDER)
            setattr(extract, name, frame[~frame["order_id"].isin(theirs | refused)].reset_index(drop=True))
        if len(extract.events):
            is_theirs = (~extract.events["type"].isin(_OF_THE_HOTLINE)).tolist()
            extract.events = _without(extract.events, is_theirs, "type", OF_THE_HOTLINE, rejects)

        if len(extract.forecasts):
            extract.forecasts = extract.forecasts.assign(seen_model=1.0)

    return admit


def _is_id(word: str) -> bool:
    return word.isprintable() and len(word) <= _LONGEST_ID


def _without(
    frame: pd.DataFrame, kept: Sequence[bool], name: str, reason: str, rejects: Rejects
) -> pd.DataFrame:
    """The rows that are kept; the others are refused, a field of theirs named."""
    if all(kept):
        return frame
    is_kept = pd.Series(kept, index=frame.index, dtype=bool)
    rejects.add_placed(frame[~is_kept], name, frame.loc[~is_kept, name].tolist(), reason)
    return frame[is_kept].reset_index(drop=True)


def _own(
    stated: StatedOrders, found: dict[str, Whereabouts], scope: Scope, rejects: Rejects
) -> tuple[StatedOrders, set[str]]:
    """The rows about own orders, and the ids of the others."""
    frame = _with_company(stated.frame, sole_company(scope), found)
    reasons = [_reason(order_id, told, found, scope) for order_id, told in _told(frame)]
    for reason, name in _AT_FAULT.items():
        rows = frame[[said == reason for said in reasons]]
        if len(rows):
            values = rows[name].tolist() if name in rows else [None] * len(rows)
            rejects.add_placed(rows, name, values, reason)
    is_own = pd.Series([reason is None for reason in reasons], index=frame.index, dtype=bool)
    others = set(frame.loc[~is_own, "order_id"])
    return replace(stated, frame=frame[is_own].reset_index(drop=True)), others


def _with_company(frame: pd.DataFrame, company: str | None, found: dict[str, Whereabouts]) -> pd.DataFrame:
    if company is None or "company" not in frame:
        return frame
    is_new = ~frame["order_id"].isin(list(found))
    return frame.assign(company=frame["company"].mask(frame["company"].isna() & is_new, company))


def _told(frame: pd.DataFrame) -> Iterator[tuple[str, Whereabouts]]:
    """What each row says of whose its order is."""
    nothing = [None] * len(frame)
    columns = [
        frame[name].astype(object).where(frame[name].notna(), None).tolist() if name in frame else nothing
        for name in Whereabouts._fields
    ]
    for order_id, *said in zip(frame["order_id"], *columns, strict=True):
        yield order_id, Whereabouts(*said)


def _reason(order_id: str, told: Whereabouts, found: dict[str, Whereabouts], scope: Scope) -> str | None:
    stored = found.get(order_id)
    if told.company is not None and scope.companies and told.company not in scope.companies:
        return ANOTHER_COMPANY
    if stored is not None and not is_within(scope, stored):
        return NOT_OWN
    kept = stored or Whereabouts()
    after = Whereabouts(*(old if new is None else new for old, new in zip(kept, told, strict=True)))
    if after.company is None and scope.companies:
        return NO_COMPANY
    return None if is_within(scope, after) else NOT_OWN
