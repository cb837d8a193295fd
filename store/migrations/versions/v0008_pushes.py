"""What is pushed to the liaison group: one row an order and cause, until it has arrived."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "pushes",
        sa.Column("order_id", sa.Text, primary_key=True),
        sa.Column("cause", sa.Text, primary_key=True),
        sa.Column("since", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("next_at", sa.BigInteger),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("sent", sa.Integer, nullable=False),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("accepted_at", sa.BigInteger),
        sa.Column("fault", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_index("pushes_due", "pushes", ["next_at"])


def downgrade() -> None:
    """Drop the table: what was not sent yet is not sent."""
    op.drop_table("pushes")
