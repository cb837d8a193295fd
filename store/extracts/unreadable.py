"""Why a file as a whole cannot be read as a table."""

from enum import StrEnum

from hotline.errors import QinglingError


class Fault(StrEnum):
    """Why a file cannot be read as a table."""

    EMPTY = "empty"
    PROTECTED = "protected"
    NOT_A_TABLE = "not_a_table"
    WEB_PAGE = "web_page"
    ENCODING = "encoding"
    DAMAGED = "damaged"
    UNPACKED_TOO_LARGE = "unpacked_too_large"
    TOO_SPREAD = "too_spread"
    TOO_WIDE = "too_wide"


class UnreadableFile(QinglingError, ValueError):  # noqa: N818 - named by what it says
    """The file as a whole cannot be read; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"the file cannot be read: {fault.value}")
        self.fault = fault
