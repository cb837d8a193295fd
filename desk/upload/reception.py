"""Takes files in and keeps what is decided about them; each decision is followed by a dry run over the whole table."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from desk.access.person import Person
from desk.refusals import Refused
from desk.upload.checking import check
from desk.upload.described import description_of
from desk.upload.holding import hold
from desk.upload.meaning import Kind
from desk.upload.own_orders import admit_own, sole_company
from desk.upload.refusal_words import sheet_of
from desk.upload.shelf import Shelf
from desk.upload.table import Read, read_table
from desk.upload.upload import Upload, Where
from hotline.calendar import SHANGHAI
from hotline.policy import Action
from store.database import Store

#: Longer names are cut; a file's name is shown to its sender only.
_NAME_LENGTH = 80
#: Seconds to wait for another change of the same upload.
_TURN_SECONDS = 20


@dataclass(frozen=True)
class Decided:
    """What its sender says of the columns: their meanings, from when they are known, what odd words mean."""

    takes: Mapping[str, str]
    known_from: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
    callbacks_by: str = "city"


@dataclass(frozen=True)
class Reception:
    """The uploads of one person."""

    shelf: Shelf
    store: Store
    who: Person

    @property
    def may_bring_callbacks(self) -> bool:
        """Whether official ratings are taken from them: never from those whom the ratings are about."""
        return self.who.scope.is_whole or self.who.may(Action.WRITE_CALLBACK)

    def receive(self, content: bytes, name: str, kind: Kind | None, sent_at: int, now: datetime) -> Upload:
        """Take a file in. UnreadableFile where it is no table.

        sent_at : microseconds by this machine's clock
        now : by the hotline's clock; nothing in the table can have happened later
        """
        self.shelf.make_room(self.who.label)
        upload_id, form = self.shelf.stage(content)
        upload = Upload(
            id=upload_id,
            by=self.who.label,
            name=name[:_NAME_LENGTH] or "(没有文件名)",
            sent_at=sent_at,
            taken_at=now.astimezone(SHANGHAI).isoformat(timespec="seconds"),
            form=form,
            kind=kind or Kind.ORDERS,
            may_bring_callbacks=self.may_bring_callbacks,
        )
        try:
            read = read_table(self.shelf.table(upload), form, kind, upload.may_bring_callbacks)
            return self._checked(_as_read(upload, read))
        except BaseException:
            self.shelf.abandon(upload_id)
            raise

    def read_as(self, upload_id: str, kind: Kind, sheet: str | None, header_row: int) -> Upload:
        """Read it as another kind of table, from another sheet or row. UnreadableFile where that is no table."""
        with self._changing(upload_id) as upload:
            named = sheet if sheet in upload.form.sheets else upload.form.sheet
            asked = replace(upload.form, sheet=named, header_row=header_row)
            read = read_table(
                self.shelf.table(upload), asked, kind, upload.may_bring_callbacks, is_asked=True
            )
            return self._checked(_as_read(upload, read))

    def decide(self, upload_id: str, decided: Decided) -> Upload:
        """Take the columns for what their sender says."""
        with self._changing(upload_id) as upload:
            keys = {meaning.key for meaning in upload.meanings}
            names = {column.name for column in upload.columns}
            takes = {name: key for name, key in decided.takes.items() if name in names and key in keys}
            if len(set(takes.values())) < len(takes):
                twice = next(key for key in takes.values() if list(takes.values()).count(key) > 1)
                zh = next(meaning.zh for meaning in upload.meanings if meaning.key == twice)
                raise Refused("takes", f"有两列都选了“{zh}”，请只留一列")
            return self._checked(
                replace(
                    upload,
                    takes=takes,
                    known_from={n: w for n, w in decided.known_from.items() if n in takes},
                    words=decided.words,
                    callbacks_by=decided.callbacks_by,
                )
            )

    @contextmanager
    def _changing(self, upload_id: str) -> Iterator[Upload]:
        """The upload, which nobody else changes or loads meanwhile. Refused where it is being loaded, or is."""
        upload = self.shelf.of(upload_id, self.who.label)
        if self.shelf.where(upload) in (Where.LOADING, Where.LOADED):
            raise Refused("upload", "这张表正在导入或者已经导入，不能再改")
        with hold(self.shelf.lock(upload_id), _TURN_SECONDS) as lock:
            if lock is None:
                raise Refused("upload", "正在处理上一次修改，请稍等几秒再试")
            yield self.shelf.of(upload_id, self.who.label)

    def _checked(self, upload: Upload) -> Upload:
        """Kept as it is now, with what a dry run of it finds."""
        upload = replace(upload, checked=None, began_at=None, failed="")
        if upload.missing:
            return self.shelf.save(upload, sheet_of((), upload.name))
        company = sole_company(self.who.scope)
        described = description_of(upload, self.store.dataset, self.store.origins(), company)
        self.shelf.describe(upload, described)
        folder = self.shelf.folder(upload.id)
        checked, rejects = check(upload, folder, self.store, admit_own(self.who.scope))
        return self.shelf.save(
            replace(upload, checked=checked), sheet_of(rejects.refusals, upload.name, upload.kind)
        )


def _as_read(upload: Upload, read: Read) -> Upload:
    return replace(
        upload,
        form=read.form,
        kind=read.kind,
        columns=read.columns,
        takes=read.takes,
        known_from=read.known_from,
        words={},
    )
