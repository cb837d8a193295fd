"""A page of every route, parameter and body, made from the OpenAPI description; nothing is fetched for it."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse

from serve.access import open_to_anyone
from serve.examples import example_body

docs = APIRouter()
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "pre{background:#f4f4f4;padding:.8rem;overflow-x:auto}table{border-collapse:collapse;width:100%}"
    "td,th{border:1px solid #ccc;padding:.25rem .5rem;text-align:left;vertical-align:top}"
    "h2{border-top:2px solid #ccc;padding-top:1rem}code{font-size:.9em}"
)
Schema = Mapping[str, Any]


@docs.get("/openapi.json", include_in_schema=False, dependencies=[Depends(open_to_anyone)])
def description(request: Request) -> JSONResponse:
    """What the page says, for machines."""
    return JSONResponse(request.app.openapi())


@docs.get("/docs", include_in_schema=False, dependencies=[Depends(open_to_anyone)])
def docs_page(request: Request) -> HTMLResponse:
    """The page."""
    described = request.app.openapi()
    address = str(request.base_url).rstrip("/")
    return HTMLResponse("".join(_page(described, address)), headers={"Content-Security-Policy": _POLICY})


def _page(description: Schema, address: str) -> Iterator[str]:
    title = escape(description["info"]["title"])
    yield '<!doctype html><html lang="en"><meta charset="utf-8">'
    yield f"<title>{title}</title><style>{_STYLE}</style>"
    yield f"<h1>{title}</h1><p>{escape(description['info']['description'])}</p>"
    yield '<p>The same for machines: <a href="/openapi.json">/openapi.json</a>. '
    yield 'Every error has one shape: <a href="#ErrorOut">ErrorOut</a>.</p>'
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield from _operation(method.upper(), path, operation, address)
    yield "<h1>Bodies</h1>"
    for name, schema in description["components"]["schemas"].items():
        yield f'<h2 id="{escape(name)}">{escape(name)}</h2><p>{escape(schema.get("description", ""))}</p>'
        yield from _fields(schema)
    yield "</html>"


def _operation(method: str, path: str, operation: Schema, address: str) -> Iterator[str]:
    yield f"<h2><code>{method} {escape(path)}</code></h2><p>{escape(operation.get('description', ''))}</p>"
    if parameters := operation.get("parameters"):
        yield "<table><tr><th>parameter<th>in<th>what<th>meaning</tr>"
        for p in parameters:
            cells = (p["name"], p["in"], None, p.get("description", p["schema"].get("description", "")))
            yield _row(cells, _kind(p["schema"]))
        yield "</table>"
    body = operation.get("requestBody")
    if body:
        yield f"<p>Body: {_kind(body['content']['application/json']['schema'])}</p>"
    yield f"<pre>{escape(_curl(method, path, address, bool(body)))}</pre>"
    yield "<table><tr><th>answer<th>what<th>meaning</tr>"
    for status, answer in operation["responses"].items():
        schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
        yield _row((status, None, answer["description"]), _kind(schema))
    yield "</table>"


def _curl(method: str, path: str, address: str, has_body: bool) -> str:
    at = address + path.replace("{order_id}", "A-1001")
    at = f"-H 'Authorization: Bearer qlk_…' {at}" if path.startswith("/api/") else at
    if not has_body:
        return f"curl {at}"
    body = json.dumps(example_body(path), ensure_ascii=False, indent=1)
    return f"curl -X {method} {at} -H 'Content-Type: application/json' -d '{body}'"


def _fields(schema: Schema) -> Iterator[str]:
    if "properties" not in schema:
        yield f"<p>{_kind(schema)}</p>"
        return
    required = schema.get("required", ())
    yield "<table><tr><th>field<th>what<th>meaning</tr>"
    for name, field in schema["properties"].items():
        is_required = "required. " if name in required else ""
        yield _row((name, None, is_required + field.get("description", "")), _kind(field))
    yield "</table>"


def _row(cells: tuple[str | None, ...], kind: str) -> str:
    """A table row; the cell that is None holds the kind, which is HTML already."""
    return "<tr>" + "".join(f"<td>{kind if c is None else escape(str(c))}" for c in cells) + "</tr>"


def _kind(schema: Schema) -> str:
    """What a value is, as HTML; named schemas are links."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[-1])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(_kind, schema["anyOf"])))
    if "allOf" in schema:
        return " and ".join(map(_kind, schema["allOf"]))
    if "enum" in schema:
        return "one of " + ", ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array" and "items" in schema:
        return f"list of {_kind(schema['items'])}{_limits(schema, 'Items')}"
    kind = schema.get("type", "anything")
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    shown = f"{words} ({schema['format']})" if "format" in schema else words
    return escape(shown) + _limits(schema, "Length")


def _limits(schema: Schema, of: str) -> str:
    most = schema.get(f"max{of}", schema.get("maximum"))
    return f", at most {most:,}" if most is not None else ""
