"""The `qingling` command: every pipeline by name. Heavy imports wait until a command runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from hotline.errors import QinglingError
from hotline.whole_files import tidy
from pipelines.access_commands import audit_log, forget, key, user

app = typer.Typer(
    name="qingling",
    help="回访前 Qingling: foresee which hotline orders will end dissatisfied, while there is still time.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich's help takes twice as long to import as all else together
)

app.add_typer(user, name="user")
app.add_typer(key, name="key")
app.command()(forget)
app.command("audit-log")(audit_log)

Json = Annotated[bool, typer.Option("--json", help="print one JSON object to stdout")]
Seed = Annotated[int, typer.Option(help="seed of everything random")]


@app.command()
def ingest(
    description: Annotated[Path, typer.Argument(help="the file that describes the extract")],
    as_json: Json = False,
) -> None:
    """Load an extract that a description file explains."""
    from pipelines import ingest as recipe

    with _explained():
        code = recipe.run(description, as_json, _settings())
    raise typer.Exit(code)


@app.command()
def audit(
    description: Annotated[Path, typer.Argument(help="the file that describes the extract")],
    as_json: Json = False,
    against: Annotated[Path | None, typer.Option(help="the description of an earlier extract")] = None,
) -> None:
    """Say what in an extract gives the rating away, before anything is learnt from it."""
    from pipelines import audit as recipe

    with _explained():
        code = recipe.run(description, as_json, against)
    raise typer.Exit(code)


@app.command()
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

    with _progress() as tell:
        district = simulate_extract(orders, seed, out, tell, Silence(silence))
    typer.echo(f"{district.orders:,} orders, {district.events:,} events, {district.rated:,} rated: {out}")
    typer.echo(f"next: qingling ingest {out}/pudong.toml")


@app.command()
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
    with _explained(), _progress() as tell:
        report = recipe.train(_settings(), recipe.Recipe(seed, tune, replay, weigh_answers), tell)
    print_report(report, as_json)
    if not as_json:
        typer.echo(f"model card: {report['card']}")


@app.command()
def card(
    version: Annotated[str | None, typer.Argument(help="a version instead of the challenger")] = None,
    out: Annotated[Path | None, typer.Option(help="the file to write, instead of one under reports/")] = None,
) -> None:
    """Write the model card of a registered version again, as an HTML page."""
    from pipelines import card as recipe

    with _explained():
        page = recipe.write_again(_settings(), version, out)
    typer.echo(f"wrote {page}")


@app.command()
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

    with _explained(), _progress() as tell:
        chosen = Protocol(protocol)
        report = backtest_store(
            _settings(), test_share, origins, chosen, max_events, seed, tell, without or ()
        )
    print_report(report, as_json)


@app.command()
def promote(
    version: Annotated[str | None, typer.Option(help="a version instead of the challenger")] = None,
    force: Annotated[bool, typer.Option("--force", help="promote although a gate fails")] = False,
    reason: Annotated[str | None, typer.Option(help="why it is forced; kept with the model")] = None,
    as_json: Json = False,
) -> None:
    """Make the challenger champion if it is not worse on the same later orders."""
    from pipelines import promote as recipe
    from pipelines.printing import print_promotion

    with _explained():
        done = recipe.promote(_settings(), version, force, reason)
    print_promotion(done, as_json)
    raise typer.Exit(0 if done.granted else 1)


@app.command()
def rollback() -> None:
    """Put the champion before this one in service again."""
    from pipelines import promote as recipe

    with _explained():
        version = recipe.rollback(_settings())
    typer.echo(f"version {version} is champion again")


@app.command()
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
        with _explained():
            recipe.run(_settings(), order, open_orders, at, limit, as_json)
        return
    from pipelines import score_file

    if order or open_orders:
        raise typer.BadParameter("--file scores the extract's orders; name none, and leave out --open")
    with _explained(), _progress() as tell:
        done = score_file.score_file(_settings(), file, out, at, tell)
    score_file.print_done(done, out)


@app.command()
def consistency(
    sample: Annotated[int, typer.Option(min=1, help="so many logged scores")] = 50,
    as_json: Json = False,
) -> None:
    """Compute logged scores again from what was recorded by then, and say what differs."""
    from pipelines import consistency as recipe

    with _explained(), _progress() as tell:
        found = recipe.check(_settings(), sample, tell)
    recipe.print_found(found, as_json)
    raise typer.Exit(1 if found.differences else 0)


@app.command()
def response(
    factor: Annotated[
        float, typer.Option(min=1, help="how many times as often the silent may hold a rating")
    ] = 2.0,
    as_json: Json = False,
) -> None:
    """Say who answers the callback, and what 满意率 would be if everybody did."""
    from pipelines import response as recipe

    with _explained():
        recipe.run(_settings(), factor, as_json)


@app.command()
def backup(folder: Annotated[Path, typer.Argument(help="a folder that is not there yet")]) -> None:
    """Copy data sets, models and the pseudonym key, while everything serves."""
    from pipelines import backup as recipe

    with _explained():
        made = recipe.backup(_settings(), folder)
    rows = sum(sum(counts.values()) for counts in made.counts.values())
    typer.echo(f"{len(made.counts)} data sets, {rows:,} rows, {len(made.files)} files: {folder}")
    typer.echo(
        "it holds citizens' words and the key of their pseudonyms: keep it as safe as the service itself"
    )


@app.command()
def restore(folder: Annotated[Path, typer.Argument(help="a folder that `qingling backup` made")]) -> None:
    """Put a backup in place; what is there is set aside."""
    from pipelines import restore as recipe

    with _explained():
        done = recipe.restore(_settings(restoring=True), folder)
    typer.echo(f"restored what was backed up at {done.manifest.made_at}; champion: {done.manifest.champion}")
    for kept in done.aside:
        typer.echo(f"what was there is kept: {kept}")
    for name in done.older:
        typer.echo(f"data set {name} has the tables of an earlier version; next: qingling upgrade")


@app.command()
def upgrade(
    back: Annotated[
        bool, typer.Option("--back", help="to what the tables were before the last upgrade")
    ] = False,
    only_tell: Annotated[bool, typer.Option("--dry-run", help="only say what would be done")] = False,
) -> None:
    """Bring the databases' tables to this version, after a backup; or back."""
    from pipelines import upgrade as recipe

    with _explained():
        (recipe.go_back if back else recipe.upgrade)(_settings(), typer.echo, only_tell)


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="port to listen at")] = 8000,
    host: Annotated[
        str, typer.Option(help="address to listen at; this machine only by default")
    ] = "127.0.0.1",
) -> None:
    """Serve scores over HTTP, to those who have an account or a key."""
    from serve.run import run

    with _explained():
        run(_settings(), port, host)


