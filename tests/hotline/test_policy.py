"""Who may do what, and which orders are whose: the table itself."""

from pathlib import Path

import pytest

from hotline.errors import ArgumentError
from hotline.policy import GRANTS, Action, Role, may
from hotline.scope import WHOLE_DISTRICT, Scope, Whereabouts, is_within, scope_of

_LEAK = Whereabouts("花木街道", "清和物业", "清和苑", "王芳", "维修", "给排水漏水")
_ABOUT_ORDERS = {
    a for a in Action if a.value.split("_")[-1] in ("score", "given", "worklist", "order", "event")
}


def test_every_role_and_every_action_has_its_place_in_the_table() -> None:
    assert set(GRANTS) == set(Role)
    assert set().union(*GRANTS.values()) == set(Action), "an action that nobody may do"
    assert all(role.zh for role in Role) and all(action.zh for action in Action)


def test_every_role_is_explained_in_the_page_on_access() -> None:
    page = (Path(__file__).parents[2] / "docs" / "access.md").read_text("utf-8")
    assert [role for role in Role if f"| `{role}`" not in page] == []


def test_those_who_keep_models_and_accounts_meet_no_order() -> None:
    for role in (Role.DATA_SCIENTIST, Role.ADMIN, Role.MONITOR):
        assert not GRANTS[role] & (_ABOUT_ORDERS | {Action.WRITE_CALLBACK})


def test_only_those_who_call_back_write_callbacks() -> None:
    assert {role for role in Role if may(role, Action.WRITE_CALLBACK)} == {Role.CALL_CENTRE, Role.SYSTEM}


def test_accounts_and_the_audit_log_are_the_admins_alone() -> None:
    for action in (Action.MANAGE_ACCOUNTS, Action.READ_AUDIT, Action.FORGET):
        assert {role for role in Role if may(role, action)} == {Role.ADMIN}


def test_only_those_who_see_every_order_may_ask_about_any_caller() -> None:
    for role in (r for r in Role if r.is_for_people and may(r, Action.SCORE_GIVEN)):
        assert scope_of(role) == WHOLE_DISTRICT


def test_a_scope_that_names_nothing_holds_nothing() -> None:
    assert not is_within(Scope(), _LEAK) and not is_within(Scope(is_urgent_only=True), _LEAK)
    assert is_within(WHOLE_DISTRICT, Whereabouts())


@pytest.mark.parametrize(
    ("part", "own"),
    [("streets", "花木街道"), ("companies", "清和物业"), ("communities", "清和苑"), ("managers", "王芳")],
)
def test_a_scope_holds_what_fits_its_part_and_nothing_else(part: str, own: str) -> None:
    assert is_within(Scope(**{part: frozenset({own, "another"})}), _LEAK)  # type: ignore[arg-type]
    assert not is_within(Scope(**{part: frozenset({"another"})}), _LEAK)  # type: ignore[arg-type]
    assert not is_within(Scope(**{part: frozenset({own})}), Whereabouts())  # type: ignore[arg-type]


def test_every_part_that_is_named_has_to_fit() -> None:
    namesake = Scope(managers=frozenset({"王芳"}), companies=frozenset({"另一家物业"}))
    assert not is_within(namesake, _LEAK)


def test_an_emergency_station_takes_urgent_repairs_only() -> None:
    station = scope_of(Role.EMERGENCY_STATION, streets=["花木街道"])
    assert is_within(station, _LEAK)
    assert not is_within(station, _LEAK._replace(category="绿化"))
    assert not is_within(station, _LEAK._replace(kind="物业投诉"))
    assert not is_within(station, _LEAK._replace(street="另一街道"))


def test_a_role_with_orders_of_its_own_must_say_whose() -> None:
    for role, option in (("manager", "--manager"), ("company", "--company"), ("street_handler", "--street")):
        with pytest.raises(ArgumentError, match=option):
            scope_of(Role(role))
    with pytest.raises(ArgumentError, match="leave the option out"):
        scope_of(Role.CALL_CENTRE, streets=["花木街道"])
    assert scope_of(Role.SYSTEM, streets=["花木街道"]).streets == {"花木街道"}


def test_the_indicators_are_for_those_who_answer_for_them_and_for_who_makes_the_model() -> None:
    assert {role for role in Role if may(role, Action.READ_INDICATORS)} == {
        Role.MANAGER,
        Role.COMPANY,
        Role.STREET_HANDLER,
        Role.CALL_CENTRE,
        Role.DISTRICT_CENTRE,
        Role.DATA_SCIENTIST,
    }
