"""What is done with a table that was sent: read otherwise, put right, loaded, thrown away, its refused rows taken away."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from desk.refusals import Refused
from desk.score_table import SheetKind
from desk.upload.loading import begin
from desk.upload.meaning import Kind
from desk.upload.reception import Decided
from desk.upload.upload import Upload, Where
from serve.forms import sent_form
from serve.guard import UPLOAD
from serve.web import upload_words
from serve.web.upload_words import FAULTS, decided, decided_of
from serve.web.uploads import MayLoad, MayUpload, Uploads, download, page_of
from store.extracts.unreadable import UnreadableFile

upload_deeds = APIRouter(include_in_schema=False)
_HEADER_ROWS = frozenset(map(str, range(1, 101)))


@upload_deeds.post(UPLOAD + "/{upload_id}/reading")
async def read_as(who: MayUpload, upload_id: str, request: Request, uploads: Uploads) -> Response:
    """Read it as another kind of table, or from another sheet or row."""
    form = (await sent_form(request)).fields
    kind, row = form.get("kind", ""), form.get("header_row", "")
    if kind not in set(Kind) or row not in _HEADER_ROWS:
        raise Refused("header_row", "请选择这是什么表，列名所在的行填1到100的数字")
    try:
        await run_in_threadpool(
            lambda: uploads.of(who).read_as(upload_id, Kind(kind), form.get("sheet"), int(row))
        )
    except UnreadableFile as error:
        raise Refused("sheet", f"换了以后读不出来：{FAULTS[error.fault]}") from None
    return page_of(upload_id)


@upload_deeds.post(UPLOAD + "/{upload_id}/columns")
async def take_columns(who: MayUpload, upload_id: str, request: Request, uploads: Uploads) -> Response:
    """Take the columns for what their sender says, and try again."""
    form = (await sent_form(request)).fields

    def decide() -> None:
        reception = uploads.of(who)
        upload = reception.shelf.of(upload_id, who.label)
        reception.decide(upload_id, _said(upload, form))

    await run_in_threadpool(decide)
    return page_of(upload_id, "?tried=again")


@upload_deeds.post(UPLOAD + "/{upload_id}/load")
async def load_table(who: MayLoad, upload_id: str, request: Request, uploads: Uploads) -> Response:
    """Begin to load it; pressed twice it is loaded once.

    Where the form says something else than what was tried, it is tried first, and shown again.
    """
    form = (await sent_form(request)).fields

    def start() -> bool:
        reception = uploads.of(who)
        upload = reception.shelf.of(upload_id, who.label)
        if upload.may_bring_callbacks and not reception.may_bring_callbacks:
            raise Refused("upload", "您的身份在上传以后变了，请重新上传这张表")
        is_open = reception.shelf.where(upload) in (Where.PREVIEW, Where.CUT_SHORT)
        if is_open and "stamp" in form and (said := _said(upload, form)) != decided_of(upload):
            reception.decide(upload_id, said)
            return False
        settings, after = request.app.state.settings, uploads.desk.notice
        begin(reception.shelf, upload_id, who, settings, uploads.now, after)
        return True

    return page_of(upload_id, "" if await run_in_threadpool(start) else "?tried=again")


@upload_deeds.get(UPLOAD + "/{upload_id}/refused.csv")
def take_refused(who: MayUpload, upload_id: str, uploads: Uploads) -> Response:
    """What is refused, with reasons and remedies, as a sheet."""
    shelf = uploads.of(who).shelf
    sheet = shelf.refused(shelf.of(upload_id, who.label))
    return download(sheet, "没有收的内容.csv", SheetKind.CSV.media_type)


@upload_deeds.post(UPLOAD + "/{upload_id}/discard")
def discard_table(who: MayUpload, upload_id: str, uploads: Uploads) -> Response:
    """Throw it away; what is loaded stays loaded."""
    shelf = uploads.of(who).shelf
    shelf.of(upload_id, who.label)
    if not shelf.discard(upload_id):
        raise Refused("upload", "正在导入，等它结束以后才能删除")
    return RedirectResponse(UPLOAD, 303)


def _said(upload: Upload, form: dict[str, str]) -> Decided:
    """What a form says of the columns. Refused where it is the form of an earlier state."""
    if form.get("stamp") != upload_words.stamp_of(upload):
        raise Refused("stamp", "这张表已经在别处改过或者导入，请返回刷新后再看")
    return decided(upload, form)
