"""导入: a table is sent, looked through, put right and loaded; its refused rows can be taken away."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from desk.access.person import Person
from desk.refusals import Refused
from desk.score_table import SheetKind
from desk.upload.loading import begin
from desk.upload.meanings import Kind
from desk.upload.reception import Reception
from desk.upload.shelf import Shelf
from desk.upload.template import template_of
from desk.upload.upload import Upload, Where
from hotline.policy import Action
from serve.access import allowed
from serve.clock import now_micros
from serve.forms import sent_form
from serve.guard import UPLOAD
from serve.needs import Desk, Now
from serve.web import upload_words
from serve.web.rendering import page
from serve.web.upload_words import FAULTS, decided
from store.extracts.unknown_file import UnreadableFile

upload_pages = APIRouter(include_in_schema=False)
MayUpload = Annotated[Person, allowed(Action.UPLOAD_EXTRACT)]
MayLoad = Annotated[Person, allowed(Action.LOAD_EXTRACT)]
#: Seconds after which the page of a loading looks again.
_LOOK_AGAIN = "2"


@dataclass(frozen=True)
class _Uploads:
    """The shelf, settled, and whoever receives for somebody."""

    request: Request
    desk: Desk
    now: Now

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.request.app.state.settings.home)

    def of(self, who: Person) -> Reception:
        self.shelf.settle(now_micros())
        return Reception(self.shelf, self.desk.intake.store, who)


Uploads = Annotated[_Uploads, Depends()]


@upload_pages.get(UPLOAD)
def upload_page(who: MayUpload, request: Request, uploads: Uploads) -> Response:
    """Where a table is sent, the templates, and what one has sent lately."""
    return _first(who, request, uploads)


@upload_pages.post(UPLOAD)
async def send_table(who: MayUpload, request: Request, uploads: Uploads) -> Response:
    """Take a table in and show what it is taken for."""
    form = await sent_form(request)
    file, kind = form.file, form.fields.get("kind", "")
    if file is None or not file.name:
        return await run_in_threadpool(_first, who, request, uploads, "请先选择一个文件，再点“上传并预览”。")

    def receive() -> Upload:
        wanted = Kind(kind) if kind in set(Kind) else None
        return uploads.of(who).receive(file.content, file.name, wanted, now_micros(), uploads.now)

    try:
        upload = await run_in_threadpool(receive)
    except UnreadableFile as error:
        return await run_in_threadpool(_first, who, request, uploads, FAULTS[error.fault])
    return _to(upload.id)


@upload_pages.get(UPLOAD + "/templates/{kind}")
def take_template(who: MayUpload, kind: Kind, uploads: Uploads) -> Response:
    """An empty table to fill in, as Excel."""
    book = template_of(kind, uploads.of(who).may_bring_callbacks)
    return _download(book, f"{kind.zh}模板.xlsx", SheetKind.XLSX.media_type)


@upload_pages.get(UPLOAD + "/{upload_id}")
def one_upload(who: MayUpload, upload_id: str, request: Request, uploads: Uploads) -> Response:
    """An upload as far as it has come: its preview, its loading, or its result."""
    reception = uploads.of(who)
    upload = reception.shelf.of(upload_id, who.label)
    where = reception.shelf.where(upload)
    if where is Where.LOADED:
        return page(request, who, "upload_done.html", here=UPLOAD, upload=upload, kinds=upload_words.KINDS)
    if where is Where.LOADING:
        said = upload_words.progress_zh(reception.shelf.progress(upload))
        shown = page(request, who, "upload_loading.html", here=UPLOAD, upload=upload, said=said)
        shown.headers["Refresh"] = _LOOK_AGAIN
        return shown
    return _preview(who, request, upload, where is Where.CUT_SHORT)


@upload_pages.post(UPLOAD + "/{upload_id}/reading")
async def read_as(who: MayUpload, upload_id: str, request: Request, uploads: Uploads) -> Response:
    """Read it as another kind of table, or from another sheet or row."""
    form = (await sent_form(request)).fields
    kind, row = form.get("kind", ""), form.get("header_row", "")
    if kind not in set(Kind) or not row.isdigit() or not 1 <= int(row) <= 100:
        raise Refused("header_row", "请选择这是什么表，列名所在的行填1到100的数字")
    try:
        await run_in_threadpool(
            lambda: uploads.of(who).read_as(upload_id, Kind(kind), form.get("sheet"), int(row))
        )
    except UnreadableFile as error:
        raise Refused("sheet", f"换了以后读不出来：{FAULTS[error.fault]}") from None
    return _to(upload_id)


@upload_pages.post(UPLOAD + "/{upload_id}/columns")
async def take_columns(who: MayUpload, upload_id: str, request: Request, uploads: Uploads) -> Response:
    """Take the columns for what their sender says, and try again."""
    form = (await sent_form(request)).fields

    def decide() -> None:
        reception = uploads.of(who)
        upload = reception.shelf.of(upload_id, who.label)
        if form.get("stamp") != upload_words.stamp_of(upload):
            raise Refused("stamp", "这张表在别处改过，请返回刷新后再选")
        reception.decide(upload_id, decided(upload, form))

    await run_in_threadpool(decide)
    return _to(upload_id)


@upload_pages.post(UPLOAD + "/{upload_id}/load")
def load_table(who: MayLoad, upload_id: str, request: Request, uploads: Uploads) -> Response:
    """Begin to load it; pressed twice it is loaded once."""
    reception = uploads.of(who)
    reception.shelf.of(upload_id, who.label)
    begin(reception.shelf, upload_id, who, request.app.state.settings, uploads.now, uploads.desk.notice)
    return _to(upload_id)


@upload_pages.get(UPLOAD + "/{upload_id}/refused.csv")
def take_refused(who: MayUpload, upload_id: str, uploads: Uploads) -> Response:
    """What is refused, with reasons and remedies, as a sheet."""
    shelf = uploads.of(who).shelf
    sheet = shelf.refused(shelf.of(upload_id, who.label))
    return _download(sheet, "没有收的内容.csv", SheetKind.CSV.media_type)


@upload_pages.post(UPLOAD + "/{upload_id}/discard")
def discard_table(who: MayUpload, upload_id: str, uploads: Uploads) -> Response:
    """Throw it away; what is loaded stays loaded."""
    shelf = uploads.of(who).shelf
    shelf.of(upload_id, who.label)
    if not shelf.discard(upload_id):
        raise Refused("upload", "正在导入，等它结束以后才能删除")
    return RedirectResponse(UPLOAD, 303)


def _first(who: Person, request: Request, uploads: _Uploads, wrong: str = "") -> Response:
    reception = uploads.of(who)
    sent = [(upload, reception.shelf.where(upload)) for upload in reception.shelf.all_of(who.label)]
    return page(
        request,
        who,
        "upload.html",
        422 if wrong else 200,
        here=UPLOAD,
        wrong=wrong,
        kinds=list(Kind),
        sent=sent,
        now=uploads.now,
        may_bring_callbacks=reception.may_bring_callbacks,
    )


def _preview(who: Person, request: Request, upload: Upload, is_cut_short: bool) -> Response:
    meanings = {meaning.key: meaning for meaning in upload.meanings}
    taken = [meanings.get(upload.takes.get(column.name, "")) for column in upload.columns]
    return page(
        request,
        who,
        "upload_preview.html",
        here=UPLOAD,
        upload=upload,
        is_cut_short=is_cut_short,
        rows=list(zip(upload.columns, taken, strict=True)),
        options=upload_words.options_of(upload),
        known_from=upload_words.KNOWN_FROM,
        moment_zh=upload_words.moment_zh,
        unrecognised=upload_words.unrecognised(upload),
        stray=upload_words.stray(upload),
        odd_words=upload_words.asked_words(upload),
        words=upload_words.WORDS,
        stamp=upload_words.stamp_of(upload),
        kinds=list(Kind),
        counted=upload_words.KINDS,
    )


def _to(upload_id: str) -> RedirectResponse:
    return RedirectResponse(f"{UPLOAD}/{upload_id}", 303)


def _download(content: bytes, name: str, media_type: str) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})
