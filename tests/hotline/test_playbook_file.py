"""The settings of the playbook: what is written is in force, what can't be is told by its name."""

from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from hotline.errors import ArgumentError
from hotline.limits import Limit
from hotline.playbook import Playbook
from hotline.playbook_file import playbook_of, read_told
from hotline.policy import Role

_FILE = """
[limits]
P09 = "2wh"
P02.urgent = "15min"

[street."花木街道"]
P20 = "today"

[rules]
likely = 0.25
urged = 2
neighbours = ["噪声"]

[capacity]
call_centre = 55

[desk]
"花木街道" = 12

[draw]
share = 0.2
desks = ["call_centre", "street_handler"]
left_out = ["电梯"]
seed = 7
agreed = "会议纪要"

[calendar]
closes = "18:00"
days_off = [2026-05-06]
"""


def test_what_is_written_is_in_force_and_the_rest_is_as_usual(tmp_path: Path) -> None:
    path = tmp_path / "playbook.toml"
    path.write_text(_FILE.replace("P02.urgent", '"P02.urgent"'), encoding="utf-8")
    playbook = playbook_of(read_told(path))
    assert playbook.limit("P09", "洋泾街道") == Limit.of("2wh")
    assert playbook.limit("P02.urgent") == Limit.of("15min")
    assert (playbook.limit("P20", "花木街道"), playbook.limit("P20")) == (Limit.of("today"), Limit.of("1wd"))
    assert (playbook.rules.likely, playbook.rules.strong, playbook.rules.urged) == (0.25, 0.5, 2)
    assert (playbook.capacity(Role.CALL_CENTRE), playbook.capacity(Role.MANAGER)) == (55, 6)
    assert playbook.capacity(Role.STREET_HANDLER, "花木街道") == 12
    assert playbook.capacity(Role.STREET_HANDLER, "洋泾街道") == 20
    assert (playbook.draw.share, playbook.draw.nearness, playbook.draw.seed) == (0.2, 0.25, 7)
    assert playbook.draw.draws_for(Role.STREET_HANDLER) and not playbook.draw.draws_for(Role.COMPANY)
    assert playbook.draw.left_out == {"电梯"}
    assert playbook.rules.neighbours == {"噪声"}
    assert (playbook.calendar.opens, playbook.calendar.closes) == (time(9), time(18))
    assert not playbook.calendar.is_working_day(date(2026, 5, 6))


def test_without_a_file_the_defaults_are_in_force() -> None:
    assert playbook_of(read_told(None)) == Playbook()


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"limit": {}}, "limit is not known; there are limits, street"),
        ({"limits": {"P23": "1wd"}}, "limits.P23 is not known"),
        ({"limits": {"P09": "soon"}}, "limits.P09: 'soon' is no limit; write 30min"),
        ({"limits": {"P09": "4"}}, "limits.P09: '4' is no limit"),
        ({"limits": {"P09": "due4"}}, "limits.P09: 'due4' is no limit"),
        ({"limits": {"P09": 4}}, "limits.P09 is a word in quotes"),
        ({"limits": "P09"}, "limits is a table"),
        ({"street": {"花木街道": {"P99": "1wd"}}}, 'street."花木街道".P99 is not known'),
        ({"rules": {"likely": 0.6}}, "likely not above strong"),
        ({"rules": {"likely": True}}, "rules.likely is a number"),
        ({"rules": {"urged": -1}}, "rules.urged is a whole number from 0 to 1000"),
        ({"rules": {"urged": 2.5}}, "rules.urged is a whole number"),
        ({"rules": {"strong": float("inf")}}, "rules.strong is a number from 0 to 1"),
        ({"rules": {"near_hours": 1e300}}, "rules.near_hours is a number from 0 to 8760"),
        ({"rules": {"neighbours": "噪声"}}, "rules.neighbours is a list"),
        ({"capacity": {"citizen": 4}}, "capacity.citizen is not known; there are manager"),
        ({"desk": {"花木街道": -1}}, 'desk."花木街道" is a whole number'),
        ({"draw": {"chance": 1}}, "draw.chance is not known; there are share"),
        ({"draw": {"share": 0.2}}, "write into draw.agreed who agreed to it"),
        ({"draw": {"share": 0.2, "agreed": " "}}, "write into draw.agreed who agreed to it"),
        ({"draw": {"share": 1.5, "agreed": "x"}}, "draw.share and draw.nearness are numbers from 0 to 1"),
        ({"draw": {"desks": ["manager"]}}, "draw.desks: 'manager' is none of call_centre"),
        ({"draw": {"seed": 1.5}}, "draw.seed is a whole number"),
        ({"capacity": {"manager": "many"}}, "capacity.manager is a whole number"),
        ({"calendar": {"opens": "nine"}}, "calendar.opens: Invalid isoformat"),
        ({"calendar": {"opens": "19:00"}}, "calendar.opens lies before calendar.closes"),
        ({"calendar": {"opens": "17:00"}}, "calendar.closes lies at least an hour after"),
        ({"calendar": {"opens": "08:00+08:00"}}, "calendar.opens: write it in Shanghai's time"),
        ({"calendar": {"days_on": ["2026-13-01"]}}, "calendar.days_on: month must be in 1..12"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_it_should_be(
    told: dict[str, Any], said: str
) -> None:
    with pytest.raises(ArgumentError) as refused:
        playbook_of(told)
    assert said in str(refused.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "playbook.toml"
    broken.write_text("[limits\n", encoding="utf-8")
    for path in (broken, tmp_path / "none.toml"):
        with pytest.raises(ArgumentError, match=path.name):
            read_told(path)
