"""Replaces what fields refer to (stored files, addresses of pictures) by the files themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sorairo.errors import MediaError
from sorairo.notes import Note
from sorairo.server.api.errors import ApiError
from sorairo.server.api.fields.compound import Condition
from sorairo.server.api.fields.parsing import Fields
from sorairo.server.api.fields.references import FileReference, PictureAddress
from sorairo.server.api.library.boards.field import BoardFields, CardFootage
from sorairo.server.api.service import Service
from sorairo.server.api.upload_validation import check_upload
from sorairo.server.api.uploaded_file import Upload
from sorairo.server.uploads.file_types import IMAGE_TYPES


def has_references(fields: Fields) -> bool:
    """Whether `resolved` would change the fields."""
    return any(
        isinstance(_inner(each), _REFERENCES)
        for value in fields.values.values()
        for each in _parts(value)
    )


def _parts(value: Any) -> tuple[Any, ...]:
    if isinstance(value, BoardFields):
        return value.footage
    return value if isinstance(value, tuple) else (value,)


def _inner(value: Any) -> Any:
    if isinstance(value, CardFootage):
        return value.source
    return value.picture if isinstance(value, Condition) else value


def resolved(service: Service, owner: str, fields: Fields) -> Fields:
    """The fields with files in place of references to them. Raises ApiError."""

    def resolve(value: Any) -> Any:
        if isinstance(value, FileReference):
            return _stored(service, owner, value)
        if isinstance(value, PictureAddress):
            return _fetched(service, value)
        if isinstance(value, Condition):
            return replace(value, picture=resolve(value.picture))
        if isinstance(value, CardFootage):
            return replace(value, source=resolve(value.source))
        if isinstance(value, BoardFields):
            return replace(value, footage=resolve(value.footage))
        return tuple(map(resolve, value)) if isinstance(value, tuple) else value

    values = {name: resolve(value) for name, value in fields.values.items()}
    return replace(fields, values=values)


_REFERENCES = (FileReference, PictureAddress)


def _stored(service: Service, owner: str, reference: FileReference) -> Upload:
    file = service.files.get(reference.id, owner)
    if file is None or service.media.size(file.path) is None:
        message = Note(f"There is no file '{reference.id[:80]}'.", "no_file", id=reference.id[:80])
        raise ApiError(404, message, param=reference.name, code="not_found")
    data = b"".join(service.media.read(file.path))
    check_upload(data, reference.name)
    return Upload(name=file.filename, data=data)


def _fetched(service: Service, address: PictureAddress) -> Upload:
    name = address.name
    if service.fetcher is None:
        message = Note(
            f"'{name}' must be a data URL with base64: this server fetches no addresses"
            " (`sorairo serve --fetch-images`).",
            "no_addresses",
        )
        raise ApiError(400, message, param=name, code="invalid_image_url")
    try:
        data = service.fetcher.fetch(address.url)
    except MediaError as error:
        raise ApiError(
            400,
            Note(f"'{name}': {error}", "not_fetched", reason=str(error)),
            param=name,
            code="invalid_image_url",
        ) from error
    if check_upload(data, name) not in IMAGE_TYPES:
        message = Note(f"'{name}' is a video: only pictures are fetched.", "only_pictures")
        raise ApiError(400, message, param=name, code="invalid_image_url")
    return Upload(name="image", data=data)
