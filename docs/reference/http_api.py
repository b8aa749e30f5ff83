"""The HTTP reference, from the server's OpenAPI document."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

from sorairo.jobs.characters import CharacterStore
from sorairo.jobs.database import open_database
from sorairo.jobs.keys import ApiKeyStore
from sorairo.jobs.queue import Queue
from sorairo.jobs.stored.files import FileStore
from sorairo.jobs.stored.ledger import StorageLedger
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.uploads.media_store import MediaStore

Schema = dict[str, Any]

INTRODUCTION = """\
# HTTP

The routes of `sorairo serve`, which implements OpenAI's Videos API; [the guide](../videos-api.md)
shows how to use them. The server has this reference as an OpenAPI document at `/openapi.json`. Once
a key exists, or with a public `--host`, every route but the health checks requires
`Authorization: Bearer KEY`. Bodies are JSON or forms; in a multipart form, `video` and
`input_reference` may be files. Null is the same as leaving a field out. A name that is not listed
is an error (`unknown_parameter`)."""


def document() -> dict[str, Any]:
    """The OpenAPI document of the server."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/jobs.db")
        service = Service(
            queue=Queue(database),
            media=MediaStore(f"{folder}/media"),
            keys=ApiKeyStore(database),
            characters=CharacterStore(database),
            files=FileStore(database),
            storage=StorageLedger(database),
        )
        found = create_app(service).openapi()
        database.dispose()
    return found


def page() -> str:
    """The reference as Markdown."""
    api = document()
    operations = list(_operations(api))
    links = [f"- [`{name}`](#{_anchor(name)}): {_first(each)}" for name, each in operations]
    parts = [INTRODUCTION, "\n".join(links)]
    for name, operation in operations:
        parts += _route(name, operation)
    parts += ["## Ignored fields", _ignored(api)]
    parts.append("## Objects")
    for name, schema in api["components"]["schemas"].items():
        parts += [f"### {name}", _properties(schema)]
    return "\n\n".join(parts) + "\n"


def undocumented(api: dict[str, Any] | None = None) -> list[str]:
    """Routes, parameters and properties of schemas without a description."""
    api = document() if api is None else api
    missing = []
    for name, operation in _operations(api):
        if not operation.get("description"):
            missing.append(name)
        missing += [
            f"{name} {parameter['name']}"
            for parameter in operation.get("parameters", ())
            if not (parameter.get("description") or parameter["schema"].get("description"))
        ]
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            missing += _without_description(content["schema"], f"{name} {kind}")
    for name, schema in api["components"]["schemas"].items():
        missing += _without_description(schema, name)
    return missing


def _operations(api: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def _without_description(schema: Schema, name: str) -> Iterator[str]:
    for key, value in schema.get("properties", {}).items():
        if not value.get("description"):
            yield f"{name} {key}"
        yield from _without_description(value, f"{name} {key}")
    for inner in [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())]:
        yield from _without_description(inner, name)


def _route(name: str, operation: dict[str, Any]) -> Iterable[str]:
    yield f"## {name}"
    yield operation.get("description", "")
    if parameters := operation.get("parameters"):
        rows = [
            (
                each["name"],
                f"{_type(each['schema'])}, in the {each['in']}",
                each.get("description") or each["schema"].get("description", ""),
                each.get("required", False),
            )
            for each in parameters
        ]
        yield _table("parameter", rows)
    if body := operation.get("requestBody"):
        yield _properties(body["content"]["application/json"]["schema"], "field of the body")
    responses = operation["responses"]
    yield "\n".join(
        ["| status | response |", "|---|---|", *map(_response, responses, responses.values())]
    )


def _ignored(api: dict[str, Any]) -> str:
    """The fields of other servers that are accepted and can do nothing."""
    body = api["paths"]["/v1/videos"]["post"]["requestBody"]["content"]["application/json"]
    names = ", ".join(f"`{name}`" for name in body["schema"]["x-ignored"])
    return (
        "Fields that other servers have and that can do nothing here are accepted, and the response"
        f" names them in `ignored`: {names}."
    )


def _response(status: str, response: dict[str, Any]) -> str:
    types = [
        f"[{_reference(content['schema'])}](#{_reference(content['schema']).lower()})"
        if "$ref" in content["schema"]
        else f"`{media_type}`"
        for media_type, content in response.get("content", {}).items()
        if status in ("200", "201")
    ]
    return f"| {status} | {response['description']} {' or '.join(types)} |".replace("  |", " |")


def _properties(schema: Schema, title: str = "property") -> str:
    required = schema.get("required", ())
    rows = list(_rows(schema, required))
    return _table(title, rows)


def _rows(
    schema: Schema, required: Iterable[str], within: str = ""
) -> Iterator[tuple[str, str, str, bool]]:
    """Every property, those of inner objects as `outer.inner`."""
    for key, value in schema.get("properties", {}).items():
        name = f"{within}{key}"
        yield name, _type(value), value.get("description", ""), key in required
        for inner in [value, *value.get("anyOf", ())]:
            yield from _rows(inner, inner.get("required", ()), f"{name}.")
        if "items" in value:
            yield from _rows(value["items"], value["items"].get("required", ()), f"{name}[].")


def _table(title: str, rows: Iterable[tuple[str, str, str, bool]]) -> str:
    lines = [
        f"| `{name}`{'' if required else ' (optional)'} | {kind} | {description} |"
        for name, kind, description, required in rows
    ]
    return "\n".join([f"| {title} | type | description |", "|---|---|---|", *lines])


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return f"[{_reference(schema)}](#{_reference(schema).lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"`{each}`" for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if schema.get("format") == "binary":
        return "file"
    return str(schema.get("type", "any")) + _range(schema)


def _range(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    return "" if low is None or high is None else f" ({low} to {high})"


def _reference(schema: Schema) -> str:
    return schema["$ref"].rpartition("/")[2]


def _first(operation: dict[str, Any]) -> str:
    """The first sentence of a description."""
    return " ".join(operation.get("description", "").split()).partition(". ")[0].rstrip(".")


def _anchor(heading: str) -> str:
    """GitHub's anchor of a heading."""
    kept = (letter for letter in heading.lower() if letter.isalnum() or letter in " -_")
    return "".join(kept).replace(" ", "-")
