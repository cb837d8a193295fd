"""A bad row is refused with its place and the remedy; the good ones load."""

import pytest

from tests.ingest.conftest import LONG, LONG_HEADER, WIDE, WIDE_HEADER, Folder, at

GOOD = "A1,2026-11-02 09:00,电梯,绿家物业,2026-11-02 10:00,2026-11-03 16:00,实际解决,2026-11-05 09:00,满意\n"
TAKEN = 'taken_at = "2026-11-20 00:00:00"\n'


def refusals(folder: Folder, description: str) -> list[tuple[str, str, str, str]]:
    summary = folder.ingest(TAKEN + description)
    rows = folder.rejected(summary)
    assert summary.rejected == {
        reason: sum(r["reason"] == reason for r in rows) for reason in {r["reason"] for r in rows}
    }
    return [(r["row"], r["field"], r["value"], r["reason"]) for r in rows]


@pytest.mark.parametrize(
    ("row", "refusal", "orders", "events", "callbacks"),
    [
        (
            "A2,yesterday,x,x,,,,,",
            ("3", "received", "yesterday", "not a time; write 2026-01-31 18:00:00; row not loaded"),
            1, 2, 1,
        ),
        (
            ",2026-11-02 09:00,x,x,2026-11-02 10:00,,,,",
            ("3", "no", "", "no order id; row not loaded"),
            1, 2, 1,
        ),
        (
            "A1,2026-11-02 09:00,x,x,,,,,",
            ("3", "no", "A1", "this order id stands in an earlier row too; one row an order; row not loaded"),
            1, 2, 1,
        ),
        (
            "A2,2026-11-02 09:00,x,x,2026-11-02 10:00,2026-11-01 09:00,,,",
            ("3", "closed", "2026-11-01 09:00:00", "closed before received; row not loaded"),
            1, 2, 1,
        ),
        (
            "A2,2026-11-02 09:00,x,x,2026-11-01 10:00,2026-11-03 09:00,,,",
            ("3", "contacted", "2026-11-01 10:00:00",
             "happened before its order was received; row not loaded"),
            2, 3, 1,
        ),
        (
            "A2,2026-11-02 09:00,x,x,soon,2026-11-03 09:00,,,",
            ("3", "contacted", "soon",
             "not a time; write 2026-01-31 18:00:00; this moment not loaded"),
            2, 3, 1,
        ),
        (
            "A2,1026-11-02 09:00,x,x,,,,,",
            ("3", "received", "", "lies before 1990; check the year; row not loaded"),
            1, 2, 1,
        ),
        (
            "A2,2027-11-02 09:00,x,x,,,,,",
            ("3", "received", "2027-11-02 09:00:00",
             "lies after the extract was taken; check the time, or taken_at; row not loaded"),
            1, 2, 1,
        ),
        (
            "A2,2026-11-02 09:00,x,x,2027-11-02 09:00,,,,",
            ("3", "contacted", "2027-11-02 09:00:00",
             "lies after the extract was taken; check the time, or taken_at; row not loaded"),
            2, 2, 1,
        ),
        (
            "A2,2026-11-02 09:00,x,x,,,,2026-11-05 09:00,还行",
            ("3", "rating", "还行", "not a rating of the scale; add it to [scale]; this callback not loaded"),
            2, 2, 1,
        ),
        (
            "A2,2026-11-02 09:00,x,x,,,,2026-11-01 09:00,满意",
            ("3", "called", "2026-11-01 09:00:00",
             "happened before its order was received; row not loaded"),
            2, 2, 1,
        ),
        (
            "A2,,x,x,,,,,",
            ("3", "", "A2", "no time of receipt and no event to take it from; fill it in; row not loaded"),
            1, 2, 1,
        ),
        (
            "A2,2026-11-02 09:00,x,x,,,实际解决,,",
            ("3", "verdict", "实际解决", "closed is empty; fill it in; value left out"),
            2, 2, 1,
        ),
    ],
)  # fmt: skip
def test_a_bad_wide_row(
    folder: Folder, row: str, refusal: tuple[str, ...], orders: int, events: int, callbacks: int
) -> None:
    folder.write("orders.csv", WIDE_HEADER + GOOD + row + "\n")
    found = refusals(folder, WIDE)
    shown = [(r, f, "" if refusal[2] == "" and "1990" in w else v, w) for r, f, v, w in found]
    assert shown == [refusal]
    frames = folder.frames()
    assert frames["orders"]["order_id"].nunique() == orders
    assert (len(frames["events"]), len(frames["callbacks"])) == (events, callbacks)