@app.command()
def demo(
    orders: Annotated[int, typer.Option(min=2000, help="orders of the simulated district")] = 20_000,
    seed: Seed = 1,
    serving: Annotated[bool, typer.Option("--serve/--no-serve", help="end by serving")] = True,
    port: Annotated[int, typer.Option(help="port on 127.0.0.1")] = 8000,
) -> None:
    """Simulate a district, ingest, train, promote, score, and serve."""
    from pipelines import demo as recipe

    with _explained():
        recipe.run(_settings(), orders, seed)
    if serving:
        serve(port)


@app.command()
def settings(as_json: Json = False) -> None:
    """Print the settings in force, and which of them the environment sets."""
    from pipelines import show_settings as recipe

    recipe.run(_settings(), as_json)


@app.command()
def docs() -> None:
    """Write the generated pages of docs/ anew."""
    from pipelines.feature_docs import features_page

    target = Path("docs/features.md")
    target.write_text(features_page(), encoding="utf-8")
    typer.echo(f"wrote {target}")


def _settings(restoring: bool = False) -> Any:
    from desk.settings import load_settings
    from desk.unfinished import refuse_half_restored

    settings = load_settings()
    if not restoring:
        refuse_half_restored(settings.home)
    tidy(settings.home)
    return settings


@contextmanager
def _progress() -> Iterator[Any]:
    """A line on stderr that says what is being done."""
    from rich.console import Console

    with Console(stderr=True).status("starting") as status:
        yield lambda step, share=None: status.update(step if share is None else f"{step} {share:.0%}")


@contextmanager
def _explained() -> Iterator[None]:
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


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
