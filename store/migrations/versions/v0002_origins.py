"""Where the orders come from, as their descriptions declare it; what is there already never declared it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table("origins", sa.Column("origin", sa.Text, primary_key=True))
    op.execute("INSERT INTO origins SELECT 'undeclared' WHERE EXISTS (SELECT 1 FROM orders)")


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("origins")
