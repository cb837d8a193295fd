"""Which histories that were sorted and kept outside the database are what the database holds."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "kept_histories",
        sa.Column("token", sa.Text, primary_key=True),
        sa.Column("announced", sa.BigInteger, nullable=False),
        sa.Column("number", sa.BigInteger),
    )


def downgrade() -> None:
    """Drop the table: histories are sorted at every start again."""
    op.drop_table("kept_histories")
