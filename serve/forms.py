"""What a form sent: its fields, and a file where it has one."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, create_form_parser
from starlette.concurrency import run_in_threadpool

#: A table of a hundred columns asks three questions about each.
_MOST_FIELDS = 600
#: Bytes up to which a file stays in memory; the door lets no larger body in, so none is ever written to a disk here.
_IN_MEMORY = 64 * 1024 * 1024
_URLENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


@dataclass(frozen=True)
class SentFile:
    """A file as it came, under the name that it had there."""

    name: str
    content: bytes


@dataclass(frozen=True)
class SentForm:
    """The fields of a form, each once; empty where the body is no form."""

    fields: dict[str, str] = field(default_factory=dict)
    file: SentFile | None = None


async def sent_form(request: Request) -> SentForm:
    """The form that was sent, read once however often it is asked for; many megabytes hold nobody else up."""
    found: SentForm | None = getattr(request.state, "sent_form", None)
    if found is None:
        kind, body = request.headers.get("content-type", ""), await request.body()
        if kind.startswith(_MULTIPART):
            found = await run_in_threadpool(_parts_of, kind, body)
        else:
            found = SentForm(_fields_of(body)) if kind.startswith(_URLENCODED) else SentForm()
        request.state.sent_form = found
    return found


def _fields_of(body: bytes) -> dict[str, str]:
    try:
        sent = parse_qs(body.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}
    return {name: values[0] for name, values in sent.items()}


def _parts_of(kind: str, body: bytes) -> SentForm:
    """The parts of a multipart form; of several files the first."""
    fields: dict[str, str] = {}
    files: list[SentFile] = []

    def on_field(part: Field) -> None:
        name, value = part.field_name or b"", part.value or b""
        fields.setdefault(name.decode("utf-8", "replace"), value.decode("utf-8", "replace"))

    def on_file(part: File) -> None:
        part.file_object.seek(0)
        name = (part.file_name or b"").decode("utf-8", "replace").replace("\\", "/").rpartition("/")[2]
        files.append(SentFile(name, part.file_object.read()))

    config = {"MAX_MEMORY_FILE_SIZE": _IN_MEMORY, "MAX_FIELDS": _MOST_FIELDS}
    try:
        parser = create_form_parser({"Content-Type": kind.encode()}, on_field, on_file, config)
        parser.write(body)
        parser.finalize()
    except FormParserError:
        return SentForm()
    return SentForm(fields, files[0] if files else None)
