"""Every field that a description can map arrives where it belongs."""

import numpy as np
import pytest

from store.database import open_store
from tests.ingest.conftest import LONG, LONG_HEADER, WIDE, WIDE_HEADER, Folder, at

ORDERS = """
[[files]]
path = "orders.csv"
order_id = "no"
[files.order]
known_from = "received"
"""


def test_every_field_of_an_order(either_folder: Folder) -> None:
    words = ["source", "kind", "category", "text", "community", "street", "company", "manager", "part"]
    words += ["petition_no", "case_no"]
    header = ",".join(["no", "received_at", "due_at", *words])
    values = ",".join(["A1", "2026-11-02 09:00", "2026-11-09 17:30", *(f"my {name}" for name in words)])
    either_folder.write("orders.csv", f"{header}\n{values}\n")
    mapped = "".join(f'{name} = "{name}"\n' for name in ["received_at", "due_at", *words])
    either_folder.ingest(ORDERS + mapped)
    order = either_folder.order()
    assert {name: order[name] for name in words} == {name: f"my {name}" for name in words}
    assert order["due_at"] == at("2026-11-09 17:30")
    assert order["known_at"] == order["received_at"] == at("2026-11-02 09:00")


def test_every_field_of_an_event(either_folder: Folder) -> None:
    either_folder.write(
        "events.csv",
        "no,id,type,at,known,actor,group,promised,verdict,retracts\n"
        "A1,E1,延期告知,2026-11-02 09:00,2026-11-02 09:30,张,客服,2026-11-08 18:00,,\n"
        "A1,E2,办结,2026-11-08 09:00,,李,工程,,解释说明,\n"
        "A1,E3,更正,2026-11-09 09:00,,李,工程,,,E2\n",
    )
    either_folder.ingest(
        '[[files]]\npath = "events.csv"\norder_id = "no"\n[files.event]\nid = "id"\ntype = "type"\n'
        'at = "at"\nknown_at = "known"\nactor = "actor"\ngroup = "group"\npromised_at = "promised"\n'
        'verdict = "verdict"\nretracts = "retracts"\n'
    )
    events = either_folder.frames()["events"].set_index("event_id")
    delayed = events.loc["E1"]
    assert (delayed["type"], delayed["actor"], delayed["group"]) == ("delayed", "张", "客服")
    assert (delayed["happened_at"], delayed["known_at"]) == (at("2026-11-02 09:00"), at("2026-11-02 09:30"))
    assert delayed["promised_at"] == at("2026-11-08 18:00")
    assert events.loc["E2", "verdict"] == "explained"
    assert (events.loc["E3", "type"], events.loc["E3", "retracts"]) == ("retracted", "E2")


def test_a_thing_is_never_known_before_it_happened(folder: Folder) -> None:
    folder.write("events.csv", "no,what,when,entered\nA1,接单,2026-11-02 09:00,2026-11-02 08:59\n")
    folder.ingest(
        '[[files]]\npath = "events.csv"\norder_id = "no"\n[files.event]\ntype = "what"\nat = "when"\n'
        'known_at = "entered"\n'
    )
    events = folder.frames()["events"]
    assert events["known_at"].tolist() == events["happened_at"].tolist()


def test_types_are_mapped_and_others_kept(folder: Folder) -> None:
    folder.write("events.csv", LONG_HEADER + "A1,上门,2026-11-02 09:00,\nA1,喝茶,2026-11-02 10:00,\n")
    folder.ingest('[types]\n"上门" = "visited"\n' + LONG)
    assert sorted(folder.frames()["events"]["type"]) == ["visited", "喝茶"]


CALLBACKS = """
[[files]]
path = "calls.csv"
order_id = "no"
[[files.callbacks]]
by = "by"
at = "at"
known_at = "known"
channel = "channel"
answered = "answered"
rating = "rating"
solved = "solved"
contact_confirmed = "contact"
"""


def test_every_field_of_a_callback(either_folder: Folder) -> None:
    either_folder.write("orders.csv", "no,received\nA1,2026-11-02 09:00\n")
    either_folder.write(
        "calls.csv",
        "no,by,at,known,channel,answered,rating,solved,contact\n"
        "A1,市热线办,2026-11-05 09:00,2026-11-05 12:00,电话,是,基本满意,是,未评价\n"
        "A1,962121,2026-11-04 09:00,,短信,否,,,否\n",
    )
    either_folder.ingest(ORDERS + 'received_at = "received"\n' + CALLBACKS)
    calls = either_folder.frames()["callbacks"].set_index("by")
    city, district = calls.loc["city"], calls.loc["962121"]
    assert (city["rating"], city["answered"], city["solved"], city["channel"]) == (2.0, 1.0, 1.0, "电话")
    assert np.isnan(city["contact_confirmed"])
    assert (city["happened_at"], city["known_at"]) == (at("2026-11-05 09:00"), at("2026-11-05 12:00"))
    assert (district["answered"], district["contact_confirmed"]) == (0.0, 0.0)
    assert np.isnan(district["rating"])


