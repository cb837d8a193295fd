"""No caller's number and no personal number in a text reaches the disk of the store."""

import stat
from pathlib import Path

import pytest

from store.extracts.pseudonyms import Pseudonyms
from tests.ingest.conftest import Folder

CALLER, MOBILE, CARD, LAND_LINE = "13912345678", "13812345678", "310101199001011234", "021-58881234"
DESCRIPTION = """
[[files]]
path = "orders.csv"
order_id = "no"
[files.order]
received_at = "received"
caller = "caller"
text = "text"
manager = "manager"
[[files.attributes]]
name = "note"
kind = "text"
[[files.attributes]]
name = "flag"
kind = "boolean"
[[files.callbacks]]
rating = "rating"
[[files.moments]]
type = "接单"
at = "accepted"
actor = "who"
"""
ORDERS = (
    "no,received,caller,text,manager,note,flag,rating,accepted,who\n"
    f"A1,2026-11-02 09:00,{CALLER},请打{MOBILE},李{MOBILE},证{CARD},{MOBILE},{CARD},"
    f"2026-11-02 10:00,张{LAND_LINE}\n"
    f"A2,2026-11-03 09:00,{CALLER},漏水,李,,,满意,,\n"
)


def everything_on_disk(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_personal_numbers_are_nowhere_under_home(folder: Folder) -> None:
    folder.write("orders.csv", ORDERS)
    summary = folder.ingest(DESCRIPTION)
    assert summary.rejects_file is not None
    written = everything_on_disk(folder.settings.home)
    for number in (CALLER, MOBILE, CARD, LAND_LINE):
        assert number.encode() not in written
    frames = folder.frames()
    first = frames["orders"]
    assert "请打[电话]" in first["text"].tolist()
    assert "李[电话]" in first["manager"].tolist()
    assert "证[证件]" in first["note"].tolist()
    assert frames["events"]["actor"].tolist() == ["张[电话]"]


def test_the_same_caller_is_recognised_under_a_pseudonym(folder: Folder) -> None:
    folder.write("orders.csv", ORDERS)
    folder.ingest(DESCRIPTION)
    callers = folder.frames()["orders"]["caller"].dropna().unique()
    assert len(callers) == 1
    assert callers[0] == Pseudonyms.open(folder.settings.home).of(CALLER)


def test_the_key_is_made_once_and_for_its_owner_only(home: Path) -> None:
    first = Pseudonyms.open(home).of(CALLER)
    assert Pseudonyms.open(home).of(CALLER) == first
    key = home / "pseudonym.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == ["pseudonym.key"]


def test_the_key_may_come_from_the_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QINGLING_PSEUDONYM_KEY", "a key kept elsewhere")
    assert Pseudonyms.open(home).of(CALLER) == Pseudonyms(b"a key kept elsewhere").of(CALLER)
    assert not home.exists()


def test_another_key_gives_other_pseudonyms() -> None:
    assert Pseudonyms(b"one").of(CALLER) != Pseudonyms(b"other").of(CALLER)


def test_a_broken_key_is_not_replaced_silently(home: Path) -> None:
    home.mkdir()
    (home / "pseudonym.key").write_text("")
    with pytest.raises(ValueError, match="holds no key"):
        Pseudonyms.open(home)
    assert (home / "pseudonym.key").stat().st_size == 0
