"""Settings changed by page: in force everywhere within a second, checked like a file, with a history, on both databases."""

import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from desk import playbook_in_force
from desk.playbook_changing import NotSettable, PlaybookChanging, checked, written
from desk.playbook_in_force import PlaybookInForce
from desk.settings import Settings
from hotline.calendar import SHANGHAI
from hotline.errors import ArgumentError
from hotline.playbook import Playbook
from hotline.playbook_settings import SettingName
from hotline.policy import Role
from store import playbook_changes
from store.database import Store

_NOON = datetime(2026, 11, 26, 12, tzinfo=SHANGHAI)
_STRONG, _LIKELY = SettingName("rules", "strong"), SettingName("rules", "likely")


def _changing(store: Store, file: dict | None = None, by: str = "管") -> PlaybookChanging:  # type: ignore[type-arg]
    return PlaybookChanging(store.engine, file or {}, by, _NOON)


def test_a_change_is_in_force_at_the_next_look_and_given_back_it_is_as_before(store: Store) -> None:
    in_force = PlaybookInForce({"rules": {"likely": 0.2}})
    assert in_force.playbook(store.engine).rules.strong == 0.5
    assert _changing(store).change(_STRONG, 0.6)
    found = in_force.look(store.engine, anew=True)
    assert (found.playbook.rules.strong, found.playbook.rules.likely) == (0.6, 0.2)
    assert found.page == {_STRONG: 0.6}
    assert in_force.band_limits(store.engine).red == 0.6
    assert _changing(store, {"rules": {"likely": 0.2}}).change(_STRONG, None)
    assert in_force.look(store.engine, anew=True).playbook.rules.strong == 0.5


