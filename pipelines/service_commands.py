"""The words of the commands that run the service and keep it whole."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from hotline.calendar import from_micros
from pipelines.command_words import Json, explained, settings_in_force


def serve(
    port: Annotated[int, typer.Option(help="port to listen at")] = 8000,
    host: Annotated[
        str, typer.Option(help="address to listen at; this machine only by default")
    ] = "127.0.0.1",
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="processes that share the work; one a core")
    ] = 1,
    now: Annotated[
        str | None,
        typer.Option(
            help="set the service's clock, for a demo: e.g. 2026-10-30T14:00+08:00; it runs on from there"
        ),
    ] = None,
) -> None:
    """Serve scores over HTTP, to those who have an account or a key."""
    from serve.run import run

    with explained():
        if now:
            set_clock(now)
        run(settings_in_force(), port, host, workers)


def refuse_taken(port: int) -> None:
    """Say now, rather than minutes later, that a port cannot be served at. SystemExit with the remedy."""
    from serve.run import bound

    bound(port).close()


def set_clock(now: str) -> None:
    """Have services started from here live at a moment; workers read it from the environment. ArgumentError."""
    from pipelines.indicators import moment_of

    ahead = from_micros(moment_of("--now", now)) - datetime.now(UTC)
    os.environ["QINGLING_CLOCK_AHEAD"] = str(ahead.total_seconds())


def backup(folder: Annotated[Path, typer.Argument(help="a folder that is not there yet")]) -> None:
    """Copy data sets, models and the pseudonym key, while everything serves."""
    from pipelines import backup as recipe

    with explained():
        made = recipe.backup(settings_in_force(), folder)
    rows = sum(sum(counts.values()) for counts in made.counts.values())
    typer.echo(f"{len(made.counts)} data sets, {rows:,} rows, {len(made.files)} files: {folder}")
    typer.echo(
        "it holds citizens' words and the key of their pseudonyms: keep it as safe as the service itself"
    )


def restore(folder: Annotated[Path, typer.Argument(help="a folder that `qingling backup` made")]) -> None:
    """Put a backup in place; what is there is set aside."""
    from pipelines import restore as recipe

    with explained():
        done = recipe.restore(settings_in_force(restoring=True), folder)
    typer.echo(f"restored what was backed up at {done.manifest.made_at}; champion: {done.manifest.champion}")
    for kept in done.aside:
        typer.echo(f"what was there is kept: {kept}")
    for name in done.older:
        typer.echo(f"data set {name} has the tables of an earlier version; next: qingling upgrade")


def upgrade(
    back: Annotated[
        bool, typer.Option("--back", help="to what the tables were before the last upgrade")
    ] = False,
    only_tell: Annotated[bool, typer.Option("--dry-run", help="only say what would be done")] = False,
) -> None:
    """Bring the databases' tables to this version, after a backup; or back."""
    from pipelines import upgrade as recipe

    with explained():
        (recipe.go_back if back else recipe.upgrade)(settings_in_force(), typer.echo, only_tell)


def settings(as_json: Json = False) -> None:
    """Print the settings in force, and which of them the environment sets."""
    from pipelines import show_settings as recipe

    recipe.run(settings_in_force(), as_json)
