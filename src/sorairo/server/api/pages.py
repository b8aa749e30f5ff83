"""Pages for people: `/` is the studio, `/docs` lists the API.

`/docs` is complete in itself: no script, and nothing from another address.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from sorairo.server.api.dependencies import service_of
from sorairo.server.api.studio_files import page_response
from sorairo.server.api.video_view import base_url
from sorairo.server.studio.assets import studio

STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
pre, table { overflow-x: auto; display: block; }
pre { padding: .8rem; border: 1px solid var(--line); border-radius: .4rem; }
code { font: .9em/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
td code { white-space: nowrap; }
details { border: 1px solid var(--line); border-radius: .4rem; }
details { margin: .5rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; } .method { font-weight: 700; display: inline-block; min-width: 4.2rem; }
td, th { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0; }
.muted { opacity: .7; }
"""
_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; img-src data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
METHODS = ("get", "post", "delete")

router = APIRouter(include_in_schema=False)


@router.get("/")
def get_home(request: Request) -> Response:
    """The studio for browsers; for other clients, what this server is as JSON."""
    if "text/html" in request.headers.get("accept", ""):
        return page_response(studio())
    base, model = base_url(request), service_of(request).model
    links = {"base_url": f"{base}/v1", "docs": f"{base}/docs", "openapi": f"{base}/openapi.json"}
    return JSONResponse({"name": "sorairo", "model": model, **links}, headers={"vary": "accept"})


@router.get("/docs")
def get_docs(request: Request) -> Response:
    """All routes, with their parameters, fields and responses."""
    document, base = request.app.openapi(), base_url(request)
    rows = [
        "".join(_operation(method, path, methods[method], document["components"]["schemas"]))
        for path, methods in document["paths"].items()
        for method in METHODS
        if method in methods
    ]
    return _page(
        "sorairo: API",
        f"<h1>API of sorairo</h1><p>{escape(document['info']['description'])} The base URL for"
        f" clients is <code>{escape(base)}/v1</code>; <a href='openapi.json'>openapi.json</a> is"
        " this page for programs.</p>"
        f"{''.join(rows)}<h2>Objects</h2>{_objects(document['components']['schemas'])}",
    )


def _page(title: str, body: str) -> Response:
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="icon" href="data:,">'
        f"<style>{STYLE}</style></head><body>{body}</body></html>"
    )
    return HTMLResponse(text, headers={"content-security-policy": POLICY})


def _operation(
    method: str, path: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]
) -> Iterator[str]:
    yield f'<details id="{method}{escape(path)}"><summary>'
    yield f'<span class="method">{method.upper()}</span> <code>{escape(path)}</code><br>'
    yield f'<span class="muted">{escape(operation.get("description", ""))}</span></summary>'
    parameters = operation.get("parameters", ())
    if parameters:
        yield "<h3>Parameters</h3>" + _table(
            (each["name"], each["schema"], each.get("description", ""), each.get("required"))
            for each in parameters
        )
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        if kind == "application/json":
            yield "<h3>Fields, as JSON or as a form</h3>" + _fields(content["schema"], schemas)
    yield "<h3>Responses</h3><table>"
    for status, response in operation["responses"].items():
        kinds = ", ".join(response.get("content", ())) if status < "300" else ""
        text = f"{escape(response['description'])} {kinds}"
        yield f"<tr><td><code>{status}</code></td><td>{text}</td></tr>"
    yield "</table></details>"


def _objects(schemas: Mapping[str, Any]) -> str:
    return "".join(
        f"<details><summary><code>{escape(name)}</code></summary>"
        f"{_fields(schema, schemas)}</details>"
        for name, schema in schemas.items()
    )


def _fields(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """The table of an object's properties."""
    schema, required = _resolved(schema, schemas), set(schema.get("required", ()))
    return _table(
        (name, each, _resolved(each, schemas).get("description", ""), name in required)
        for name, each in schema.get("properties", {}).items()
    )


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return schemas.get(name, schema)


def _table(rows: Iterator[tuple[str, Mapping[str, Any], str, bool | None]] | Any) -> str:
    cells = [
        f"<tr><td><code>{escape(name)}</code>{' *' if required else ''}</td>"
        f"<td class='muted'>{escape(_type(schema))}</td><td>{escape(text)}</td></tr>"
        for name, schema, text, required in rows
    ]
    return f"<table>{''.join(cells)}</table>"


def _type(schema: Mapping[str, Any]) -> str:
    """The type of a schema in a few words."""
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return " | ".join(dict.fromkeys(map(_type, options)))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("type", "any"))
