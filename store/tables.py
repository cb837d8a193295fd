"""The tables of the store, in SQLAlchemy Core; times are microseconds since 1970 in UTC."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, SmallInteger, Table, Text, text

from hotline.order import ORDER_FIELDS

#: The fields of an order that are times; all others are words.
ORDER_TIMES = ("received_at", "due_at")
#: What an event carries beside its id, its order, its times of knowing and its attributes.
EVENT_WORDS = ("actor", "group", "verdict", "retracts", "duty", "duty_note")
CALLBACK_ANSWERS = ("answered", "rating", "solved", "contact_confirmed")
COMMUNITY_FACTS = ("has_assembly", "has_fund_account", "year_built", "households")

metadata = MetaData()


def _text(name: str) -> Column[str]:
    return Column(name, Text)


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _time(name: str) -> Column[int]:
    return Column(name, BigInteger)


def _known() -> tuple[Column[int], Column[int]]:
    return (
        Column("known_at", BigInteger, nullable=False),
        Column("recorded_at", BigInteger, nullable=False),
    )


# Rows lie in the order of their keys (SQLite: no rowid), so one order's rows are neighbours and need no
# second index.
orders = Table(
    "orders",
    metadata,
    _key("order_id"),
    Column("revision", BigInteger, nullable=False),
    Index("orders_by_revision", "revision"),
    sqlite_with_rowid=False,
)

order_revisions = Table(
    "order_revisions",
    metadata,
    _key("order_id"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *_known(),
    # The moment that the revision speaks of; a correction is known later than that.
    Column("natural_at", BigInteger, nullable=False),
    *(_time(name) if name in ORDER_TIMES else _text(name) for name in ORDER_FIELDS),
    _text("attributes"),
    sqlite_with_rowid=False,
)

events = Table(
    "events",
    metadata,
    _key("order_id"),
    _key("event_id"),
    Column("type", Text, nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    *_known(),
    *(_text(name) for name in EVENT_WORDS),
    _time("promised_at"),
    _text("attributes"),
    sqlite_with_rowid=False,
)

callbacks = Table(
    "callbacks",
    metadata,
    _key("order_id"),
    _key("callback_id"),
    Column("by", Text, nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    *_known(),
    _text("channel"),
    *(Column(name, SmallInteger) for name in CALLBACK_ANSWERS),
    sqlite_with_rowid=False,
)

forecasts = Table(
    "forecasts",
    metadata,
    _key("order_id"),
    _key("forecast_id"),
    *_known(),
    Column("rating", SmallInteger),
    Column("probability", Float),
    Column("seen_model", SmallInteger),
    sqlite_with_rowid=False,
)

communities = Table(
    "communities",
    metadata,
    _key("community"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *_known(),
    *(Column(name, Float) for name in COMMUNITY_FACTS),
    sqlite_with_rowid=False,
)

attributes = Table(
    "attributes",
    metadata,
    _key("name"),
    _key("of"),
    Column("kind", Text, nullable=False),
    Column("zh", Text, nullable=False),
    Column("position", Integer, nullable=False),
)

#: Where the orders come from, as the descriptions of the extracts loaded so far have declared it.
origins = Table("origins", metadata, _key("origin"))

#: One row: how many writing transactions there have been. Writers take its lock first, so that numbers
#: become visible in the order in which they were given, on PostgreSQL too.
writes = Table(
    "writes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
)

predictions = Table(
    "predictions",
    metadata,
    Column("prediction_id", Integer, primary_key=True, autoincrement=True),
    Column("order_id", Text, nullable=False),
    Column("as_of", BigInteger, nullable=False),
    Column("scored_at", BigInteger, nullable=False),
    Column("model_version", Text, nullable=False),
    *(Column(f"p{level}", Float, nullable=False) for level in range(4)),
    Column("band", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("features", Text, nullable=False),
    # Why it was given: asked for, asked for an order that was not kept, or rescored by itself.
    Column("cause", Text, nullable=False, server_default="asked"),
    Index("predictions_by_order", "order_id", "as_of"),
)

#: Which process does what only one may do at a time, and until when it has it, microseconds.
leases = Table(
    "leases",
    metadata,
    _key("name"),
    Column("holder", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
)

#: What was answered to writes that came with an idempotency key, by whom and which key.
kept_answers = Table(
    "kept_answers",
    metadata,
    _key("person"),
    _key("key"),
    Column("request", Text, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("answer", Text, nullable=False),
    Column("kept_at", BigInteger, nullable=False),
    Index("kept_answers_by_age", "kept_at"),
    sqlite_with_rowid=False,
)

#: The histories that were sorted from this database and are kept in a file elsewhere (see store/vouching.py).
#: `announced` is the number of writes when the sorting began, `number` what it had seen; none until it is done.
kept_histories = Table(
    "kept_histories",
    metadata,
    _key("token"),
    Column("announced", BigInteger, nullable=False),
    Column("number", BigInteger),
)

#: Who has claimed which order of a queue; one claim an order is held at a time.
claims = Table(
    "claims",
    metadata,
    Column("claim_id", Integer, primary_key=True, autoincrement=True),
    Column("order_id", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("claimed_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("outcome", Text),
    Column("reason", Text),
    Column("desk", Text),
    Index(
        "claims_held",
        "order_id",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index("claims_by_order", "order_id", "claimed_at"),
)

#: The draws of calls: one row a desk and day.
draws = Table(
    "draws",
    metadata,
    _key("desk"),
    _key("day"),
    Column("drawn_at", BigInteger, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("share", Float, nullable=False),
    Column("nearness", Float, nullable=False),
    Column("agreed", Text, nullable=False),
    Column("line", Float, nullable=False),
    Column("near", Integer, nullable=False),
    Column("model_version", Text, nullable=False),
    sqlite_with_rowid=False,
)

#: What fell to each order that was drawn; one draw a round.
drawn_orders = Table(
    "drawn_orders",
    metadata,
    _key("order_id"),
    Column("round_at", BigInteger, primary_key=True, autoincrement=False),
    Column("desk", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("drawn_at", BigInteger, nullable=False),
    Column("head", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("arm", Text, nullable=False),
    Column("chance", Float, nullable=False),
    Column("kind", Text, nullable=False),
    *(Column(f"p{level}", Float, nullable=False) for level in range(4)),
    Index("drawn_orders_by_time", "drawn_at"),
    sqlite_with_rowid=False,
)

#: What is pushed to the liaison group: one row an order and cause.
pushes = Table(
    "pushes",
    metadata,
    _key("order_id"),
    _key("cause"),
    Column("since", BigInteger, primary_key=True, autoincrement=False),
    Column("made_at", BigInteger, nullable=False),
    _time("next_at"),
    Column("tries", Integer, nullable=False),
    Column("sent", Integer, nullable=False),
    _time("sent_at"),
    _time("accepted_at"),
    _text("fault"),
    Index("pushes_due", "next_at"),
    sqlite_with_rowid=False,
)

#: What was changed of the playbook's settings by page. Rows are added and never changed: triggers refuse anything else.
playbook_changes = Table(
    "playbook_changes",
    metadata,
    Column("change_id", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("person", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("street", Text, nullable=False),
    Column("name", Text, nullable=False),
    _text("value"),
    Index("playbook_changes_by_name", "section", "street", "name", "change_id"),
)
