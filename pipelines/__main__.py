"""The `qingling` command: every pipeline by name. Heavy imports wait until a command runs."""

import typer

from pipelines.access_commands import audit_log, forget, key, user
from pipelines.desk_commands import consistency, demo, docs, effect, forecasts, indicators, score, simulate
from pipelines.learning_commands import audit, backtest, card, ingest, promote, response, rollback, train
from pipelines.service_commands import backup, restore, serve, settings, upgrade

app = typer.Typer(
    name="qingling",
    help="回访前 Qingling: foresee which hotline orders will end dissatisfied, while there is still time.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich's help takes twice as long to import as all else together
)

_COMMANDS = (
    *(ingest, audit, simulate, train, card, backtest, promote, rollback, score, response, indicators, effect),
    *(forecasts, consistency, serve, demo, settings, backup, restore, upgrade, forget, docs),
)
for _command in _COMMANDS:
    app.command()(_command)
app.command("audit-log")(audit_log)
app.add_typer(user, name="user")
app.add_typer(key, name="key")


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
