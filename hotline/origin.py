"""Where the orders of a data set come from, as whoever described the extract declares it."""

from enum import StrEnum


class Origin(StrEnum):
    """Whether orders really happened. Nothing in an extract can tell; only its description can say."""

    REAL = "real"
    SIMULATED = "simulated"
    UNDECLARED = "undeclared"
