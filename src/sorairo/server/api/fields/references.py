"""Fields that hold a picture or a video: a file, a data URL, an object, or an id, in the forms
that clients of the various servers send."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sorairo.notes import Note
from sorairo.server.api.errors import ApiError, invalid_type
from sorairo.server.api.fields.scalars import Schema, invalid_value, unknown_parameter
from sorairo.server.api.json_text import parse_json
from sorairo.server.api.upload_validation import check_upload
from sorairo.server.api.uploaded_file import Upload

MAX_DATA_URL_LENGTH = 20_971_520
_ID = re.compile(r"video_\w{1,80}", re.ASCII)
_FILE_ID = re.compile(r"file-\w{1,80}", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9+/]{64,}={0,2}", re.ASCII)
# Keys that an object may have beside its picture or video, and that change nothing.
DESCRIBING = frozenset({"type", "mime_type", "media_type", "mimeType", "detail", "filename"})
URL_KEYS = ("image_url", "video_url", "url")
DATA_KEYS = ("data", "b64_json", "base64")


@dataclass(frozen=True)
class VideoReference:
    """A reference to a video that this server made."""

    id: str
    """The id, which may be that of no video."""


@dataclass(frozen=True)
class FileReference:
    """A reference to a stored file."""

    id: str
    """The id, which may be that of no file."""
    name: str
    """The field that it was sent in."""


@dataclass(frozen=True)
class PictureAddress:
    """The address of a picture on another server."""

    url: str
    """The address, which is not checked yet."""
    name: str
    """The field that it was sent in."""


Source = Upload | FileReference | PictureAddress
"""A file, or where it is found; `resolved_references` replaces the latter by files."""


@dataclass(frozen=True)
class Picture:
    """A picture: a file, a data URL, the id of a stored file, an address, or an object with
    `image_url`, with `file_id`, or with `data` in base64."""

    def parse(self, value: Any, name: str) -> Source:
        """The picture. Raises ApiError."""
        value = unwrapped(value, name)
        if isinstance(value, Mapping):
            return _from_object(value, name, "image_url")
        return _from_text_or_file(value, name)

    def schema(self) -> Schema:
        url = {"type": "string", "maxLength": MAX_DATA_URL_LENGTH, "description": DATA_URL}
        by_url = {"type": "object", "properties": {"image_url": url}, "required": ["image_url"]}
        return {"anyOf": [by_url, FILE_SCHEMA, {"type": "string"}]}


@dataclass(frozen=True)
class Video:
    """A video: a file, or the id of a finished video or of a stored file, alone or in an object."""

    def parse(self, value: Any, name: str) -> Source | VideoReference:
        """The file, or where it is found. Raises ApiError."""
        value = unwrapped(value, name)
        if isinstance(value, Mapping):
            if "id" in value or "video_id" in value:
                key = _only(value, ("id", "video_id"), name)
                return VideoReference(_id(value[key], f"{name}.{key}"))
            return _from_object(value, name, "id")
        if isinstance(value, str) and _FILE_ID.fullmatch(value.strip()):
            return FileReference(value.strip(), name)
        if isinstance(value, str) and not value.startswith("data:") and len(value) <= 200:
            if not _ID.fullmatch(value.strip()):
                raise invalid_type(name, "an object or a file", value)
            return VideoReference(value.strip())
        return _from_text_or_file(value, name)

    def schema(self) -> Schema:
        id_of = {"type": "string", "description": "The id of a finished video."}
        reference = {"type": "object", "properties": {"id": id_of}, "required": ["id"]}
        return {"anyOf": [reference, FILE_SCHEMA, {"type": "string"}]}


@dataclass(frozen=True)
class StoredVideo:
    """The id of a video, alone or in an object."""

    def parse(self, value: Any, name: str) -> VideoReference:
        """The id. Raises ApiError."""
        if isinstance(value, Upload):
            raise invalid_type(name, "a string", value)
        found = Video().parse(value, name)
        if not isinstance(found, VideoReference):
            raise invalid_value(
                name, Note(f"'{name}' must be the id of a video.", "no_video", id=name)
            )
        return found

    def schema(self) -> Schema:
        return {"type": "string"}


DATA_URL = "A data URL with base64; an https address only with `serve --fetch-images`."
FILE_SCHEMA: Schema = {
    "type": "object",
    "properties": {"file_id": {"type": "string", "description": "The id of a stored file."}},
    "required": ["file_id"],
}


def unwrapped(value: Any, name: str) -> Any:
    """The value of JSON in a form's text, and the only element of a list."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        value = parse_json(value.encode("utf-8", "surrogatepass"), name)
    if isinstance(value, list):
        if len(value) != 1:
            count = f"{len(value)} entries" if value else "no entry"
            message = Note(
                f"'{name}' has {count}: send one, or several as 'conditions'.",
                "too_many_entries",
                name=name,
                entries=len(value),
                most=1,
            )
            raise invalid_value(name, message)
        value = value[0]
    return value


