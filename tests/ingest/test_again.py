"""Extracts that come again: nothing twice, later facts added, corrections kept as versions."""

import string
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from desk.settings import Settings
from store.database import open_store
from tests.ingest.conftest import LONG, LONG_HEADER, WIDE, WIDE_HEADER, Folder, at

FIRST = 'taken_at = "2026-11-10 00:00:00"\n'
SECOND = 'taken_at = "2026-11-20 00:00:00"\n'


def unchanged(before: dict[str, pd.DataFrame], after: dict[str, pd.DataFrame]) -> None:
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, after[name])


def test_the_same_extract_twice_changes_nothing(either_folder: Folder) -> None:
    row = (
        "A1,2026-11-02 09:00,电梯,绿家物业,2026-11-02 10:00,2026-11-03 16:00,实际解决,2026-11-05 09:00,满意\n"
    )
    either_folder.write("orders.csv", WIDE_HEADER + row)
    either_folder.write(
        "events.csv", LONG_HEADER + "A1,催办,2026-11-02 12:00,张\nA1,催办,2026-11-02 12:00,张\n"
    )
    either_folder.ingest(WIDE + LONG)
    before = either_folder.frames()
    summary = either_folder.ingest(WIDE + LONG)
    assert set(summary.new.values()) == set(summary.corrected.values()) == {0}
    assert summary.unchanged == {"orders": 1, "events": 4, "callbacks": 1}
    unchanged(before, either_folder.frames())


words = st.text(string.ascii_lowercase, min_size=1, max_size=2)
hours = st.integers(0, 5)
rows = st.lists(
    st.tuples(
        st.sampled_from(["A1", "A2", "A3"]), words, hours, words, st.sampled_from(["", "满意", "不满意"])
    ),
    max_size=12,
)


# Each example is three ingests: few examples, and a failing one is shown as found.
@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(first=rows, more=rows)
def test_any_extract_twice_changes_nothing_and_more_rows_only_add(first: list, more: list) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Folder(Path(place), Settings(home=Path(place) / "home", database_url=None, dataset=None))
        description = (
            LONG + '[[files.callbacks]]\nrating = "rating"\nat = "when"\nby = { value = "962121" }\n'
        )

        def write(rows: list) -> None:
            lines = [f"{no},{what},2026-11-02 0{hour}:00,{who},{r}" for no, what, hour, who, r in rows]
            folder.write("events.csv", "no,what,when,who,rating\n" + "\n".join(lines) + "\n")

        write(first)
        folder.ingest(FIRST + description)
        before = folder.frames()
        folder.ingest(FIRST + description)
        unchanged(before, folder.frames())
        write(first + more)
        folder.ingest(SECOND + description)
        after = folder.frames()
        assert set(before["events"]["event_id"]) <= set(after["events"]["event_id"])
        assert len(after["events"]) == len(first) + len(more)
        for order_id, events in after["events"].groupby("order_id"):
            revisions = after["orders"][after["orders"]["order_id"] == order_id]
            assert revisions["received_at"].max() >= events["happened_at"].min() == folder.received(order_id)


def test_a_later_extract_adds_events_and_orders(either_folder: Folder) -> None:
    either_folder.write("events.csv", LONG_HEADER + "A1,接单,2026-11-02 10:00,张\n")
    either_folder.ingest(FIRST + LONG)
    rows = "A1,接单,2026-11-02 10:00,张\nA1,办结,2026-11-12 10:00,张\nA2,接单,2026-11-12 10:00,张\n"
    either_folder.write("events.csv", LONG_HEADER + rows)
    summary = either_folder.ingest(SECOND + LONG)
    assert (summary.new, summary.unchanged) == ({"orders": 1, "events": 2}, {"orders": 1, "events": 1})


