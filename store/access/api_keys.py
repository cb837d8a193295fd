"""Keys of systems: what each may do, until when, and a hash to know it by."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from hotline.policy import Role
from hotline.scope import Scope
from store.access.scopes import packed, unpacked
from store.access.tables import api_keys as _keys
from store.connection import reading
from store.connection import writing_of as changing


@dataclass(frozen=True)
class ApiKey:
    """One key; the key itself is nowhere kept."""

    name: str
    key_hash: str
    role: Role
    scope: Scope
    made_at: int
    expires_at: int | None = None
    revoked_at: int | None = None

    def is_good_at(self, at: int) -> bool:
        """Whether it opens anything then."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


def add_key(engine: Engine, key: ApiKey) -> bool:
    """Write a new key; False where the name is taken, by a revoked one too."""
    row = {
        "name": key.name,
        "key_hash": key.key_hash,
        "role": key.role.value,
        "scope": packed(key.scope),
        "made_at": key.made_at,
        "expires_at": key.expires_at,
    }
    try:
        with changing(engine) as connection:
            connection.execute(insert(_keys), row)
    except IntegrityError:
        return False
    return True


def all_keys(engine: Engine) -> list[ApiKey]:
    """Every key by name, those that are over included."""
    with reading(engine) as connection:
        return [_key(row) for row in connection.execute(select(_keys).order_by(_keys.c.name))]


def key_of(engine: Engine, key_hash: str) -> ApiKey | None:
    """The key with this hash."""
    with reading(engine) as connection:
        row = connection.execute(select(_keys).where(_keys.c.key_hash == key_hash)).first()
    return _key(row) if row else None


def revoke_key(engine: Engine, name: str, at: int) -> bool:
    """Let a key open nothing any longer; False where there is none of this name, or it is revoked."""
    question = update(_keys).where(_keys.c.name == name, _keys.c.revoked_at.is_(None))
    with changing(engine) as connection:
        return bool(connection.execute(question.values(revoked_at=at)).rowcount)


def _key(row: Any) -> ApiKey:
    return ApiKey(
        row.name,
        row.key_hash,
        Role(row.role),
        unpacked(row.scope),
        row.made_at,
        row.expires_at,
        row.revoked_at,
    )
