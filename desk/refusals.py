"""What the desk cannot do, said so that the one who asked can mend it."""

from hotline.errors import QinglingError


class NoSuchOrder(QinglingError, LookupError):  # noqa: N818 - a refusal, not a failure
    """The order is not in the store."""

    def __init__(self, order_id: str) -> None:
        super().__init__(f"there is no order {order_id} in the store")


class NotReceivedYet(QinglingError, ValueError):  # noqa: N818
    """The moment asked about lies before the order was known."""

    def __init__(self, order_id: str) -> None:
        super().__init__(f"order {order_id} was not received yet at that time")


class Refused(QinglingError, ValueError):  # noqa: N818
    """Something about one field that only shows beside the order itself; it never repeats the value."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message


class Contradicted(Refused):
    """The same thing is recorded already, saying something else."""


class NoSuchUpload(QinglingError, LookupError):  # noqa: N818
    """The file was never sent, was thrown away, or was sent by somebody else."""

    def __init__(self) -> None:
        super().__init__("there is no such upload")
