"""The tables of access, beside the orders' own; times are microseconds since 1970 in UTC.

Neither passwords, keys nor sessions stand here, only what they can be checked by.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, SmallInteger, Table, Text

from store.tables import metadata


def _needed(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _at(name: str, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


accounts = Table(
    "accounts",
    metadata,
    Column("name", Text, primary_key=True),
    _needed("role"),
    _needed("scope"),
    _needed("password_hash"),
    _at("made_at"),
    _at("disabled_at", nullable=True),
    # Whether the password was made for them: then they choose one of their own at the first sign-in.
    Column("is_given", SmallInteger, nullable=False, server_default="0"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("name", Text, primary_key=True),
    Column("key_hash", Text, nullable=False, unique=True),
    _needed("role"),
    _needed("scope"),
    _at("made_at"),
    _at("expires_at", nullable=True),
    _at("revoked_at", nullable=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_hash", Text, primary_key=True),
    _needed("account"),
    _at("made_at"),
    _at("seen_at"),
    Index("sessions_by_account", "account"),
)

#: How often a password was wrong, for an account and for an address; neither is readable here.
failures = Table(
    "failures",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    _at("last_at"),
)

#: Rows are added and never changed: triggers refuse anything else.
audit_log = Table(
    "audit_log",
    metadata,
    Column("entry_id", Integer, primary_key=True, autoincrement=True),
    _at("at"),
    _needed("person"),
    _needed("role"),
    _needed("action"),
    Column("order_id", Text),
    _needed("outcome"),
    _needed("request_id"),
    Index("audit_log_by_order", "order_id"),
    Index("audit_log_by_person", "person", "at"),
    Index("audit_log_by_time", "at"),
)

#: Orders whose texts and callers were forgotten, so that an old extract does not bring them back.
forgotten = Table(
    "forgotten",
    metadata,
    Column("order_id", Text, primary_key=True),
    _at("forgotten_at"),
)
