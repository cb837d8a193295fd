"""Calls drawn by lot, written before anybody calls; by which desk an order of a queue was claimed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; of earlier claims nobody knows the desk."""
    op.create_table(
        "draws",
        sa.Column("desk", sa.Text, primary_key=True),
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("drawn_at", sa.BigInteger, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("share", sa.Float, nullable=False),
        sa.Column("nearness", sa.Float, nullable=False),
        sa.Column("agreed", sa.Text, nullable=False),
        sa.Column("line", sa.Float, nullable=False),
        sa.Column("near", sa.Integer, nullable=False),
        sa.Column("model_version", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "drawn_orders",
        sa.Column("order_id", sa.Text, primary_key=True),
        sa.Column("round_at", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("desk", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("drawn_at", sa.BigInteger, nullable=False),
        sa.Column("head", sa.Text, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("arm", sa.Text, nullable=False),
        sa.Column("chance", sa.Float, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        *(sa.Column(f"p{level}", sa.Float, nullable=False) for level in range(4)),
        sqlite_with_rowid=False,
    )
    op.create_index("drawn_orders_by_time", "drawn_orders", ["drawn_at"])
    op.add_column("claims", sa.Column("desk", sa.Text))


def downgrade() -> None:
    """Drop them: what was drawn cannot be counted any more."""
    op.drop_column("claims", "desk")
    op.drop_table("drawn_orders")
    op.drop_table("draws")
