"""Someone who was let in: a person who signed in, or a system with its key."""

from dataclasses import dataclass

from desk.refusals import NoSuchOrder
from hotline.errors import QinglingError
from hotline.policy import Action, Role, may
from hotline.scope import Scope


@dataclass(frozen=True)
class Person:
    """Who asks. `session` is the hash of the session of someone who signed in; keys have none.

    has_own_password : False for whoever signed in with a password that was made for them
    """

    name: str
    role: Role
    scope: Scope
    session: str | None = None
    has_own_password: bool = True

    @property
    def label(self) -> str:
        """The name as the audit log keeps it, people and keys told apart."""
        return f"key:{self.name}" if self.session is None else self.name

    @property
    def desk(self) -> str:
        """The desk at which they work: the role, and whose orders they are unless the whole district's."""
        return self.role.value if self.scope.is_whole else f"{self.role}:{self.scope.zh}"

    def may(self, action: Action) -> bool:
        """Whether the role grants it."""
        return may(self.role, action)


class NotYours(NoSuchOrder):
    """An order outside one's scope, told like one that does not exist."""


class OutsideScope(QinglingError, PermissionError):  # noqa: N818 - a refusal, not a failure
    """What was sent concerns an order that is not the sender's."""

    def __init__(self) -> None:
        super().__init__("the order lies outside your scope")
