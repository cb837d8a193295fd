"""What the words of every command share: options, settings, a line of progress, and errors in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from hotline.errors import QinglingError
from hotline.whole_files import tidy

Json = Annotated[bool, typer.Option("--json", help="print one JSON object to stdout")]
Seed = Annotated[int, typer.Option(help="seed of everything random")]


def settings_in_force(restoring: bool = False) -> Any:
    """The settings; what killed writers left is swept up. QinglingError after a restore that was cut short."""
    from desk.settings import load_settings
    from desk.unfinished import refuse_half_restored

    settings = load_settings()
    if not restoring:
        refuse_half_restored(settings.home)
    tidy(settings.home)
    return settings


@contextmanager
def progress() -> Iterator[Any]:
    """A line on stderr that says what is being done."""
    from rich.console import Console

    with Console(stderr=True).status("starting") as status:
        yield lambda step, share=None: status.update(step if share is None else f"{step} {share:.0%}")


@contextmanager
def explained() -> Iterator[None]:
    """What a user can mend is said in one line; a fault of ours keeps its traceback."""
    try:
        yield
    except QinglingError as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(1) from error
    except Exception as error:
        from store.faults import told_in_a_line

        if (line := told_in_a_line(error)) is None:
            raise
        typer.secho(line, fg="red", err=True)
        raise typer.Exit(1) from error
