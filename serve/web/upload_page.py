"""导入: a table is sent, and seen as far as it has come: its preview, its loading, its result."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from desk.access.person import Person
from desk.score_table import SheetKind
from desk.upload.meaning import Kind
from desk.upload.meanings import kinds_of
from desk.upload.template import template_of
from desk.upload.upload import Upload, Where
from serve.clock import now_micros
from serve.forms import sent_form
from serve.guard import UPLOAD
from serve.web import upload_words
from serve.web.rendering import page
from serve.web.upload_words import FAULTS
from serve.web.uploads import MayUpload, Uploads, UploadsOf, download, page_of
from store.extracts.unreadable import UnreadableFile

upload_pages = APIRouter(include_in_schema=False)
#: Seconds after which the page of a loading looks again.
_LOOK_AGAIN = "2"


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
    return page_of(upload.id)


@upload_pages.get(UPLOAD + "/templates/{kind}")
def take_template(who: MayUpload, kind: Kind, uploads: Uploads) -> Response:
    """An empty table to fill in, as Excel."""
    with_callbacks = uploads.of(who).may_bring_callbacks
    if kind not in kinds_of(with_callbacks):
        raise HTTPException(404)
    book = template_of(kind, with_callbacks)
    return download(book, f"{kind.zh}模板.xlsx", SheetKind.XLSX.media_type)


@upload_pages.get(UPLOAD + "/{upload_id}")
def one_upload(
    who: MayUpload, upload_id: str, request: Request, uploads: Uploads, tried: str = ""
) -> Response:
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
    return _preview(who, request, upload, where is Where.CUT_SHORT, bool(tried))


def _first(who: Person, request: Request, uploads: UploadsOf, wrong: str = "") -> Response:
    reception = uploads.of(who)
    sent = [(upload, reception.shelf.where(upload)) for upload in reception.shelf.all_of(who.label)]
    return page(
        request,
        who,
        "upload.html",
        422 if wrong else 200,
        here=UPLOAD,
        wrong=wrong,
        kinds=kinds_of(reception.may_bring_callbacks),
        sent=sent,
        now=uploads.now,
        may_bring_callbacks=reception.may_bring_callbacks,
    )


def _preview(
    who: Person, request: Request, upload: Upload, is_cut_short: bool, is_tried_again: bool
) -> Response:
    meanings = {meaning.key: meaning for meaning in upload.meanings}
    taken = [meanings.get(upload.takes.get(column.name, "")) for column in upload.columns]
    return page(
        request,
        who,
        "upload_preview.html",
        here=UPLOAD,
        upload=upload,
        is_cut_short=is_cut_short,
        is_tried_again=is_tried_again,
        barred=upload_words.barred(upload),
        rows=list(zip(upload.columns, taken, strict=True)),
        options=upload_words.options_of(upload),
        known_from=upload_words.KNOWN_FROM,
        moment_zh=upload_words.moment_zh,
        unrecognised=upload_words.unrecognised(upload),
        stray=upload_words.stray(upload),
        odd_words=upload_words.asked_words(upload),
        words=upload_words.WORDS,
        stamp=upload_words.stamp_of(upload),
        kinds=kinds_of(upload.may_bring_callbacks),
        counted=upload_words.KINDS,
    )
