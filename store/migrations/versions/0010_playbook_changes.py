"""What is changed of the playbook's settings by page; whose password was given to them by somebody else."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_REFUSAL = "changes of the playbook only grow"


def upgrade() -> None:
    """Make the table; of the accounts that are there nobody has to choose a password of their own."""
    op.create_table(
        "playbook_changes",
        sa.Column("change_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("street", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text),
    )
    op.create_index(
        "playbook_changes_by_name", "playbook_changes", ["section", "street", "name", "change_id"]
    )
    op.create_index("audit_log_by_time", "audit_log", ["at"])
    op.add_column("accounts", sa.Column("is_given", sa.SmallInteger, nullable=False, server_default="0"))
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Drop it: the settings are those of the file again."""
    op.drop_column("accounts", "is_given")
    op.drop_index("audit_log_by_time", "audit_log")
    op.drop_table("playbook_changes")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION playbook_changes_only_grow()")


def _guards(dialect: str) -> list[str]:
    if dialect == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        return [
            f"CREATE TRIGGER playbook_changes_no_{what} BEFORE {what} ON playbook_changes {refuse}"
            for what in ("UPDATE", "DELETE")
        ]
    return [
        "CREATE FUNCTION playbook_changes_only_grow() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
        "CREATE TRIGGER playbook_changes_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON playbook_changes "
        "FOR EACH STATEMENT EXECUTE FUNCTION playbook_changes_only_grow()",
    ]