def _id(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise invalid_type(name, "a string", value)
    return value


def _only(value: Mapping[str, Any], keys: tuple[str, ...], name: str) -> str:
    """The one of the keys that the object has. Raises ApiError if it has others."""
    present = [key for key in value if value[key] is not None and key not in DESCRIBING]
    found = [key for key in present if key in keys]
    others = [key for key in present if key not in keys]
    if others:
        raise unknown_parameter(f"{name}.{others[0][:80]}", keys)
    if len(found) != 1:
        raise invalid_value(
            name, Note(f"'{name}' needs one of {', '.join(keys)}.", "missing_parameter", name=name)
        )
    return found[0]


def _from_object(value: Mapping[str, Any], name: str, usual: str) -> Source:
    if not any(each is not None for each in value.values()):
        message = Note(
            f"'{name}' is empty: it must be a file, or an object with '{usual}'.",
            "missing_parameter",
            name=name,
        )
        raise invalid_value(name, message)
    key = _only(value, (*URL_KEYS, *DATA_KEYS, "file_id"), name)
    inner, path = value[key], f"{name}.{key}"
    if key == "file_id":
        return FileReference(_id(inner, path), path)
    if key in DATA_KEYS:
        if not isinstance(inner, str):
            raise invalid_type(path, "a string", inner)
        if not inner.startswith("data:"):
            return _decode(inner, path)
    elif isinstance(inner, Mapping):  # as in chat messages: {"image_url": {"url": ...}}
        inner, path = inner[_only(inner, ("url",), path)], f"{path}.url"
    return decode_url(inner, path)


def _from_text_or_file(value: Any, name: str) -> Source:
    if isinstance(value, Upload):
        check_upload(value.data, name)
        return value
    if isinstance(value, str):
        if value.startswith(("data:", "http:", "https:")):
            return decode_url(value, name)
        if _FILE_ID.fullmatch(value):
            return FileReference(value, name)
        if _BASE64.fullmatch(value):
            return _decode(value, name)
    raise invalid_type(name, "an object", value)


def decode_url(url: object, name: str) -> Upload | PictureAddress:
    """The picture in a data URL, or another address. Raises ApiError."""
    if not isinstance(url, str):
        raise invalid_type(name, "a string", url)
    if url.lower().startswith(("http:", "https:")):
        return PictureAddress(url, name)
    head, comma, body = url.partition(",")
    if not head.startswith("data:") or not comma or not head.endswith(";base64"):
        message = Note(f"'{name}' must be a data URL with base64.", "invalid_base64", name=name)
        raise ApiError(400, message, param=name, code="invalid_image_url")
    return _decode(body, name)


def _decode(body: str, name: str) -> Upload:
    """The file in base64 text. Raises ApiError."""
    if len(body) > MAX_DATA_URL_LENGTH:
        message = Note(
            f"'{name}' is longer than {MAX_DATA_URL_LENGTH} characters: use a smaller picture.",
            "picture_too_large",
        )
        raise ApiError(400, message, param=name, code="invalid_image_url")
    try:
        data = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        message = Note(f"'{name}' is not valid base64.", "invalid_base64", name=name)
        raise ApiError(400, message, param=name, code="invalid_image_url") from error
    check_upload(data, name)
    return Upload(name="image", data=data)
