"""`qingling forget` on what an extract brought; the same extract does not bring it back."""

from datetime import UTC, datetime

import pytest

from hotline.errors import ArgumentError
from pipelines.forget import forget_before, forget_caller
from store.access.audit_log import entries
from store.database import open_store
from store.extracts.pseudonyms import Pseudonyms
from tests.ingest.conftest import Folder
from tests.ingest.test_privacy import everything_on_disk

_NOW = datetime(2027, 1, 1, tzinfo=UTC)
_CALLER, _WORDS, _NOTE, _EVENT_NOTE = "13912345678", "标记的诉求", "标记的备注", "标记的经过"
_DESCRIPTION = """
[[files]]
path = "orders.csv"
order_id = "no"
[files.order]
received_at = "received"
caller = "caller"
text = "text"
category = "category"
[[files.attributes]]
name = "note"
kind = "text"
[[files.attributes]]
name = "floor"
kind = "numeric"
[[files.callbacks]]
rating = "rating"
[[files]]
path = "events.csv"
order_id = "no"
[files.event]
type = "type"
at = "at"
[[files.attributes]]
name = "story"
of = "event"
kind = "text"
"""
_ORDERS = (
    "no,received,caller,text,category,note,floor,rating\n"
    f"A1,2026-09-02 09:00,{_CALLER},{_WORDS},电梯,{_NOTE},7,满意\n"
    "A2,2026-10-03 09:00,another,漏水,漏水,无,3,\n"
)
_EVENTS = f"no,type,at,story\nA1,接单,2026-09-02 10:00,{_EVENT_NOTE}\nA2,接单,2026-10-03 10:00,无\n"


@pytest.fixture
def filled(folder: Folder) -> Folder:
    folder.write("orders.csv", _ORDERS)
    folder.write("events.csv", _EVENTS)
    folder.ingest(_DESCRIPTION)
    return folder


def _agreed(count: int, what: str) -> bool:
    return True


def test_words_notes_and_callers_go_and_the_same_extract_does_not_bring_them_back(filled: Folder) -> None:
    told = forget_before(filled.settings, "2026-10-01", _agreed, _NOW)
    assert told == "orders received before 2026-10-01: 1 orders blanked, 0 scores deleted"
    again = filled.ingest(_DESCRIPTION)
    assert set(again.new.values()) == set(again.corrected.values()) == {0}
    frames = filled.frames()
    mine = frames["orders"]["order_id"] == "A1"
    assert frames["orders"].loc[mine, ["text", "caller", "note"]].isna().all(axis=None)
    assert frames["orders"].loc[mine, "floor"].dropna().tolist() == [7.0]
    assert frames["orders"].loc[~mine, "note"].dropna().tolist() == ["无"]
    events = frames["events"].set_index("order_id")
    assert events.loc["A1", "type"] == "accepted" and isinstance(events.loc["A1", "story"], float)
    assert frames["callbacks"]["rating"].dropna().tolist() == [3.0]
    written = everything_on_disk(filled.settings.home)
    assert not [word for word in (_WORDS, _NOTE, _EVENT_NOTE) if word.encode() in written]


@pytest.mark.parametrize("named", ["139 1234 5678", "pseudonym"])
def test_a_caller_is_named_by_number_or_pseudonym_and_the_log_names_neither(
    filled: Folder, named: str
) -> None:
    pseudonym = Pseudonyms.open(filled.settings.home).of(_CALLER)
    told = forget_caller(filled.settings, pseudonym if named == "pseudonym" else named, _agreed, _NOW)
    assert told == "orders of one caller: 1 orders blanked, 0 scores deleted"
    assert pseudonym.encode() not in everything_on_disk(filled.settings.home)
    store = open_store(filled.settings.home)
    ((_, noted),) = entries(store.engine)
    store.close()
    assert (noted.action, noted.outcome, noted.order_id) == ("forget", told, None)


def test_nothing_is_forgotten_unless_it_is_agreed(filled: Folder) -> None:
    asked: list[tuple[int, str]] = []

    def refuses(count: int, what: str) -> bool:
        asked.append((count, what))
        return False

    assert forget_before(filled.settings, "2026-11-01", refuses, _NOW) is None
    assert forget_caller(filled.settings, _CALLER, refuses, _NOW) is None
    assert asked == [(2, "orders received before 2026-11-01"), (1, "orders of one caller")]
    assert filled.frames()["orders"]["text"].notna().sum() == 2


@pytest.mark.parametrize(("day", "why"), [("2027-02-01", "lies in the future"), ("1/2/2026", "is no day")])
def test_a_day_that_cannot_be_meant_is_refused(filled: Folder, day: str, why: str) -> None:
    with pytest.raises(ArgumentError, match=why):
        forget_before(filled.settings, day, _agreed, _NOW)


def test_files_of_refused_rows_go_with_the_rows_of_their_time(filled: Folder) -> None:
    filled.write("orders.csv", _ORDERS + "A3,not a time,x,y,z,w,v,u\n")
    summary = filled.ingest(_DESCRIPTION)
    assert summary.rejects_file
    later = datetime(2100, 1, 1, tzinfo=UTC)
    told = forget_before(filled.settings, "2099-01-01", _agreed, later)
    assert told and "1 files of refused rows deleted" in told
    assert not list((filled.settings.home / "rejects").glob("*"))
