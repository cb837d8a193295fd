"""What is refused for a reason that the one who asked can mend; everything else is a fault of ours."""


class QinglingError(Exception):
    """Its message, one line, says what is wrong and what to do; entrances show it without a traceback."""


class ArgumentError(QinglingError, ValueError):
    """An argument or a setting that cannot be used."""
