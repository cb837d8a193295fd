"""What one row of an uploaded table is, and what a column of it can be."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What one row of the table is."""

    ORDERS = "orders"
    EVENTS = "events"
    CALLBACKS = "callbacks"

    @property
    def zh(self) -> str:
        """The kind as people call such a table."""
        return {Kind.ORDERS: "工单表", Kind.EVENTS: "处置记录", Kind.CALLBACKS: "回访结果"}[self]

    @property
    def explained(self) -> str:
        """What such a table looks like."""
        return {
            Kind.ORDERS: "一行一张工单，各个环节的时间各占一列",
            Kind.EVENTS: "一行一件事，同一张工单可以有多行",
            Kind.CALLBACKS: "一行一次官方回访，按工单编号对应",
        }[self]


@dataclass(frozen=True)
class Meaning:
    """What a column can be: `key` names the table and field of a description, `words` the groups of its words."""

    key: str
    zh: str
    explained: str
    also: tuple[str, ...] = ()
    is_required: bool = False
    words: str = ""

    @property
    def table(self) -> str:
        """Which table of a description it belongs to."""
        return self.key.partition(".")[0]

    @property
    def field(self) -> str:
        """The field in that table."""
        return self.key.rpartition(".")[2]

    @property
    def is_time(self) -> bool:
        """Whether its cells are times."""
        return self.field in ("at", "known_at", "promised_at", "received_at", "due_at")

    @property
    def is_of_callback(self) -> bool:
        """Whether it comes from the official callback."""
        return self.table == "callback"

    @property
    def has_moment(self) -> bool:
        """Whether it has to be said from when it is known: fields of orders, but the receipt itself."""
        return self.table == "order" and self.field != "received_at"
