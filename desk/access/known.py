"""Who stands behind a key or a session: looked up once, and remembered for a moment."""

from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock

from sqlalchemy import Engine

from desk.access.person import Person
from hotline.calendar import MINUTE, SECOND
from store.access import accounts, api_keys

#: How long an answer is remembered; a revocation is seen by every worker within that time.
REMEMBERED = 2 * SECOND
#: A session in use is noted so often.
_NOTED_EVERY = MINUTE
_MOST_REMEMBERED = 10_000
#: What a key begins with, so that one left lying about is recognised.
KEY_PREFIX = "qlk_"


def key_hash(key: str) -> str:
    """What a key is known by. A key is random, so one round of SHA-256 cannot be undone."""
    return sha256(key.encode("utf-8", "replace")).hexdigest()


def session_hash(token: str) -> str:
    """What a session is known by."""
    return sha256(b"session" + token.encode("utf-8", "replace")).hexdigest()


@dataclass
class Known:
    """Tells who holds a key or a session; None where nobody does. Times are microseconds."""

    longest: int
    longest_idle: int
    _remembered: dict[str, tuple[Person, int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def remembered(self, hashed: str, now: int) -> Person | None:
        """Who it was a moment ago, without asking the database."""
        person, looked_at = self._remembered.get(hashed, (None, 0))
        return person if person and 0 <= now - looked_at < REMEMBERED else None

    def holder_of_key(self, engine: Engine, hashed: str, now: int) -> Person | None:
        """Who holds a key that is neither revoked nor expired."""
        key = api_keys.key_of(engine, hashed)
        if key is None or not key.is_good_at(now):
            return None
        return self._remember(hashed, Person(key.name, key.role, key.scope), now)

    def holder_of_session(self, engine: Engine, hashed: str, now: int) -> Person | None:
        """Who holds a session that is neither over nor idle for too long; notes that it is in use."""
        session = accounts.find_session(engine, hashed)
        if session is None:
            return None
        if now - session.made_at >= self.longest or now - session.seen_at >= self.longest_idle:
            accounts.close_session(engine, hashed)
            return None
        if now - session.seen_at >= _NOTED_EVERY:
            accounts.touch_session(engine, hashed, now)
        account = session.account
        person = Person(account.name, account.role, account.scope, hashed, not account.is_given)
        return self._remember(hashed, person, now)

    def forget(self, hashed: str) -> None:
        """Look it up anew next time."""
        with self._lock:
            self._remembered.pop(hashed, None)

    def _remember(self, hashed: str, person: Person, now: int) -> Person:
        with self._lock:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[hashed] = (person, now)
        return person
