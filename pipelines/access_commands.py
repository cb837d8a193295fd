"""The words of `qingling user`, `key`, `forget` and `audit-log`; what they do waits in recipes."""

from typing import Annotated, Any

import typer

from pipelines.command_words import explained, settings_in_force

user = typer.Typer(help="Accounts of people.", no_args_is_help=True, rich_markup_mode=None)
key = typer.Typer(help="Keys of systems.", no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(help="the name of the account or key")]
RoleWord = Annotated[
    str, typer.Option("--role", help="manager, company, street_handler …; see docs/access.md")
]
Streets = Annotated[list[str] | None, typer.Option("--street", help="whose orders they see (repeatable)")]
Companies = Annotated[list[str] | None, typer.Option("--company", help="likewise")]
Communities = Annotated[list[str] | None, typer.Option("--community", help="likewise")]
Managers = Annotated[list[str] | None, typer.Option("--manager", help="likewise")]
Generate = Annotated[bool, typer.Option("--generate", help="make a password and print it once")]


@user.command("add")
def add_user(
    name: Name,
    role: RoleWord,
    street: Streets = None,
    company: Companies = None,
    community: Communities = None,
    manager: Managers = None,
    generate: Generate = False,
) -> None:
    """Make an account; the password is asked for, or generated and printed once."""
    from pipelines import access as recipe

    with explained():
        password = None if generate else _asked_for()
        chosen = recipe.add_user(
            settings_in_force(), name, role, _named(street, company, community, manager), password
        )
    typer.echo(f"{name} may sign in at /login" + (f" with the password {chosen}" if generate else ""))


@user.command("list")
def list_users() -> None:
    """Every account with its role and scope."""
    from pipelines import access as recipe

    with explained():
        recipe.list_users(settings_in_force())


@user.command("password")
def set_password(name: Name, generate: Generate = False) -> None:
    """Give an account another password; its sessions end."""
    from pipelines import access as recipe

    with explained():
        chosen = recipe.set_password(settings_in_force(), name, None if generate else _asked_for())
    typer.echo("the password is changed" + (f" to {chosen}" if generate else "") + "; open sessions ended")


@user.command("disable")
def disable_user(name: Name) -> None:
    """Let an account in no longer; its sessions end."""
    from pipelines import access as recipe

    with explained():
        recipe.disable_user(settings_in_force(), name)
    typer.echo(f"{name} is not let in any longer")


@user.command("enable")
def enable_user(name: Name) -> None:
    """Let a disabled account in again, with the password that it had."""
    from pipelines import access as recipe

    with explained():
        recipe.enable_user(settings_in_force(), name)
    typer.echo(f"{name} may sign in again")


@user.command("assign")
def assign_user(
    name: Name,
    role: RoleWord,
    street: Streets = None,
    company: Companies = None,
    community: Communities = None,
    manager: Managers = None,
) -> None:
    """Give an account another role and scope; its sessions end."""
    from pipelines import access as recipe

    with explained():
        recipe.assign_user(settings_in_force(), name, role, _named(street, company, community, manager))
    typer.echo(f"{name} has another role or scope; open sessions ended")


@key.command("add")
def add_key(
    name: Name,
    role: RoleWord = "system",
    street: Streets = None,
    company: Companies = None,
    community: Communities = None,
    manager: Managers = None,
    expires: Annotated[str | None, typer.Option(help="its last day, e.g. 2027-03-31")] = None,
) -> None:
    """Make a key and print it, once."""
    from pipelines import access as recipe

    with explained():
        made = recipe.add_key(
            settings_in_force(), name, role, _named(street, company, community, manager), expires
        )
    typer.echo(made)
    typer.echo("send it as Authorization: Bearer KEY; it is not shown again", err=True)


@key.command("list")
def list_keys() -> None:
    """Every key with its role, scope and dates; never the keys themselves."""
    from pipelines import access as recipe

    with explained():
        recipe.list_keys(settings_in_force())


@key.command("revoke")
def revoke_key(name: Name) -> None:
    """Let a key open nothing any longer; running services know within two seconds."""
    from pipelines import access as recipe

    with explained():
        recipe.revoke_key(settings_in_force(), name)
    typer.echo(f"{name} is revoked")


def forget(
    before: Annotated[
        str | None, typer.Option(metavar="DATE", help="orders received before this day")
    ] = None,
    caller: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="a caller's number or pseudonym; - asks for it")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="do it without asking")] = False,
) -> None:
    """Take texts, callers and scores out of the store for good; what is learnt from orders remains."""
    from datetime import UTC, datetime

    from pipelines import forget as recipe

    if (before is None) == (caller is None):
        raise typer.BadParameter("say either --before DATE or --caller NUMBER")

    def is_agreed(count: int, what: str) -> bool:
        typer.echo(f"{count:,} {what} lose text, caller, petition and case number, and their scores")
        return yes or typer.confirm("this cannot be undone; go on?")

    with explained():
        now = datetime.now(UTC)
        if before is not None:
            done = recipe.forget_before(settings_in_force(), before, is_agreed, now)
        else:
            asked = typer.prompt("caller", hide_input=True) if caller == "-" else str(caller)
            done = recipe.forget_caller(settings_in_force(), asked, is_agreed, now)
    typer.echo(done or "nothing was changed")
    raise typer.Exit(0 if done else 1)


def audit_log(
    order: Annotated[str | None, typer.Option(help="only what concerns this order")] = None,
    person: Annotated[str | None, typer.Option(help="only what this person, or key:NAME, did")] = None,
    limit: Annotated[int, typer.Option(min=1, help="so many entries, the newest first")] = 100,
) -> None:
    """Say who saw or changed what."""
    from pipelines import access as recipe

    with explained():
        recipe.print_audit_log(settings_in_force(), order, person, limit)


def _asked_for() -> str:
    return str(typer.prompt("password", hide_input=True, confirmation_prompt=True))


def _named(
    street: list[str] | None,
    company: list[str] | None,
    community: list[str] | None,
    manager: list[str] | None,
) -> dict[str, Any]:
    return {
        "streets": street or (),
        "companies": company or (),
        "communities": community or (),
        "managers": manager or (),
    }
