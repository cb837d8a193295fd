"""From when a thing counts as known: the rule that keeps the future out of the past."""

import pytest

from tests.ingest.conftest import LONG, LONG_HEADER, Folder, at

ORDERS = """
[[files]]
path = "orders.csv"
order_id = "no"
[files.order]
received_at = "received"
company = {company}
"""
EVENTS = (
    "A1,接单,2026-11-02 10:00,\nA1,现场核实,2026-11-02 12:00,\nA1,现场核实,2026-11-02 13:00,\n"
    "A1,办结,2026-11-03 09:00,\nA1,办结,2026-11-05 09:00,\nA1,企业回访,2026-11-06 09:00,\n"
)
OPEN_EVENTS = "A1,接单,2026-11-02 10:00,\nA1,催办,2026-11-02 15:00,\n"


def known_company(folder: Folder) -> int:
    orders = folder.frames()["orders"]
    return int(orders[orders["company"].notna()]["known_at"].iloc[0])


@pytest.mark.parametrize(
    ("events", "known_from", "known"),
    [
        (EVENTS, None, "2026-11-05 09:00"),  # a final state: at the last closing
        (EVENTS, "closed", "2026-11-05 09:00"),
        (EVENTS, "received", "2026-11-02 09:00"),
        (EVENTS, "first_event", "2026-11-02 10:00"),
        (EVENTS, "last_event", "2026-11-06 09:00"),
        (EVENTS, "visited", "2026-11-02 12:00"),
        (EVENTS, "现场核实", "2026-11-02 12:00"),
        (OPEN_EVENTS, None, "2026-11-02 15:00"),  # still open: at the last event
        (OPEN_EVENTS, "visited", "2026-11-02 15:00"),
        ("", None, "2026-11-02 09:00"),  # nothing has happened: at receipt
    ],
)
def test_a_field_is_known_from_its_event(
    folder: Folder, events: str, known_from: str | None, known: str
) -> None:
    folder.write("orders.csv", "no,received,company\nA1,2026-11-02 09:00,绿家物业\n")
    folder.write("events.csv", LONG_HEADER + events)
    cell = f'{{ column = "company", known_from = "{known_from}" }}' if known_from else '"company"'
    folder.ingest(ORDERS.format(company=cell) + LONG)
    assert known_company(folder) == at(known)


def test_an_attribute_is_known_from_its_event(folder: Folder) -> None:
    folder.write("orders.csv", "no,received,company,cost\nA1,2026-11-02 09:00,绿家物业,7\n")
    folder.write("events.csv", LONG_HEADER + EVENTS)
    attribute = '[[files.attributes]]\nname = "cost"\nkind = "numeric"\nknown_from = "accepted"\n'
    folder.ingest(ORDERS.format(company='"company"') + attribute + LONG)
    orders = folder.frames()["orders"]
    assert orders[orders["cost"].notna()]["known_at"].tolist() == [at("2026-11-02 10:00")]


OUTCOME = """
[[files.callbacks]]
rating = "who"
"""


def test_an_outcome_without_a_time_is_known_at_the_last_event(either_folder: Folder) -> None:
    rows = "A1,x,2026-11-02 10:00,满意\nA1,y,2026-11-04 10:00,满意\nA1,x,2026-11-03 10:00,满意\n"
    either_folder.write("events.csv", LONG_HEADER + rows)
    summary = either_folder.ingest(LONG + OUTCOME)
    calls = either_folder.frames()["callbacks"]
    assert summary.new["callbacks"] == 1, "a long file repeats its order's outcome in every row"
    assert calls["known_at"].tolist() == calls["happened_at"].tolist() == [at("2026-11-04 10:00")]


def test_an_outcome_without_a_time_or_an_event_is_known_at_receipt(folder: Folder) -> None:
    folder.write("orders.csv", "no,received,company,rating\nA1,2026-11-02 09:00,x,满意\n")
    folder.ingest(ORDERS.format(company='"company"') + '[[files.callbacks]]\nrating = "rating"\n')
    assert folder.frames()["callbacks"]["known_at"].tolist() == [at("2026-11-02 09:00")]


