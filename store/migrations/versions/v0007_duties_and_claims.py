"""Which duty an event does and a word about it; who has claimed which order of a queue, and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, which no event had yet, and make the table."""
    op.add_column("events", sa.Column("duty", sa.Text))
    op.add_column("events", sa.Column("duty_note", sa.Text))
    op.create_table(
        "claims",
        sa.Column("claim_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("claimed_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("outcome", sa.Text),
        sa.Column("reason", sa.Text),
    )
    held = sa.text("ended_at IS NULL")
    op.create_index(
        "claims_held", "claims", ["order_id"], unique=True, sqlite_where=held, postgresql_where=held
    )
    op.create_index("claims_by_order", "claims", ["order_id", "claimed_at"])


def downgrade() -> None:
    """Drop them; the events themselves stay."""
    op.drop_table("claims")
    op.drop_column("events", "duty_note")
    op.drop_column("events", "duty")
