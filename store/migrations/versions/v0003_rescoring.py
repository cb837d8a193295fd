"""Who rescores open orders, and what a logged score was given for."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of leases, and the column; every earlier score was asked for."""
    op.create_table(
        "leases",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.add_column("predictions", sa.Column("cause", sa.Text, nullable=False, server_default="asked"))


def downgrade() -> None:
    """Drop both."""
    op.drop_column("predictions", "cause")
    op.drop_table("leases")
