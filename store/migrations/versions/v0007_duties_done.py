"""Which duty of the playbook an event does or says is not needed, and a word about it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both columns; no event had either."""
    op.add_column("events", sa.Column("duty", sa.Text))
    op.add_column("events", sa.Column("duty_note", sa.Text))


def downgrade() -> None:
    """Drop both; the events themselves stay."""
    op.drop_column("events", "duty_note")
    op.drop_column("events", "duty")