def test_a_callback_weeks_later_finds_its_order(either_folder: Folder) -> None:
    either_folder.write("events.csv", LONG_HEADER + "A1,接单,2026-11-02 10:00,张\n")
    either_folder.ingest(LONG)
    either_folder.write("calls.csv", "no,at,rating\nA1,2026-11-18 10:00,满意\nA9,2026-11-18 10:00,满意\n")
    calls = (
        '[[files]]\npath = "calls.csv"\norder_id = "no"\n[[files.callbacks]]\nat = "at"\nrating = "rating"\n'
    )
    summary = either_folder.ingest(calls, name="calls.toml")
    assert summary.new == {"orders": 0, "callbacks": 1}
    assert [r["value"] for r in either_folder.rejected(summary)] == ["A9"]
    assert either_folder.frames()["callbacks"]["order_id"].tolist() == ["A1"]


def test_events_of_a_known_order_may_come_without_it(folder: Folder) -> None:
    folder.write("orders.csv", WIDE_HEADER + "A1,2026-11-02 09:00,电梯,x,,,,,\n")
    folder.write("events.csv", LONG_HEADER + "A1,催办,2026-11-02 12:00,\nA1,催办,2026-11-01 12:00,\n")
    folder.ingest(WIDE)
    optional = WIDE.replace('order_id = "no"', 'order_id = "no"\noptional = true', 1)
    (folder.path / "orders.csv").unlink()
    summary = folder.ingest(optional + LONG)
    assert summary.new["events"] == 1
    assert list(summary.rejected) == ["happened before its order was received; row not loaded"]


def wide(**changed: str) -> str:
    values = {
        "no": "A1", "received": "2026-11-02 09:00", "category": "电梯", "company": "绿家物业",
        "contacted": "2026-11-02 10:00", "closed": "2026-11-03 16:00", "verdict": "实际解决",
        "called": "2026-11-05 09:00", "rating": "满意",
    }  # fmt: skip
    return WIDE_HEADER + ",".join((values | changed).values()) + "\n"


def test_a_changed_field_is_a_revision_known_when_the_extract_was_taken(either_folder: Folder) -> None:
    either_folder.write("orders.csv", wide())
    either_folder.ingest(FIRST + WIDE)
    either_folder.write("orders.csv", wide(category="停车"))
    summary = either_folder.ingest(SECOND + WIDE)
    assert summary.corrected["orders"] == 1
    orders = either_folder.frames()["orders"]
    categories = orders[orders["category"].notna()]
    assert categories["category"].tolist() == ["电梯", "停车"]
    assert categories["known_at"].tolist() == [at("2026-11-02 09:00"), at("2026-11-20 00:00")]
    assert either_folder.ingest(SECOND + WIDE).corrected["orders"] == 0


def test_an_older_extract_does_not_take_a_correction_back(folder: Folder) -> None:
    for text, taken in ((wide(), FIRST), (wide(category="停车", contacted="2026-11-02 11:00"), SECOND)):
        folder.write("orders.csv", text)
        folder.ingest(taken + WIDE)
    before = folder.frames()
    folder.write("orders.csv", wide())
    summary = folder.ingest(FIRST + WIDE)
    assert set(summary.corrected.values()) == {0}
    unchanged(before, folder.frames())


def test_a_field_filled_in_later_is_known_from_its_natural_moment(folder: Folder) -> None:
    folder.write("orders.csv", wide(category="", company=""))
    folder.ingest(FIRST + WIDE)
    folder.write("orders.csv", wide())
    summary = folder.ingest(SECOND + WIDE)
    assert summary.corrected["orders"] == 0
    orders = folder.frames()["orders"]
    known = {name: orders[orders[name].notna()]["known_at"].tolist() for name in ("category", "company")}
    assert known == {"category": [at("2026-11-02 09:00")], "company": [at("2026-11-03 16:00")]}


def test_a_value_is_not_unsaid_by_an_empty_cell(folder: Folder) -> None:
    folder.write("orders.csv", wide())
    folder.ingest(FIRST + WIDE)
    before = folder.frames()
    folder.write("orders.csv", wide(category="", verdict="", rating=""))
    folder.ingest(SECOND + WIDE)
    unchanged(before, folder.frames())


