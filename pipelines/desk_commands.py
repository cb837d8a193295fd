"""The words of the commands that score, and of the district that never was."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.command_words import Json, Seed, explained, progress, settings_in_force
from pipelines.service_commands import refuse_taken, serve


def simulate(
    out: Annotated[Path, typer.Option(help="folder for the extract files")],
    orders: Annotated[int, typer.Option(min=1, help="how many orders")] = 20_000,
    seed: Seed = 1,
    silence: Annotated[
        Literal["mild", "observed", "mood"], typer.Option(help="what keeps people from answering")
    ] = "mild",
) -> None:
    """Write the extract of a district that never was, with planted causes."""
    from pipelines.simulate import simulate_extract
    from simulator.calls import Silence

    with progress() as tell:
        district = simulate_extract(orders, seed, out, tell, Silence(silence))
    typer.echo(f"{district.orders:,} orders, {district.events:,} events, {district.rated:,} rated: {out}")
    typer.echo(f"next: qingling ingest {out}/pudong.toml")


def score(
    order: Annotated[str | None, typer.Argument(help="the order's id")] = None,
    open_orders: Annotated[bool, typer.Option("--open", help="all open orders, the riskiest first")] = False,
    at: Annotated[
        str | None, typer.Option(help="the moment asked about, e.g. 2026-10-01T09:00+08:00")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="rows of the table")] = 40,
    file: Annotated[
        Path | None, typer.Option(help="the description of an extract whose open orders are scored, not kept")
    ] = None,
    out: Annotated[Path, typer.Option(help="with --file: the sheet, .csv or .xlsx")] = Path("scores.xlsx"),
    as_json: Json = False,
) -> None:
    """Score one order, all open ones, or those of an extract, at any moment of their life."""
    from pipelines import score as recipe

    if file is None:
        with explained():
            recipe.run(settings_in_force(), order, open_orders, at, limit, as_json)
        return
    from pipelines import score_file

    if order or open_orders:
        raise typer.BadParameter("--file scores the extract's orders; name none, and leave out --open")
    with explained(), progress() as tell:
        done = score_file.score_file(settings_in_force(), file, out, at, tell)
    score_file.print_done(done, out)


def indicators(
    begin: Annotated[
        str | None, typer.Option("--from", help="from this day or moment; by default the month's first")
    ] = None,
    end: Annotated[
        str | None,
        typer.Option("--to", help="up to this day or moment, itself left out; by default the month's end"),
    ] = None,
    by: Annotated[
        Literal["street", "company", "community", "manager"] | None, typer.Option(help="a table by unit")
    ] = None,
    kind: Annotated[Literal["维修", "投诉"] | None, typer.Option(help="only this kind of order")] = None,
    at: Annotated[
        str | None, typer.Option(help="as known at this moment, e.g. 2026-10-01T09:00+08:00; now by default")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="write an Excel book of all units")] = None,
    as_json: Json = False,
) -> None:
    """Tell the four indicators of a period, this month's forecast, and what is structurally blocked."""
    from pipelines import indicators as recipe

    wanted = recipe.Wanted(begin, end, by, kind, at)
    with explained():
        recipe.run(settings_in_force(), wanted, out, as_json)


def effect(
    at: Annotated[
        str | None, typer.Option(help="as known at this moment, e.g. 2026-10-01T09:00+08:00; now by default")
    ] = None,
    ledger: Annotated[
        Path | None, typer.Option(help="write the ledger of draws, as .csv, without orders")
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell what calling before the callback does, from the calls that were drawn by lot."""
    from pipelines import effect as recipe

    with explained():
        recipe.run(settings_in_force(), at, ledger, as_json)


def forecasts(
    at: Annotated[
        str | None, typer.Option(help="as known at this moment, e.g. 2026-10-01T09:00+08:00; now by default")
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell whether handlers or the model foretold better, on forecasts made before a score was seen."""
    from pipelines import forecasts as recipe

    with explained():
        recipe.run(settings_in_force(), at, as_json)


def consistency(
    sample: Annotated[int, typer.Option(min=1, help="so many logged scores")] = 50,
    as_json: Json = False,
) -> None:
    """Compute logged scores again from what was recorded by then, and say what differs."""
    from pipelines import consistency as recipe

    with explained(), progress() as tell:
        found = recipe.check(settings_in_force(), sample, tell)
    recipe.print_found(found, as_json)
    raise typer.Exit(1 if found.differences else 0)


def demo(
    orders: Annotated[int, typer.Option(min=2000, help="orders of the simulated district")] = 20_000,
    seed: Seed = 1,
    serving: Annotated[bool, typer.Option("--serve/--no-serve", help="end by serving")] = True,
    port: Annotated[int, typer.Option(help="port on 127.0.0.1")] = 8000,
    now: Annotated[
        str | None, typer.Option(help="what the clock says at first; the extract's last afternoon by default")
    ] = None,
) -> None:
    """Simulate a district, ingest, train, promote, score, and serve."""
    from pipelines import demo as recipe

    if serving:
        refuse_taken(port)
    with explained():
        living = recipe.run(settings_in_force(), orders, seed, port)
    if serving:
        serve(port, now=now or living)


def docs() -> None:
    """Write the generated pages of docs/ anew."""
    from pipelines.feature_docs import features_page
    from pipelines.playbook_docs import playbook_page

    for target, page in (
        (Path("docs/features.md"), features_page),
        (Path("docs/playbook.md"), playbook_page),
    ):
        target.write_text(page(), encoding="utf-8")
        typer.echo(f"wrote {target}")