def test_who_rated_has_answered(folder: Folder) -> None:
    folder.write("orders.csv", WIDE_HEADER + "A1,2026-11-02 09:00,,,,,,2026-11-03 09:00,一般\n")
    folder.ingest(WIDE)
    assert folder.frames()["callbacks"]["answered"].tolist() == [1.0]


@pytest.mark.parametrize(
    ("scale", "words", "levels"),
    [
        ("", "满意 基本满意 一般 不满意", [3, 2, 1, 0]),
        ('good = "满意"\nbad = "不满意"', "good bad", [3, 0]),
        ('5 = 3\n1 = "dissatisfied"\n"*" = 1', "5 1 1.0 4", [3, 0, 0, 1]),
    ],
)
def test_scales(folder: Folder, scale: str, words: str, levels: list[int]) -> None:
    rows = [f"A{n},2026-11-02 09:00,,,,,,2026-11-03 09:00,{word}" for n, word in enumerate(words.split())]
    folder.write("orders.csv", WIDE_HEADER + "\n".join(rows) + "\n")
    folder.ingest((f"[scale]\n{scale}\n" if scale else "") + WIDE)
    calls = folder.frames()["callbacks"].sort_values("order_id")
    assert calls["rating"].tolist() == levels


def test_forecasts(either_folder: Folder) -> None:
    either_folder.write(
        "orders.csv",
        "no,received,when,level,p,seen\nA1,2026-11-02 09:00,2026-11-03 10:00,一般,0.3,否\n"
        "A2,2026-11-02 09:00,,,,\n",
    )
    summary = either_folder.ingest(
        ORDERS + 'received_at = "received"\n[[files.forecasts]]\nat = "when"\nrating = "level"\n'
        'probability = "p"\nseen_model = "seen"\n'
    )
    assert summary.new["forecasts"] == 1
    row = either_folder.frames()["forecasts"].iloc[0]
    assert (row["order_id"], row["rating"], row["probability"], row["seen_model"]) == ("A1", 1.0, 0.3, 0.0)
    assert row["known_at"] == at("2026-11-03 10:00")


COMMUNITIES = """
[[files]]
path = "communities.csv"
[files.community]
community = "小区"
has_assembly = "业委会"
has_fund_account = "账户"
year_built = "年份"
households = "户数"
"""


@pytest.mark.parametrize(
    ("since", "known"),
    [
        ("", "2026-11-20 00:00"),
        ('known_since = "always"', None),
        ("known_since = 2026-01-01", "2026-01-01 00:00"),
    ],
)
def test_community_facts(either_folder: Folder, since: str, known: str | None) -> None:
    either_folder.write(
        "communities.csv", "小区,业委会,账户,年份,户数\n蓝天家园,是,否,1996,1200\n白云苑,,,,\n"
    )
    either_folder.ingest('taken_at = "2026-11-20 00:00:00"\n' + COMMUNITIES + since)
    row = either_folder.frames()["communities"].set_index("community").loc["蓝天家园"]
    assert (row["has_assembly"], row["has_fund_account"]) == (1.0, 0.0)
    assert (row["year_built"], row["households"]) == (1996.0, 1200.0)
    assert row["known_at"] == at(known or "1990-01-01 08:00")


def test_changes_on_the_way_are_known_at_their_time(either_folder: Folder) -> None:
    either_folder.write(
        "orders.csv", "no,received,company,due\nA1,2026-11-02 09:00,绿家物业,2026-11-09 17:30\n"
    )
    either_folder.write(
        "changes.csv",
        "no,when,company,due\nA1,2026-11-04 10:00,申房物业,\nA1,2026-11-05 10:00,,2026-11-16 17:30\n",
    )
    either_folder.ingest(
        ORDERS + 'received_at = "received"\ncompany = "company"\ndue_at = "due"\n'
        '[[files]]\npath = "changes.csv"\norder_id = "no"\n[files.change]\nat = "when"\n'
        'company = "company"\ndue_at = "due"\n'
    )
    orders = either_folder.frames()["orders"]
    assert orders["known_at"].tolist() == [
        at(t) for t in ("2026-11-02 09:00", "2026-11-04 10:00", "2026-11-05 10:00")
    ]
    assert orders["company"].tolist()[:2] == ["绿家物业", "申房物业"]
    assert orders["due_at"].iloc[2] == at("2026-11-16 17:30")