@pytest.mark.parametrize(
    ("row", "field", "value", "reason"),
    [
        (",接单,2026-11-02 10:00,", "no", "", "empty; row not loaded"),
        ("A1,,2026-11-02 10:00,", "what", "", "empty; row not loaded"),
        ("A1,接单,,", "when", "", "empty; row not loaded"),
        ("A1,接单,25:99,", "when", "25:99", "not a time; write 2026-01-31 18:00:00; row not loaded"),
        ("A1,接单,2030-01-01 00:00,", "when", "2030-01-01 00:00:00",
         "lies after the extract was taken; check the time, or taken_at; row not loaded"),
    ],
)  # fmt: skip
def test_a_bad_long_row(folder: Folder, row: str, field: str, value: str, reason: str) -> None:
    folder.write("events.csv", LONG_HEADER + "A1,催办,2026-11-02 11:00,\n\n" + row + "\n")
    assert refusals(folder, LONG) == [("4", field, value, reason)], "a blank row counts as a row"
    assert len(folder.frames()["events"]) == 1


def test_an_event_of_an_unknown_order_is_refused(folder: Folder) -> None:
    folder.write("orders.csv", WIDE_HEADER + GOOD)
    folder.write("events.csv", LONG_HEADER + "A1,催办,2026-11-02 11:00,\nA9,催办,2026-11-02 11:00,\n")
    (refusal,) = refusals(folder, WIDE + LONG)
    assert refusal[:3] == ("3", "", "A9")
    assert "neither in this extract nor in the store" in refusal[3]


def test_events_of_a_refused_order_are_refused_with_it(folder: Folder) -> None:
    folder.write("orders.csv", WIDE_HEADER + GOOD + "A2,2026-11-02 09:00,x,x,,2026-11-01 09:00,,,满意\n")
    folder.write("events.csv", LONG_HEADER + "A2,催办,2026-11-02 11:00,\n")
    reasons = [reason for *_, reason in refusals(folder, WIDE + LONG)]
    assert reasons == [
        "its order was refused; mend that row first; row not loaded",
        "closed before received; row not loaded",
    ]
    assert folder.frames()["orders"]["order_id"].unique().tolist() == ["A1"]


def test_values_that_cannot_be_read_are_left_out_of_a_good_row(folder: Folder) -> None:
    folder.write("orders.csv", "no,received,due,price,urgent\nA1,2026-11-02 09:00,bald,viel,vielleicht\n")
    found = refusals(
        folder,
        '[[files]]\npath = "orders.csv"\norder_id = "no"\n[files.order]\nreceived_at = "received"\n'
        'due_at = "due"\n[[files.attributes]]\nname = "price"\nkind = "numeric"\n'
        '[[files.attributes]]\nname = "urgent"\nkind = "boolean"\n',
    )
    assert [(row, field, value) for row, field, value, _ in found] == [
        ("2", "due", "bald"),
        ("2", "price", "viel"),
        ("2", "urgent", "vielleicht"),
    ]
    assert all(reason.endswith("value left out") for *_, reason in found)
    assert folder.order()["received_at"] == at("2026-11-02 09:00")


def test_a_due_date_before_receipt_is_left_out(folder: Folder) -> None:
    folder.write("orders.csv", "no,received,due\nA1,2026-11-02 09:00,2026-11-01\n")
    mapped = '[[files]]\npath = "orders.csv"\norder_id = "no"\n[files.order]\n'
    found = refusals(folder, mapped + 'received_at = "received"\ndue_at = "due"\n')
    assert found == [("2", "due", "2026-11-01 23:59:59", "due before received; value left out")]