def test_a_changed_moment_is_taken_back_and_said_anew(either_folder: Folder) -> None:
    either_folder.write("orders.csv", wide())
    either_folder.ingest(FIRST + WIDE)
    old = either_folder.frames()["events"].set_index("type").loc["contacted", "event_id"]
    either_folder.write("orders.csv", wide(contacted="2026-11-02 11:30"))
    summary = either_folder.ingest(SECOND + WIDE)
    assert summary.corrected["events"] == 1
    events = either_folder.frames()["events"]
    taken_back = events[events["type"] == "retracted"].iloc[0]
    assert (taken_back["retracts"], taken_back["known_at"]) == (old, at("2026-11-20 00:00"))
    new = events[(events["type"] == "contacted") & (events["event_id"] != old)].iloc[0]
    assert (new["happened_at"], new["known_at"]) == (at("2026-11-02 11:30"), at("2026-11-20 00:00"))
    assert (events["event_id"] == old).sum() == 1, "the old one is kept"
    before = either_folder.frames()
    assert either_folder.ingest(SECOND + WIDE).corrected["events"] == 0
    unchanged(before, either_folder.frames())


def test_a_third_version_takes_back_the_second(folder: Folder) -> None:
    for day, hour in (("08", 10), ("12", 11), ("16", 12)):
        folder.write("orders.csv", wide(contacted=f"2026-11-02 {hour}:00"))
        folder.ingest(f'taken_at = "2026-11-{day} 00:00:00"\n' + WIDE)
    events = folder.frames()["events"]
    taken_back = set(events["retracts"].dropna())
    standing = events[(events["type"] == "contacted") & ~events["event_id"].isin(taken_back)]
    assert standing["happened_at"].tolist() == [at("2026-11-02 12:00")]
    assert len(taken_back) == 2


def test_what_an_event_lacked_is_filled_in_without_taking_it_back(either_folder: Folder) -> None:
    either_folder.write("orders.csv", wide(verdict=""))
    either_folder.ingest(FIRST + WIDE)
    either_folder.write("orders.csv", wide())
    assert either_folder.ingest(SECOND + WIDE).corrected["events"] == 0
    events = either_folder.frames()["events"]
    assert events.set_index("type").loc["closed", "verdict"] == "resolved"
    assert "retracted" not in set(events["type"])


def test_an_attribute_declared_later_fills_the_events(folder: Folder) -> None:
    folder.write("events.csv", LONG_HEADER + "A1,维修,2026-11-02 10:00,7\n")
    bare = LONG.replace('actor = "who"\n', "")
    folder.ingest(bare)
    folder.ingest(
        bare + '[[files.attributes]]\nname = "cost"\ncolumn = "who"\nof = "event"\nkind = "numeric"\n'
    )
    events = folder.frames()["events"]
    assert events["cost"].tolist() == [7.0]


def test_a_rating_that_comes_later_counts_from_the_callback(either_folder: Folder) -> None:
    either_folder.write("orders.csv", wide(rating=""))
    either_folder.ingest(FIRST + WIDE)
    assert np.isnan(either_folder.frames()["callbacks"]["rating"]).all()
    either_folder.write("orders.csv", wide())
    either_folder.ingest(SECOND + WIDE)
    calls = either_folder.frames()["callbacks"]
    assert (calls["rating"].tolist(), calls["known_at"].tolist()) == ([3.0], [at("2026-11-05 09:00")])


def test_a_changed_rating_counts_from_when_the_extract_was_taken(either_folder: Folder) -> None:
    either_folder.write("orders.csv", wide())
    either_folder.ingest(FIRST + WIDE)
    either_folder.write("orders.csv", wide(rating="不满意"))
    assert either_folder.ingest(SECOND + WIDE).corrected["callbacks"] == 1
    calls = either_folder.frames()["callbacks"]
    assert (calls["rating"].tolist(), calls["known_at"].tolist()) == ([0.0], [at("2026-11-20 00:00")])
    assert either_folder.ingest(SECOND + WIDE).corrected["callbacks"] == 0


def test_a_changed_rating_reads_as_it_was_known_at_a_moment_and_stays_in_its_month(
    either_folder: Folder,
) -> None:
    either_folder.write("orders.csv", wide())
    either_folder.ingest(FIRST + WIDE)
    either_folder.write("orders.csv", wide(rating="不满意"))
    either_folder.ingest(SECOND + WIDE)
    store = open_store(either_folder.settings.home, None, either_folder.settings.database_url)
    called, corrected = at("2026-11-05 09:00"), at("2026-11-20 00:00")
    for moment, rating in ((called, [3.0]), (corrected - 1, [3.0]), (corrected, [0.0])):
        calls = store.frames(known_until=moment)["callbacks"]
        assert (calls["rating"].tolist(), calls["known_at"].tolist()) == (rating, [called])
    assert len(store.frames(known_until=called - 1)["callbacks"]) == 0
    store.close()