def test_an_order_without_a_receipt_is_received_at_its_first_event(folder: Folder) -> None:
    folder.write("orders.csv", "no,received,company\nA1,,绿家物业\n")
    folder.write("events.csv", LONG_HEADER + EVENTS)
    folder.ingest(ORDERS.format(company='"company"') + LONG)
    order = folder.order()
    assert order["received_at"] == order["known_at"] == at("2026-11-02 10:00")


@pytest.mark.parametrize(("lag", "hours"), [("8h", 8), ("90min", 1.5), ("30d", 720)])
def test_a_source_that_comes_late_is_known_late(folder: Folder, lag: str, hours: float) -> None:
    folder.write("events.csv", LONG_HEADER + "A1,接单,2026-11-02 10:00,\n")
    taken = 'taken_at = "2026-11-03 00:00:00"\n'
    folder.ingest(taken + LONG.replace('order_id = "no"', f'order_id = "no"\nlag = "{lag}"'))
    event = folder.frames()["events"].iloc[0]
    assert event["happened_at"] == at("2026-11-02 10:00")
    assert event["known_at"] - event["happened_at"] == hours * 3_600_000_000
    assert folder.order()["known_at"] == event["known_at"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-02 10:05:07", "2026-11-02 10:05:07"),
        ("2026-11-02T10:05", "2026-11-02 10:05"),
        ("2026/11/2 9:05", "2026-11-02 09:05"),
        ("2026年11月2日 9:05", "2026-11-02 09:05"),
        ("2026年11月2日9时05分", "2026-11-02 09:05"),
        ("2026.11.02 10:05", "2026-11-02 10:05"),
        ("2026-11-02T10:05:07.123456+02:00", "2026-11-02 16:05:07.123456"),
        ("2026-11-02T02:05:07Z", "2026-11-02 10:05:07"),
        ("2026-11-02", "2026-11-02 23:59:59.999999"),
        ("2026/11/2", "2026-11-02 23:59:59.999999"),
        ("2026年11月2日", "2026-11-02 23:59:59.999999"),
    ],
)
def test_times_are_read_as_people_write_them(folder: Folder, written: str, meant: str) -> None:
    folder.write("events.csv", LONG_HEADER + f"A1,接单,{written},\nA1,催办,2026-11-03 10:00,\n")
    folder.ingest(LONG)
    events = folder.frames()["events"].set_index("type")
    assert events.loc["accepted", "happened_at"] == at(meant)


def test_formats_of_their_own_are_declared(folder: Folder) -> None:
    folder.write("events.csv", LONG_HEADER + "A1,接单,02.11.26 10h05,\nA1,催办,03.11.26,\n")
    folder.ingest('time_formats = ["%d.%m.%y %Hh%M", "%d.%m.%y"]\n' + LONG)
    events = folder.frames()["events"].set_index("type")["happened_at"]
    assert events["accepted"] == at("2026-11-02 10:05")
    assert events["urged"] == at("2026-11-03 23:59:59.999999")


@pytest.mark.parametrize(
    ("local", "shanghai"),
    [
        ("2026-07-01 12:00", "2026-07-01 18:00"),
        ("2026-01-15 12:00", "2026-01-15 19:00"),
        ("2026-10-25 02:30", "2026-10-25 08:30"),  # the hour happens twice: its first
        ("2026-03-29 02:30", "2026-03-29 09:00"),  # the hour does not happen: forward
    ],
)
def test_the_time_zone_is_the_descriptions(folder: Folder, local: str, shanghai: str) -> None:
    folder.write("events.csv", LONG_HEADER + f"A1,接单,{local},\n")
    folder.ingest('time_zone = "Europe/Amsterdam"\n' + LONG)
    assert folder.frames()["events"]["happened_at"].tolist() == [at(shanghai)]


def test_a_day_of_receipt_is_no_later_than_what_happened_on_it(folder: Folder) -> None:
    folder.write("orders.csv", "no,received,company\nA1,2026-11-02,x\nA2,2026-11-02,x\n")
    folder.write("events.csv", LONG_HEADER + "A1,接单,2026-11-02 10:00,\nA2,接单,2026-11-03 10:00,\n")
    summary = folder.ingest(ORDERS.format(company='"company"') + LONG)
    assert summary.rejected == {}
    assert folder.order("A1")["received_at"] == at("2026-11-02 10:00")
    assert folder.order("A2")["received_at"] == at("2026-11-02 23:59:59.999999")
