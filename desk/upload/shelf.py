"""Where uploads wait: a folder for each, readable by the service alone, gone after a day."""

import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from desk.refusals import NoSuchUpload
from desk.unfinished import forget_ingest
from desk.upload.described import DESCRIPTION, TABLE
from desk.upload.holding import hold, is_held
from desk.upload.upload import Form, Upload, Where
from hotline.calendar import HOUR, SECOND
from hotline.whole_files import write_whole
from store.extracts.unknown_file import ending_of

FOLDER = "uploads"
#: Microseconds after which an upload is thrown away, loaded or not.
KEPT_FOR = 24 * HOUR
#: So many of one person wait at once; the oldest give way.
MOST_WAITING = 10
_UPLOAD, _REFUSED, _LOCK, _PROGRESS = "upload.json", "refused.csv", "loading.lock", "progress"
_ID = re.compile(r"[A-Za-z0-9_-]{16}")


@dataclass(frozen=True)
class Shelf:
    """The uploads of a home, shared by all its workers."""

    home: Path

    def stage(self, content: bytes) -> tuple[str, Form]:
        """Put a file on the shelf: its id, and what kind of file it is. UnreadableFile where it is no table."""
        upload_id = secrets.token_urlsafe(12)
        folder = self.folder(upload_id)
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.parent.chmod(0o700)
        folder.mkdir(mode=0o700)
        try:
            raw = folder / TABLE
            write_whole(raw, content)
            ending = ending_of(raw)
            raw.rename(raw.with_name(TABLE + ending))
        except BaseException:
            self.abandon(upload_id)
            raise
        return upload_id, Form(ending)

    def abandon(self, upload_id: str) -> None:
        """Take a file off the shelf that turned out to be no table."""
        shutil.rmtree(self.folder(upload_id), ignore_errors=True)

    def folder(self, upload_id: str) -> Path:
        """Where an upload lies. NoSuchUpload where the id cannot be one."""
        if not _ID.fullmatch(upload_id):
            raise NoSuchUpload
        return self.home / FOLDER / upload_id

    def lock(self, upload_id: str) -> Path:
        """What whoever changes or loads it holds meanwhile."""
        return self.folder(upload_id) / _LOCK

    def table(self, upload: Upload) -> Path:
        """The file that was sent."""
        return self.folder(upload.id) / (TABLE + upload.form.ending)

    def save(self, upload: Upload, refused: bytes | None = None) -> Upload:
        """Keep what was decided about it, and the sheet of what is refused."""
        folder = self.folder(upload.id)
        if refused is not None:
            write_whole(folder / _REFUSED, refused)
        write_whole(folder / _UPLOAD, upload.to_json())
        return upload

    def describe(self, upload: Upload, description: str) -> None:
        """Keep the description by which it is read."""
        write_whole(self.folder(upload.id) / DESCRIPTION, description)

    def of(self, upload_id: str, by: str) -> Upload:
        """Somebody's own upload. NoSuchUpload where there is none, or where it is somebody else's."""
        try:
            found = Upload.from_json((self.folder(upload_id) / _UPLOAD).read_bytes())
        except (OSError, ValueError):
            raise NoSuchUpload from None
        if found.by != by:
            raise NoSuchUpload
        return found

    def all_of(self, by: str) -> list[Upload]:
        """Somebody's uploads, the newest first."""
        found = (upload for upload in self._all() if upload.by == by)
        return sorted(found, key=lambda upload: upload.sent_at, reverse=True)

    def where(self, upload: Upload) -> Where:
        """How far it has come; a loading whose process is gone was cut short."""
        if upload.loaded:
            return Where.LOADED
        if not upload.began_at:
            return Where.PREVIEW
        return Where.LOADING if is_held(self.lock(upload.id)) else Where.CUT_SHORT

    def refused(self, upload: Upload) -> bytes:
        """The sheet of what is refused. NoSuchUpload where there is none."""
        return self._read(upload, _REFUSED)

    def progress(self, upload: Upload) -> str:
        """What its loading is about just now; nothing where it has said nothing yet."""
        try:
            return self._read(upload, _PROGRESS).decode()
        except NoSuchUpload:
            return ""

    def tell(self, upload: Upload, progress: str) -> None:
        """Say what a loading is about."""
        write_whole(self.folder(upload.id) / _PROGRESS, progress)

    def discard(self, upload_id: str) -> bool:
        """Throw an upload away, with the mark of a loading that was cut short: it left nothing behind.

        False where it is being loaded just now.
        """
        with hold(self.lock(upload_id)) as file:
            if file is None:
                return False
            forget_ingest(self.home, self.folder(upload_id) / DESCRIPTION)
            self.abandon(upload_id)
            return True

    def keep_result_only(self, upload: Upload) -> None:
        """Remove what was sent, once it is in the store."""
        for path in (self.table(upload), self.folder(upload.id) / DESCRIPTION):
            path.unlink(missing_ok=True)

    def settle(self, now: int) -> None:
        """Throw away what is older than a day, and what a loading left that was killed at its very end.

        now : microseconds by this machine's clock
        """
        for upload in self._all():
            if upload.loaded:
                self.keep_result_only(upload)
        for folder in (self.home / FOLDER).glob("*/"):
            with suppress(OSError, NoSuchUpload):  # another worker may settle it, too
                if now - _sent_at(folder) > KEPT_FOR:
                    self.discard(folder.name)

    def make_room(self, by: str) -> None:
        """Let the oldest of somebody's uploads give way to the next."""
        for upload in self.all_of(by)[MOST_WAITING - 1 :]:
            self.discard(upload.id)

    def _read(self, upload: Upload, name: str) -> bytes:
        try:
            return (self.folder(upload.id) / name).read_bytes()
        except OSError:
            raise NoSuchUpload from None

    def _all(self) -> Iterator[Upload]:
        for path in (self.home / FOLDER).glob(f"*/{_UPLOAD}"):
            try:
                yield Upload.from_json(path.read_bytes())
            except (OSError, ValueError):
                continue


def _sent_at(folder: Path) -> int:
    try:
        return Upload.from_json((folder / _UPLOAD).read_bytes()).sent_at
    except (OSError, ValueError):  # cut short while it was sent
        return int(folder.stat().st_mtime * SECOND)
