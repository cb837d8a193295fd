"""Which orders are someone's own: the whole district, a street, a company, a manager, urgent repairs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from hotline.categories import URGENT_REPAIRS
from hotline.errors import ArgumentError
from hotline.policy import Role


class Whereabouts(NamedTuple):
    """Whose an order is and what it is about, in plain words; None where nobody has said."""

    street: str | None = None
    company: str | None = None
    community: str | None = None
    manager: str | None = None
    kind: str | None = None
    category: str | None = None

    @property
    def is_urgent_repair(self) -> bool:
        """Whether an emergency station takes it."""
        return self.kind in (None, "维修") and self.category in URGENT_REPAIRS


#: The parts of a scope, each beside the field of an order that it is about.
PARTS = {"streets": "street", "companies": "company", "communities": "community", "managers": "manager"}
PARTS_ZH = {"streets": "街镇", "companies": "物业企业", "communities": "小区", "managers": "项目经理"}


@dataclass(frozen=True)
class Scope:
    """The orders within reach: all of the district, or those that fit every part that is named.

    One that names nothing and is not the whole district holds no order at all.
    """

    streets: frozenset[str] = frozenset()
    companies: frozenset[str] = frozenset()
    communities: frozenset[str] = frozenset()
    managers: frozenset[str] = frozenset()
    is_urgent_only: bool = False
    is_whole: bool = False

    @property
    def zh(self) -> str:
        """The scope as its holder reads it."""
        if self.is_whole:
            return "全区"
        named = [name for part in PARTS for name in sorted(getattr(self, part))]
        return "、".join([*named, "仅应急维修"] if self.is_urgent_only else named)


WHOLE_DISTRICT = Scope(is_whole=True)
#: What the scope of a role must name; the roles that are not here see the whole district unless narrowed.
NEEDED_PART = {
    Role.MANAGER: "managers",
    Role.COMPANY: "companies",
    Role.EMERGENCY_STATION: "streets",
    Role.STREET_HANDLER: "streets",
}
_NARROWED_AT_WILL = (Role.SYSTEM,)


def is_within(scope: Scope, order: Whereabouts) -> bool:
    """Whether an order lies within a scope.

    >>> is_within(Scope(streets=frozenset({"花木街道"})), Whereabouts(street="花木街道"))
    True
    >>> is_within(Scope(), Whereabouts(street="花木街道"))
    False
    """
    if scope.is_whole:
        return True
    if scope.is_urgent_only and not order.is_urgent_repair:
        return False
    named = [(getattr(scope, part), getattr(order, field)) for part, field in PARTS.items()]
    asked = [(allowed, value) for allowed, value in named if allowed]
    return bool(asked) and all(value in allowed for allowed, value in asked)


def scope_of(role: Role, **named: Iterable[str]) -> Scope:
    """The scope of someone with this role; `named` are the parts. ArgumentError where they do not fit it."""
    parts = {part: frozenset(named.get(part, ())) for part in PARTS}
    given = [part for part, names in parts.items() if names]
    needed = NEEDED_PART.get(role)
    if needed and needed not in given:
        raise ArgumentError(f"a {role} needs --{PARTS[needed]}: whose orders are they to see?")
    if not needed and given and role not in _NARROWED_AT_WILL:
        raise ArgumentError(f"a {role} is not narrowed to a {PARTS[given[0]]}; leave the option out")
    if not given:
        return WHOLE_DISTRICT
    streets, companies, communities, managers = parts.values()
    return Scope(streets, companies, communities, managers, is_urgent_only=role is Role.EMERGENCY_STATION)
