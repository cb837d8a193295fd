"""What sessions and forms are signed with, so that nobody can make up either."""

from hashlib import sha256

from itsdangerous import BadSignature, Signer

from desk.settings import Settings
from store.key_file import key_of

KEY_FILE = "session.key"


class Signatures:
    """Signs words and knows its own signature again; one key for all workers of a home."""

    def __init__(self, key: bytes) -> None:
        self.key = key
        self._sessions = Signer(key, salt="session", digest_method=sha256)
        self._forms = Signer(key, salt="form", digest_method=sha256)
        self._marks = Signer(key, salt="mark", digest_method=sha256)

    @classmethod
    def open(cls, settings: Settings) -> "Signatures":
        """With the key in the file of the settings, or in `<home>/session.key`, made at its first use."""
        return cls(key_of(settings.secret_file or settings.home / KEY_FILE))

    def cookie(self, session: str) -> str:
        """A session's token as its cookie carries it."""
        return self._sessions.sign(session).decode()

    def session(self, cookie: str) -> str | None:
        """The session's token in a cookie; None where somebody made it up."""
        try:
            return self._sessions.unsign(cookie).decode()
        except (BadSignature, UnicodeError):
            return None

    def form_token(self, bound_to: str) -> str:
        """What a form carries to show that it came from here, for this browser."""
        return self._forms.get_signature(bound_to).decode()

    def mark_of(self, person: str) -> str:
        """By which a browser tells people apart without their names; the same in every session of one's own."""
        return self._marks.get_signature(person).decode()

    def is_own_form(self, bound_to: str, token: str) -> bool:
        """Whether a form's token is the one given to this browser."""
        try:
            return self._forms.verify_signature(bound_to, token)
        except UnicodeError:
            return False