def test_a_callbacks_time_put_right_in_a_ledger_leaves_one_callback(either_folder: Folder) -> None:
    for taken, called in ((FIRST, ""), (SECOND, "2026-11-05 09:00"), (SECOND, "2026-11-05 09:00")):
        either_folder.write("orders.csv", wide(called=called))
        either_folder.ingest(taken + WIDE)
    calls = either_folder.frames()["callbacks"]
    assert calls["happened_at"].tolist() == [at("2026-11-05 09:00")]
    assert calls["known_at"].tolist() == [at("2026-11-20 00:00")]


def test_a_callbacks_time_left_out_later_is_no_change(folder: Folder) -> None:
    folder.write("orders.csv", wide())
    folder.ingest(FIRST + WIDE)
    before = folder.frames()
    folder.write("orders.csv", wide(called=""))
    folder.ingest(SECOND + WIDE)
    unchanged(before, folder.frames())


def test_ids_that_a_column_gives_make_an_event_recognisable(folder: Folder) -> None:
    described = LONG + 'id = "id"\n'
    folder.write("events.csv", "no,what,when,who,id\nA1,接单,2026-11-02 10:00,张,E1\n")
    folder.ingest(FIRST + described)
    folder.write("events.csv", "no,what,when,who,id\nA1,接单,2026-11-02 12:00,李,E1\n")
    assert folder.ingest(SECOND + described).corrected["events"] == 1
    assert sorted(folder.frames()["events"]["event_id"]) == ["E1", "E1~1", "E1~1r"]


def test_a_handover_is_not_undone_by_a_correction_of_the_intake(folder: Folder) -> None:
    changes = (
        '[[files]]\npath = "changes.csv"\norder_id = "no"\n[files.change]\nat = "at"\ncompany = "company"\n'
    )
    described = WIDE.replace(
        'company = "company"', 'company = { column = "company", known_from = "received" }'
    )
    folder.write("changes.csv", "no,at,company\nA1,2026-11-03 09:00,申房物业\n")
    folder.write("orders.csv", wide())
    folder.ingest(FIRST + described + changes)
    folder.write("orders.csv", wide(company="绿佳物业"))
    folder.ingest(SECOND + described + changes)
    orders = folder.frames()["orders"].sort_values("known_at")
    assert orders["company"].dropna().tolist() == ["绿家物业", "申房物业"]


def test_changed_facts_of_a_community_are_known_when_taken(folder: Folder) -> None:
    described = '[[files]]\npath = "c.csv"\n[files.community]\ncommunity = "name"\nhas_assembly = "yes"\n'
    described += 'known_since = "always"\n'
    for taken, answer in ((FIRST, "否"), (FIRST, "否"), (SECOND, "是"), (SECOND, "是")):
        folder.write("c.csv", f"name,yes\n蓝天家园,{answer}\n")
        folder.ingest(taken + described)
    facts = folder.frames()["communities"]
    assert facts["has_assembly"].tolist() == [0.0, 1.0]
    assert facts["known_at"].tolist()[1] == at("2026-11-20 00:00")


def test_a_live_event_is_not_doubled_by_the_extract_that_brings_it(folder: Folder) -> None:
    from datetime import datetime

    from hotline.calendar import SHANGHAI
    from hotline.order import Order, OrderEvent
    from store.database import open_store

    when = datetime(2026, 11, 2, 10, tzinfo=SHANGHAI)
    store = open_store(folder.settings.home)
    store.add_order(
        Order("A1", when, events=(OrderEvent("accepted", when, when, actor="张"),)), at("2026-11-02 10:00")
    )
    store.close()
    folder.write("events.csv", LONG_HEADER + "A1,接单,2026-11-02 10:00,张\n")
    assert folder.ingest(LONG).unchanged["events"] == 1