def test_a_row_with_too_many_fields_is_refused_alone(folder: Folder) -> None:
    folder.write("events.csv", LONG_HEADER + "A1,催办,2026-11-02 11:00,张,李\nA1,接单,2026-11-02 12:00,张\n")
    ((row, _, _, reason),) = refusals(folder, LONG)
    assert (row, reason) == ("2", "has 5 fields, the header 4: put texts with commas in quotes")
    assert folder.frames()["events"]["type"].tolist() == ["accepted"]


COMMUNITIES = """
[[files]]
path = "c.csv"
[files.community]
community = "name"
year_built = "year"
households = "homes"
"""


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("甲,1996,-3", "homes", "households cannot be negative; row not loaded"),
        ("甲,96,3", "year", "no year of building; row not loaded"),
        (",1996,3", "name", "no community; row not loaded"),
    ],
)
def test_community_facts_that_cannot_be(folder: Folder, row: str, field: str, reason: str) -> None:
    folder.write("c.csv", f"name,year,homes\n乙,1990,5\n{row}\n")
    ((where, what, _, why),) = refusals(folder, COMMUNITIES)
    assert (where, what, why) == ("3", field, reason)
    assert folder.frames()["communities"]["community"].tolist() == ["乙"]


def test_a_forecast_needs_a_time_and_a_share_lies_between_0_and_1(folder: Folder) -> None:
    folder.write(
        "orders.csv", "no,received,when,p\nA1,2026-11-02 09:00,,0.5\nA2,2026-11-02 09:00,2026-11-03,7\n"
    )
    found = refusals(
        folder,
        '[[files]]\npath = "orders.csv"\norder_id = "no"\n[files.order]\nreceived_at = "received"\n'
        '[[files.forecasts]]\nat = "when"\nprobability = "p"\n',
    )
    assert [(r, f, w.split(";")[0]) for r, f, _, w in found] == [
        ("2", "when", "a forecast needs its time"),
        ("3", "p", "a probability lies between 0 and 1"),
    ]
    assert len(folder.frames()["orders"]) == 2


CALLS = """
[[files]]
path = "calls.csv"
order_id = "no"
[[files.callbacks]]
by = "by"
at = "at"
answered = "answered"
rating = "rating"
"""


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("A1,隔壁,2026-11-05 09:00,是,满意", "by",
         "not an official caller; map it in [values.by]; this callback not loaded"),
        ("A1,962121,2026-11-05 09:00,否,满意", "rating", "rated but not answered; this callback not loaded"),
        (",962121,2026-11-05 09:00,是,满意", "no", "no order id; row not loaded"),
        ("A1,962121,morgen,是,满意", "at",
         "not a time; write 2026-01-31 18:00:00; this callback not loaded"),
    ],
)  # fmt: skip
def test_a_bad_callback_row(folder: Folder, row: str, field: str, reason: str) -> None:
    folder.write("orders.csv", WIDE_HEADER + GOOD)
    folder.write("calls.csv", f"no,by,at,answered,rating\n{row}\n")
    ((where, what, _, why),) = refusals(folder, WIDE + CALLS)
    assert (where, what, why) == ("2", field, reason)
    assert len(folder.frames()["callbacks"]) == 1


def test_the_rejects_file_names_the_file_and_opens_in_a_spreadsheet(folder: Folder) -> None:
    folder.write("events.csv", LONG_HEADER + "A1,催办,2026-11-02 11:00,\nA1,接单,,\n")
    summary = folder.ingest(LONG, name="八月.toml")
    assert summary.rejects_file is not None
    assert summary.rejects_file.startswith(str(folder.settings.home / "rejects" / "八月-"))
    assert [r["file"] for r in folder.rejected(summary)] == ["events.csv"]


def test_without_refusals_there_is_no_rejects_file(folder: Folder) -> None:
    folder.write("events.csv", LONG_HEADER + "A1,催办,2026-11-02 11:00,\n")
    assert folder.ingest(LONG).rejects_file is None
    assert not (folder.settings.home / "rejects").exists()
