"""The `qingling` command: every pipeline by name. Heavy imports wait until a command runs."""

import typer

app = typer.Typer(
    name="qingling",
    help="回访前 Qingling: foresee which hotline orders will end dissatisfied, while there is still time.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
