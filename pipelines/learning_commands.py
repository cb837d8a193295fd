"""The words of the commands that load extracts and make, judge and promote models."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.command_words import Json, Seed, explained, progress, settings_in_force


def audit(
    description: Annotated[Path, typer.Argument(help="the file that describes the extract")],
    as_json: Json = False,
    against: Annotated[Path | None, typer.Option(help="the description of an earlier extract")] = None,
) -> None:
    """Say what in an extract gives the rating away, before anything is learnt from it."""
    from pipelines import audit as recipe

    with explained():
        code = recipe.run(description, as_json, against)
    raise typer.Exit(code)


def ingest(
    description: Annotated[Path, typer.Argument(help="the file that describes the extract")],
    as_json: Json = False,
) -> None:
    """Load an extract that a description file explains."""
    from pipelines import ingest as recipe

    with explained():
        code = recipe.run(description, as_json, settings_in_force())
    raise typer.Exit(code)


def train(
    as_json: Json = False,
    seed: Seed = 0,
    tune: Annotated[
        float | None, typer.Option(min=0.1, metavar="MINUTES", help="tune by optuna for so long")
    ] = None,
    replay: Annotated[
        str | None, typer.Option(metavar="VERSION", help="train again with what this version chose")
    ] = None,
    weigh_answers: Annotated[
        bool, typer.Option("--weigh-answers", help="let those who answered stand for all who were called")
    ] = False,
) -> None:
    """Learn from the store and register the model as challenger."""
    from pipelines import train as recipe
    from pipelines.printing import print_report

    if tune and replay:
        raise typer.BadParameter("--replay takes what an earlier training chose; it cannot be tuned as well")
    with explained(), progress() as tell:
        report = recipe.train(settings_in_force(), recipe.Recipe(seed, tune, replay, weigh_answers), tell)
    print_report(report, as_json)
    if not as_json:
        typer.echo(f"model card: {report['card']}")


def card(
    version: Annotated[str | None, typer.Argument(help="a version instead of the challenger")] = None,
    out: Annotated[Path | None, typer.Option(help="the file to write, instead of one under reports/")] = None,
) -> None:
    """Write the model card of a registered version again, as an HTML page."""
    from pipelines import card as recipe

    with explained():
        page = recipe.write_again(settings_in_force(), version, out)
    typer.echo(f"wrote {page}")


def backtest(
    as_json: Json = False,
    test_share: Annotated[
        float, typer.Option(min=0.02, max=0.5, help="share of the latest orders to judge by")
    ] = 0.2,
    origins: Annotated[int, typer.Option(min=1, max=20, help="rolling test windows")] = 1,
    protocol: Annotated[
        Literal["label-honest", "as-published"], typer.Option(help="how training examples are chosen")
    ] = "label-honest",
    max_events: Annotated[
        int | None, typer.Option(min=1, help="as-published: prefixes up to this length")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(metavar="FAMILY", help="leave a family of features out (repeatable)")
    ] = None,
    seed: Seed = 0,
) -> None:
    """Refit on earlier orders and report on later ones."""
    from models.backtest import Protocol
    from pipelines.printing import print_report
    from pipelines.train import backtest_store

    with explained(), progress() as tell:
        chosen = Protocol(protocol)
        report = backtest_store(
            settings_in_force(), test_share, origins, chosen, max_events, seed, tell, without or ()
        )
    print_report(report, as_json)


def promote(
    version: Annotated[str | None, typer.Option(help="a version instead of the challenger")] = None,
    force: Annotated[bool, typer.Option("--force", help="promote although a gate fails")] = False,
    reason: Annotated[
        str | None, typer.Option(help="why, above all where it is forced; kept with the model")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make the challenger champion if it is not worse on the same later orders."""
    from desk.opening import keep_history
    from pipelines import promote as recipe
    from pipelines.printing import print_promotion

    with explained():
        settings = settings_in_force()
        done = recipe.promote(settings, version, force, reason)
    print_promotion(done, as_json)
    if done.granted:
        keep_history(settings)
    raise typer.Exit(0 if done.granted else 1)


def rollback(
    reason: Annotated[str | None, typer.Option(help="why; kept in the record of changes")] = None,
) -> None:
    """Put the champion before this one in service again."""
    from pipelines import promote as recipe

    with explained():
        version = recipe.rollback(settings_in_force(), reason)
    typer.echo(f"version {version} is champion again")


def response(
    factor: Annotated[
        float, typer.Option(min=1, help="how many times as often the silent may hold a rating")
    ] = 2.0,
    as_json: Json = False,
) -> None:
    """Say who answers the callback, and what 满意率 would be if everybody did."""
    from pipelines import response as recipe

    with explained():
        recipe.run(settings_in_force(), factor, as_json)
