"""One-off accounts of the demo, one a role, whose orders really are in the simulated district."""

from collections.abc import Iterator
from datetime import datetime

from desk.access.issuing import Issuing
from desk.access.passwords import generated
from hotline.policy import Role
from hotline.scope import Scope, scope_of
from pipelines.access import whoever_is_here
from store.access.accounts import account_named
from store.access.api_keys import all_keys
from store.database import Store
from store.whereabouts import whereabouts

_PREFIX = "demo-"


def make_accounts(store: Store, order_ids: list[str], now: datetime) -> list[tuple[str, str, str]]:
    """Name, password and scope of an account a role, and a key; earlier ones of the demo get new passwords.

    There are two data scientists: one proposes a model, the other confirms it.

    The scopes are those of the first of the orders that says whose it is.
    """
    issuing = Issuing(store.engine, whoever_is_here(), now)
    made = []
    for named, role, scope in _accounts(store, order_ids):
        name, password = _PREFIX + named, generated()
        kept = account_named(store.engine, name)
        if kept is None:
            issuing.add_account(name, role, scope, password)
        else:
            issuing.set_password(name, password)
        made.append((name, password, f"{role.zh}，{(kept.scope if kept else scope).zh}"))
    key = f"{_PREFIX}key-{1 + sum(k.name.startswith(_PREFIX) for k in all_keys(store.engine))}"
    made.append((key, issuing.add_key(key, Role.SYSTEM, scope_of(Role.SYSTEM)), Role.SYSTEM.zh))
    return made


def _accounts(store: Store, order_ids: list[str]) -> Iterator[tuple[str, Role, Scope]]:
    for role, scope in _scopes(store, order_ids).items():
        name = role.value.replace("_", "-")
        yield name, role, scope
        if role is Role.DATA_SCIENTIST:
            yield f"{name}-2", role, scope


def _scopes(store: Store, order_ids: list[str]) -> dict[Role, Scope]:
    placed = [
        w for w in whereabouts(store.engine, order_ids).values() if w.street and w.company and w.manager
    ]
    first = next((w for w in placed if w.is_urgent_repair), placed[0])
    own = {
        Role.MANAGER: {"managers": [first.manager], "companies": [first.company]},
        Role.COMPANY: {"companies": [first.company]},
        Role.EMERGENCY_STATION: {"streets": [first.street]},
        Role.STREET_HANDLER: {"streets": [first.street]},
    }
    people = [role for role in Role if role.is_for_people]
    return {
        role: scope_of(role, **{part: [n for n in names if n] for part, names in own.get(role, {}).items()})
        for role in people
    }
