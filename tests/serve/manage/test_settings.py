"""The playbook's settings and capacities by their forms: in force at once, refused in plain Chinese, given back."""

import pytest
from fastapi.testclient import TestClient

from desk.settings import Settings
from hotline.policy import Role
from serve.app import create_app
from store.database import Store
from tests.serve.manage.browsing import Browser, noted


def test_a_setting_is_in_force_at_once_in_another_service_on_the_same_database(
    app: TestClient, settings: Settings, store: Store
) -> None:
    centre = Browser(app, "区")
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as other:
        desk = other.app.state.desk  # type: ignore[attr-defined]
        assert desk.playbook.rules.strong == 0.5
        answer = centre.send("/manage/playbook", follow=True, section="rules", name="strong", value="0.45")
        assert "设置已改" in answer.text and "0.45" in answer.text
        assert app.app.state.desk.playbook.rules.strong == 0.45  # type: ignore[attr-defined]
        assert desk.look_at_playbook(anew=True).playbook.rules.strong == 0.45
    same = centre.send("/manage/playbook", follow=True, section="rules", name="strong", value="0.45")
    assert "没有改动" in same.text
    answer = centre.send("/manage/playbook", follow=True, section="rules", name="strong", do="back")
    assert "设置已恢复" in answer.text
    history = answer.text.split("修改记录</h2>")[1]
    assert "改回这个值" in history and history.count("<td>区</td>") == 2
    assert ("区", "set_playbook", "setting changed: rules.strong") in noted(app, store)


def test_limits_days_and_desks_are_typed_as_people_write_them(app: TestClient) -> None:
    centre, desk = Browser(app, "区"), app.app.state.desk  # type: ignore[attr-defined]

    def change(**fields: str) -> None:
        assert centre.send("/manage/playbook", **fields).status_code == 303, fields

    change(section="limits", name="P09", number="2", unit="wh")
    change(section="limits", name="P08", number="", unit="today")
    change(section="street", street="花木街道", name="P20", number="3", unit="wd")
    change(section="calendar", name="days_off", value="2026-12-24、2026-12-25")
    change(section="draw", name="desks", desks="1", desk_company="1", desk_call_centre="1")
    playbook = desk.playbook
    assert [playbook.limit(name).zh for name in ("P09", "P08")] == ["2个工作小时内", "当天"]
    assert playbook.limit("P20", "花木街道").zh == "3个工作日内" and playbook.limit("P20").zh == "1个工作日内"
    assert len(playbook.calendar.days_off) == 2
    assert playbook.draw.desks == {"company", "call_centre"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"section": "rules", "name": "strong", "value": "很高"}, "没有改：请写0到1之间的小数"),
        ({"section": "rules", "name": "strong", "value": "0.2"}, "橙线不能高于红线"),
        ({"section": "limits", "name": "P09", "number": "x", "unit": "wh"}, "没有改：请写数字并选单位"),
        ({"section": "street", "name": "P09", "number": "1", "unit": "wd"}, "请写明是哪个街镇"),
        ({"section": "nothing", "name": "x", "value": "1"}, "没有这项设置"),
        ({"section": "street"}, "请写明是哪个街镇"),
        ({}, "没有这项设置"),
    ],
)
def test_a_setting_that_cannot_be_says_so_and_keeps_what_was_typed(
    app: TestClient, fields: dict[str, str], said: str
) -> None:
    centre = Browser(app, "区")
    answer = centre.send("/manage/playbook", **fields)
    assert answer.status_code == 422 and said in answer.text
    typed = fields.get("value") or fields.get("number")
    if fields.get("section") in ("rules", "limits"):
        assert f'value="{typed}"' in answer.text
    assert app.app.state.desk.look_at_playbook(anew=True).page == {}  # type: ignore[attr-defined]


def test_a_street_sets_its_own_limits_and_no_others(app: TestClient, store: Store) -> None:
    street, desk = Browser(app, "街"), app.app.state.desk  # type: ignore[attr-defined]
    assert street.get("/manage").url.path == "/manage/street"
    own = {"section": "street", "street": "花木街道", "name": "P20", "number": "2", "unit": "wh"}
    answer = street.send("/manage/street", follow=True, **own)
    assert "设置已改" in answer.text and "2个工作小时内" in answer.text
    assert desk.playbook.limit("P20", "花木街道").zh == "2个工作小时内"
    for wrong in (
        {"street": "洋泾街道"},
        {"section": "limits", "street": ""},
        {"section": "rules", "name": "urged"},
    ):
        answer = street.send("/manage/street", **own | wrong)
        assert answer.status_code == 422 and "只能改本街镇的时限" in answer.text
    assert "没有改：请写数字并选单位" in street.send("/manage/street", **own | {"number": "x"}).text
    assert street.send("/manage/playbook", **own).status_code == 403
    assert "设置已恢复" in street.send("/manage/street", follow=True, do="back", **own).text
    assert desk.playbook.limit("P20", "花木街道").zh == "1个工作日内"
    assert ("街", "set_street_limits", "setting given back: street.花木街道.P20") in noted(app, store)


def test_capacities_are_set_for_roles_and_for_single_desks(app: TestClient, admin: Browser) -> None:
    desk = app.app.state.desk  # type: ignore[attr-defined]
    assert (
        admin.send("/manage/capacity", section="capacity", name="call_centre", value="41").status_code == 303
    )
    assert admin.send("/manage/capacity", section="desk", name="清和物业", value="0").status_code == 303
    assert desk.playbook.capacity(Role.CALL_CENTRE) == 41
    assert desk.playbook.capacity(Role.COMPANY, "清和物业") == 0
    assert desk.playbook.capacity(Role.COMPANY, "别家物业") == 20
    answer = admin.send("/manage/capacity", section="desk", name="清和物业", value="许多")
    assert answer.status_code == 422 and "请写不小于0的整数" in answer.text and 'value="许多"' in answer.text
    admin.send("/manage/capacity", section="desk", name="清和物业", value="")
    assert desk.playbook.capacity(Role.COMPANY, "清和物业") == 20
