"""Each setting of the playbook has its words, its form and its default; what is typed is read as a file would be."""

from dataclasses import replace
from typing import Any

import pytest

from hotline.playbook import Playbook
from hotline.playbook_file import playbook_of
from hotline.playbook_settings import SETTINGS, Form, Setting, SettingName, laid_over, setting_of, value_of
from hotline.playbook_typed import read_typed, told_of, typed_of


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key.plain)
def test_a_default_is_what_the_playbook_has_and_can_be_typed_as_it_is_shown(setting: Setting) -> None:
    assert setting.zh and not setting.zh.isascii() and setting.form.zh
    read = read_typed(setting.form, typed_of(setting.form, setting.usual))
    assert read == setting.usual
    if setting.usual != "":
        said = playbook_of(laid_over({}, [(setting.key, read)]))
        assert replace(said, limits={}) == Playbook()
        assert all(said.limit(name) == Playbook().limit(name) for name in said.limits)
    assert told_of(setting.form, setting.usual)


def test_every_setting_stands_once() -> None:
    keys = [setting.key for setting in SETTINGS]
    assert len(keys) == len(set(keys))
    assert all(setting_of(key) for key in keys)


def test_a_streets_limit_and_a_desks_capacity_are_settings_too() -> None:
    street, desk = SettingName("street", "P20", "花木街道"), SettingName("desk", "花木街道")
    own = setting_of(street)
    assert own and own.form is Form.LIMIT and "花木街道" in own.zh
    assert (found := setting_of(desk)) and found.form is Form.COUNT
    for none in (
        SettingName("street", "P99", "花木街道"),
        SettingName("desk", ""),
        SettingName("rules", "x"),
        SettingName("desk", "长" * 201),
    ):
        assert setting_of(none) is None
    told = laid_over({"street": {"花木街道": {"P09": "2wh"}}}, [(street, "today"), (desk, 12)])
    assert (
        value_of(told, street) == "today"
        and value_of(told, SettingName("street", "P09", "花木街道")) == "2wh"
    )
    playbook = playbook_of(told)
    assert playbook.limit("P20", "花木街道").zh == "当天" and playbook.desks == {"花木街道": 12}


def test_laying_over_leaves_what_it_is_laid_over_as_it_was() -> None:
    told: dict[str, Any] = {"street": {"花木街道": {"P09": "2wh"}}}
    laid_over(told, [(SettingName("street", "P20", "花木街道"), "today")])
    assert told == {"street": {"花木街道": {"P09": "2wh"}}}


@pytest.mark.parametrize(
    ("form", "typed", "read"),
    [
        (Form.LIMIT, " 4WH ", "4wh"),
        (Form.COUNT, "４１", 41),
        (Form.WORDS, "噪声，停车 绿化", ["噪声", "停车", "绿化"]),
        (Form.WORDS, "", []),
        (Form.DAYS, "2026-05-07、2026-05-06", ["2026-05-06", "2026-05-07"]),
        (Form.DESKS, "962121话务、company", ["call_centre", "company"]),
    ],
)
def test_what_is_typed_is_read(form: Form, typed: str, read: object) -> None:
    assert read_typed(form, typed) == read


@pytest.mark.parametrize(
    ("form", "typed"),
    [
        (Form.LIMIT, "soon"),
        (Form.LIMIT, "wh"),
        (Form.RISK, "高"),
        (Form.COUNT, "4.5"),
        (Form.COUNT, "9" * 5_000),
        (Form.DAYS, "2026-13-01"),
        (Form.DESKS, "门卫"),
        (Form.WORDS, "词" * 2_001),
    ],
)
def test_what_is_not_in_its_form_is_refused(form: Form, typed: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_typed(form, typed)
