"""Accounts, keys, sessions, failed sign-ins, the audit log that nobody can alter, and what was forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_REFUSAL = "the audit log only grows"


def upgrade() -> None:
    """Make the tables, and the triggers that keep the audit log as it is."""
    op.create_table(
        "accounts",
        _key("name"),
        *_words("role", "scope", "password_hash"),
        _at("made_at"),
        _at("disabled_at", nullable=True),
    )
    op.create_table(
        "api_keys",
        _key("name"),
        sa.Column("key_hash", sa.Text, nullable=False, unique=True),
        *_words("role", "scope"),
        _at("made_at"),
        _at("expires_at", nullable=True),
        _at("revoked_at", nullable=True),
    )
    op.create_table("sessions", _key("session_hash"), *_words("account"), _at("made_at"), _at("seen_at"))
    op.create_index("sessions_by_account", "sessions", ["account"])
    op.create_table(
        "failures", _key("subject"), sa.Column("count", sa.Integer, nullable=False), _at("last_at")
    )
    op.create_table(
        "audit_log",
        sa.Column("entry_id", sa.Integer, primary_key=True, autoincrement=True),
        _at("at"),
        *_words("person", "role", "action"),
        sa.Column("order_id", sa.Text),
        *_words("outcome", "request_id"),
    )
    op.create_index("audit_log_by_order", "audit_log", ["order_id"])
    op.create_index("audit_log_by_person", "audit_log", ["person", "at"])
    op.create_table("forgotten", _key("order_id"), _at("forgotten_at"))
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    for name in ("forgotten", "audit_log", "failures", "sessions", "api_keys", "accounts"):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_log_only_grows()")


def _guards(dialect: str) -> list[str]:
    if dialect == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        return [
            f"CREATE TRIGGER audit_log_no_{what} BEFORE {what} ON audit_log {refuse}"
            for what in ("UPDATE", "DELETE")
        ]
    return [
        "CREATE FUNCTION audit_log_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
        "CREATE TRIGGER audit_log_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_log_only_grows()",
    ]


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _at(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)