def test_another_worker_takes_a_change_up_within_a_second(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr(playbook_in_force.time, "monotonic", lambda: clock[0])
    other = PlaybookInForce({})
    assert other.playbook(store.engine).capacity(Role.CALL_CENTRE) == 40
    _changing(store).change(SettingName("capacity", "call_centre"), 41)
    clock[0] += 0.9
    assert other.playbook(store.engine).capacity(Role.CALL_CENTRE) == 40, "it has just looked"
    clock[0] += 0.2
    assert other.playbook(store.engine).capacity(Role.CALL_CENTRE) == 41


def test_what_is_set_so_already_is_not_written_again(store: Store) -> None:
    changing = _changing(store)
    assert [changing.change(_STRONG, value) for value in (0.6, 0.6, None, None)] == [True, False, True, False]
    assert [change.value for change in playbook_changes.history(store.engine, 9)] == [None, 0.6]


def test_the_history_says_who_when_and_what_newest_first_and_only_grows(store: Store) -> None:
    _changing(store, by="甲").change(_STRONG, 0.6)
    _changing(store, by="乙").change(SettingName("street", "P20", "花木街道"), "today")
    _changing(store, by="丙").change(SettingName("calendar", "days_off"), ["2026-05-06"])
    told = [
        (change.person, change.key.plain, change.value)
        for change in playbook_changes.history(store.engine, 9)
    ]
    assert told == [
        ("丙", "calendar.days_off", ["2026-05-06"]),
        ("乙", "street.花木街道.P20", "today"),
        ("甲", "rules.strong", 0.6),
    ]
    assert len(playbook_changes.history(store.engine, 1)) == 1
    for spoilt in ("UPDATE playbook_changes SET value = '1'", "DELETE FROM playbook_changes"):
        with pytest.raises(DBAPIError, match="only grow"), store.engine.begin() as connection:
            connection.execute(text(spoilt))


@pytest.mark.parametrize(
    ("key", "value", "zh"),
    [
        (_STRONG, 0.1, "红线：不满意风险从多高起"),
        (_LIKELY, 0.9, "橙线不能高于红线"),
        (SettingName("limits", "P09"), "soon", "“P09 项目经理："),
        (SettingName("draw", "share"), 0.2, "要先写明谁同意抽签"),
        (SettingName("calendar", "closes"), "08:00", "上班早于下班"),
        (SettingName("capacity", "manager"), 10**9, "请写不小于0的整数"),
        (SettingName("rules", "private_part"), "", "请写一个词"),
        (SettingName("rules", "nothing"), 1, "没有这项设置"),
    ],
)
def test_what_a_file_could_not_say_is_refused_in_plain_chinese_and_nothing_is_written(
    store: Store, key: SettingName, value: object, zh: str
) -> None:
    with pytest.raises(NotSettable) as refused:
        _changing(store).change(key, value)
    assert zh in refused.value.zh
    assert playbook_changes.history(store.engine, 9) == []


def test_what_is_typed_wrongly_names_the_setting_and_its_form() -> None:
    setting = checked(SettingName("calendar", "days_off"))
    with pytest.raises(NotSettable) as refused:
        written(setting, "五一")
    assert "放假的日期" in refused.value.zh and "如2026-05-06" in refused.value.zh
    assert written(setting, "2026-05-06") == ["2026-05-06"]


def test_of_two_that_change_at_once_the_second_is_checked_against_the_first(store: Store) -> None:
    begin, refused = threading.Barrier(2), []

    def change(key: SettingName, value: float) -> None:
        begin.wait()
        try:
            _changing(store).change(key, value)
        except NotSettable:
            refused.append(key)

    together = [threading.Thread(target=change, args=told) for told in ((_LIKELY, 0.48), (_STRONG, 0.45))]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    assert len(refused) == 1, "each alone would do, both do not"
    assert PlaybookInForce({}).look(store.engine).problem == ""


def test_changes_that_a_later_file_contradicts_leave_the_file_in_force_and_say_so(store: Store) -> None:
    _changing(store).change(_LIKELY, 0.45)
    found = PlaybookInForce({"rules": {"strong": 0.4}}).look(store.engine)
    assert found.playbook.rules.strong == 0.4 and found.playbook.rules.likely == 0.3
    assert "likely not above strong" in found.problem


def test_what_a_file_contradicts_can_be_given_back_one_by_one(store: Store) -> None:
    agreed, share = SettingName("draw", "agreed"), SettingName("draw", "share")
    for key, value in ((_LIKELY, 0.45), (agreed, "纪要"), (share, 0.2)):
        _changing(store).change(key, value)
    later = {"rules": {"strong": 0.4}, "draw": {"desks": ["company"]}}
    with pytest.raises(NotSettable):
        _changing(store, later).change(_STRONG, 0.3)
    assert _changing(store, later).change(agreed, None), "the lines contradict each other still"
    assert _changing(store, later).change(_LIKELY, None) and _changing(store, later).change(share, None)
    assert PlaybookInForce(later).look(store.engine).problem == ""


def test_while_the_database_is_away_what_was_in_force_stays_so(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_force = PlaybookInForce({})
    _changing(store).change(_STRONG, 0.6)
    assert in_force.playbook(store.engine).rules.strong == 0.6

    def gone(_: object) -> int:
        raise DBAPIError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(playbook_changes, "newest_number", gone)
    assert in_force.look(store.engine, anew=True).playbook.rules.strong == 0.6


def test_without_a_file_or_a_change_the_defaults_are_in_force(store: Store, settings: Settings) -> None:
    assert PlaybookInForce.of(settings).playbook(store.engine) == Playbook()


def test_a_file_that_cannot_be_used_is_named_at_once(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "playbook.toml"
    path.write_text("[rules]\nlikely = 2\n", "utf-8")
    with pytest.raises(ArgumentError, match=path.name):
        PlaybookInForce.of(settings.model_copy(update={"playbook_file": path}))


def test_the_moment_of_a_change_is_the_one_that_was_given(store: Store) -> None:
    PlaybookChanging(store.engine, {}, "管", _NOON + timedelta(hours=1)).change(_STRONG, 0.6)
    [change] = playbook_changes.history(store.engine, 9)
    assert change.at == int((_NOON + timedelta(hours=1)).timestamp() * 1_000_000)