def test_a_closing_verdict_may_stand_in_the_order_file(folder: Folder) -> None:
    folder.write(
        "orders.csv", "no,received,verdict\nA1,2026-11-02 09:00,解释说明\nA2,2026-11-02 09:00,实际解决\n"
    )
    folder.write(
        "events.csv",
        LONG_HEADER + "A1,办结,2026-11-03 09:00,\nA1,重新交办,2026-11-04 09:00,\nA1,办结,2026-11-05 09:00,\n",
    )
    summary = folder.ingest(ORDERS + 'received_at = "received"\nverdict = "verdict"\n' + LONG)
    closings = folder.frames()["events"].query("type == 'closed'").sort_values("happened_at")
    assert closings["verdict"].iloc[1] == "explained"
    assert closings["verdict"].isna().tolist() == [True, False]
    assert [r["reason"] for r in folder.rejected(summary)] == [
        "a verdict without a closing; give the time of closing; value left out"
    ]


ATTRIBUTES = """
[[files.attributes]]
name = "price"
kind = "numeric"
known_from = "received"
[[files.attributes]]
name = "colour"
kind = "category"
known_from = "received"
[[files.attributes]]
name = "note"
kind = "text"
known_from = "received"
[[files.attributes]]
name = "urgent"
kind = "boolean"
known_from = "received"
"""


def test_attributes_of_orders(either_folder: Folder) -> None:
    either_folder.write(
        "orders.csv",
        'no,received,price,colour,note,urgent\nA1,2026-11-02 09:00,"1,200.5",红,高层住户,是\n'
        "A2,2026-11-02 09:00,,,,\n",
    )
    either_folder.ingest(ORDERS + 'received_at = "received"\n' + ATTRIBUTES)
    orders = either_folder.frames()["orders"].set_index("order_id")
    assert orders.loc["A1", ["price", "colour", "note", "urgent"]].tolist() == [1200.5, "红", "高层住户", 1.0]
    assert orders.loc["A2", ["price", "colour", "note", "urgent"]].isna().all()
    assert orders["price"].dtype == orders["urgent"].dtype == float


def test_attributes_of_events(either_folder: Folder) -> None:
    either_folder.write(
        "events.csv", "no,what,when,who,cost\nA1,维修,2026-11-02 09:00,,12.5\nA1,维修,2026-11-02 10:00,,\n"
    )
    either_folder.ingest(
        LONG + '[[files.attributes]]\nname = "cost"\nof = "event"\nkind = "numeric"\nzh = "费用"\n'
    )
    events = either_folder.frames()["events"].sort_values("happened_at")
    assert events["cost"].iloc[0] == 12.5
    assert np.isnan(events["cost"].iloc[1])


def test_words_that_stand_for_nothing(folder: Folder) -> None:
    folder.write("orders.csv", WIDE_HEADER + "A1,2026-11-02 09:00,missing,NIL,missing,,,,\n")
    summary = folder.ingest('missing = ["missing", "NIL"]\n' + WIDE)
    assert "category" not in folder.order()
    assert summary.rejected == {}


def test_a_fixed_value_holds_for_every_row(folder: Folder) -> None:
    folder.write("orders.csv", "no,received\nA1,2026-11-02 09:00\n")
    folder.ingest(ORDERS + 'received_at = "received"\nsource = { value = "企业自接" }\n')
    assert folder.order()["source"] == "企业自接"


def test_words_can_be_given_a_meaning(folder: Folder) -> None:
    folder.write("orders.csv", "no,received,kind\nA1,2026-11-02 09:00,WX\n")
    folder.ingest('[values.kind]\nWX = "维修"\n' + ORDERS + 'received_at = "received"\nkind = "kind"\n')
    assert folder.order()["kind"] == "维修"


def test_the_duty_of_an_event_and_a_word_about_it(either_folder: Folder) -> None:
    either_folder.write("orders.csv", "no,received_at\nA1,2026-11-02 09:00\n")
    either_folder.write(
        "events.csv",
        "no,what,when,duty,why\n"
        "A1,无需办理,2026-11-02 10:00,P14,业主已自行修好，电话13977778888\n"
        "A1,先行联系,2026-11-02 11:00,P99,\n",
    )
    summary = either_folder.ingest(
        ORDERS + 'received_at = "received_at"\n'
        '[[files]]\npath = "events.csv"\norder_id = "no"\n[files.event]\ntype = "what"\nat = "when"\n'
        'duty = "duty"\nduty_note = "why"\n'
    )
    settings = either_folder.settings
    events = open_store(settings.home, None, settings.database_url).rows(["A1"])["events"]
    found = {event["type"]: (event["duty"], event["duty_note"]) for event in events}
    assert found["not_needed"][0] == "P14" and "13977778888" not in found["not_needed"][1]
    assert found["contacted"] == (None, None)
    [refused] = either_folder.rejected(summary)
    assert refused["value"] == "P99" and "P01 to P22" in refused["reason"]
