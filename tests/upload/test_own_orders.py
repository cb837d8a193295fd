"""Whose rows of a table are taken: the sender's own, as stored and as the row says."""

from datetime import datetime, timedelta

import pytest

from desk.access.person import Person
from desk.settings import Settings
from desk.upload.child import load
from desk.upload.loading import Task
from desk.upload.meaning import Kind
from desk.upload.reception import Reception
from desk.upload.shelf import Shelf
from desk.upload.upload import Checked
from hotline.calendar import SHANGHAI, to_micros
from hotline.order import Order
from hotline.policy import Role
from hotline.scope import scope_of
from store.database import open_store
from store.whereabouts import whereabouts
from tests.upload.tables import a_time, text

_HEADER = ("工单编号", "受理时间", "物业企业", "小区")


def _now() -> datetime:
    return datetime.now(SHANGHAI)


def checked(settings: Settings, row: tuple[str, str], **named: list[str]) -> Checked:
    """What is said of a table with one new order of this company and community."""
    store = open_store(settings.home)
    who = Person("企业", Role.COMPANY, scope_of(Role.COMPANY, **named), "session")
    table = text([_HEADER, ["T-1", a_time(9), *row]])
    found = Reception(Shelf(settings.home), store, who).receive(table, "a.csv", None, 0, _now())
    store.close()
    assert found.checked
    return found.checked


@pytest.mark.parametrize(
    ("row", "named", "refused"),
    [
        (("", ""), {"companies": ["甲物业"]}, None),
        (("甲物业", ""), {"companies": ["甲物业", "乙物业"]}, None),
        (("乙物业", ""), {"companies": ["甲物业"]}, "写的是别的企业"),
        (("", ""), {"companies": ["甲物业", "乙物业"]}, "没有写是哪一家企业"),
        (("甲物业", "乙小区"), {"companies": ["甲物业"], "communities": ["甲小区"]}, "不属于本单位"),
        (("", "甲小区"), {"companies": ["甲物业"], "communities": ["甲小区"]}, None),
    ],
)
def test_a_new_order_is_taken_if_it_becomes_the_senders_own(
    settings: Settings, row: tuple[str, str], named: dict[str, list[str]], refused: str | None
) -> None:
    found = checked(settings, row, **named)
    assert found.new == (refused is None)
    assert all(refused and refused in reason for reason in found.refused)
    assert bool(found.refused) == (refused is not None)


def test_an_order_that_came_to_another_firm_before_it_could_be_loaded_stays_theirs(
    either_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = either_settings
    store = open_store(settings.home, None, settings.database_url)
    who = Person("企业", Role.COMPANY, scope_of(Role.COMPANY, companies=["甲物业"]), "session")
    table = text([_HEADER, ["T-1", a_time(9), "甲物业", ""], ["T-2", a_time(9), "甲物业", ""]])
    upload = Reception(Shelf(settings.home), store, who).receive(table, "a.csv", None, 0, _now())
    assert upload.checked and (upload.checked.new, upload.checked.refused) == (2, {})

    def tell(_: Shelf, __: object, progress: str) -> None:
        if progress == "checking":
            store.add_order(Order("T-1", _now(), company="乙物业"), to_micros(_now()))

    monkeypatch.setattr(Shelf, "tell", tell)
    done = load(Task(upload.id, who.label, who.role, who.scope, settings.home, settings.database_url, 0.0))
    assert done.loaded and (done.loaded.new["orders"], done.loaded.refused_rows) == (1, 1)
    assert any("不属于本单位" in reason for reason in done.loaded.refused)
    stand = whereabouts(store.engine, ["T-1", "T-2"])
    assert [stand[name].company for name in ("T-1", "T-2")] == ["乙物业", "甲物业"]
    assert not list(settings.home.glob("rejects/*")), "what was refused lies with the upload, for a day"
    store.close()


def test_a_number_that_only_looks_like_anothers_is_no_number(settings: Settings) -> None:
    store = open_store(settings.home)
    for who in (
        Person("企业", Role.COMPANY, scope_of(Role.COMPANY, companies=["甲物业"]), "session"),
        Person("话务", Role.CALL_CENTRE, scope_of(Role.CALL_CENTRE), "session"),
    ):
        rows = [[name, a_time(9), "甲物业", ""] for name in ("T-1\u200b", "T-\x072", "T" * 65, "T" * 64)]
        found = Reception(Shelf(settings.home), store, who).receive(
            text([_HEADER, *rows]), "a.csv", None, 0, _now()
        )
        assert found.checked and (found.checked.new, found.checked.refused_rows) == (1, 3)
        assert any("看不见的字符" in reason for reason in found.checked.refused)
    store.close()


@pytest.mark.parametrize("word", ["官方回访", "called_back", "归档"])
def test_a_firm_does_not_write_down_what_is_the_hotlines_to_tell(settings: Settings, word: str) -> None:
    store = open_store(settings.home)
    store.add_order(Order("T-1", _now() - timedelta(hours=9), company="甲物业"), to_micros(_now()))
    table = text([("工单编号", "事件类型", "发生时间"), ["T-1", word, a_time(3)], ["T-1", "维修", a_time(3)]])
    firm = Person("企业", Role.COMPANY, scope_of(Role.COMPANY, companies=["甲物业"]), "session")
    found = Reception(Shelf(settings.home), store, firm).receive(table, "a.csv", Kind.EVENTS, 0, _now())
    assert found.checked and found.checked.accepted == {"events": 1}
    assert any("官方回访、归档不由本单位登记" in reason for reason in found.checked.refused)
    store.close()


@pytest.mark.parametrize(("role", "seen"), [(Role.COMPANY, True), (Role.DISTRICT_CENTRE, False)])
def test_what_a_firm_says_it_foretold_unseen_counts_as_seen(
    settings: Settings, role: Role, seen: bool
) -> None:
    store = open_store(settings.home)
    named = {"companies": ["甲物业"]} if role is Role.COMPANY else {}
    who = Person("某人", role, scope_of(role, **named), "session")
    header = ("工单编号", "受理时间", "物业企业", "预判时间", "预判评价", "是否看过模型")
    table = text([header, ["T-1", a_time(9), "甲物业", a_time(3), "不满意", "否"]])
    shelf = Shelf(settings.home)
    upload = Reception(shelf, store, who).receive(table, "a.csv", None, 0, _now())
    assert upload.checked and upload.checked.accepted["forecasts"] == 1
    load(Task(upload.id, who.label, role.value, who.scope, settings.home, None, 0))
    assert store.latest_forecasts(["T-1"])["T-1"].seen_model is seen
    store.close()
