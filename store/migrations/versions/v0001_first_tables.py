"""The first tables: orders with their revisions, events, callbacks, forecasts, communities, predictions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "orders",
        _key("order_id"),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("orders_by_revision", "orders", ["revision"])
    op.create_table(
        "order_revisions",
        _key("order_id"),
        _number(),
        *_known(),
        sa.Column("natural_at", sa.BigInteger, nullable=False),
        *_texts("source", "kind", "category", "text", "caller", "community", "street", "company"),
        *_texts("manager", "part"),
        sa.Column("received_at", sa.BigInteger),
        sa.Column("due_at", sa.BigInteger),
        *_texts("petition_no", "case_no", "attributes"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "events",
        _key("order_id"),
        _key("event_id"),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("happened_at", sa.BigInteger, nullable=False),
        *_known(),
        *_texts("actor", "group", "verdict", "retracts"),
        sa.Column("promised_at", sa.BigInteger),
        *_texts("attributes"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "callbacks",
        _key("order_id"),
        _key("callback_id"),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("happened_at", sa.BigInteger, nullable=False),
        *_known(),
        *_texts("channel"),
        *(sa.Column(name, sa.SmallInteger) for name in ("answered", "rating", "solved", "contact_confirmed")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "forecasts",
        _key("order_id"),
        _key("forecast_id"),
        *_known(),
        sa.Column("rating", sa.SmallInteger),
        sa.Column("probability", sa.Float),
        sa.Column("seen_model", sa.SmallInteger),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "communities",
        _key("community"),
        _number(),
        *_known(),
        *(
            sa.Column(name, sa.Float)
            for name in ("has_assembly", "has_fund_account", "year_built", "households")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "attributes",
        _key("name"),
        _key("of"),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("zh", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
    )
    writes = op.create_table(
        "writes",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(writes, [{"id": 1, "number": 0}])
    op.create_table(
        "predictions",
        sa.Column("prediction_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("as_of", sa.BigInteger, nullable=False),
        sa.Column("scored_at", sa.BigInteger, nullable=False),
        sa.Column("model_version", sa.Text, nullable=False),
        *(sa.Column(f"p{level}", sa.Float, nullable=False) for level in range(4)),
        sa.Column("band", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("features", sa.Text, nullable=False),
    )
    op.create_index("predictions_by_order", "predictions", ["order_id", "as_of"])


def downgrade() -> None:
    """Drop the tables."""
    for name in (
        "predictions",
        "writes",
        "attributes",
        "communities",
        "forecasts",
        "callbacks",
        "events",
        "order_revisions",
        "orders",
    ):
        op.drop_table(name)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


def _number() -> sa.Column[int]:
    return sa.Column("number", sa.Integer, primary_key=True, autoincrement=False)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text) for name in names]


def _known() -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in ("known_at", "recorded_at")]
