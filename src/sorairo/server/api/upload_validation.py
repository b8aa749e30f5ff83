"""Checks of an upload that need no decoding, made before the file is stored."""

from __future__ import annotations

from sorairo.notes import Note
from sorairo.server.api.errors import ApiError
from sorairo.server.uploads.file_types import (
    IMAGE_TYPES,
    MAX_PIXELS,
    MAX_SIDE,
    declared_size,
    detect_type,
    is_heif,
    is_too_large,
)

ACCEPTED = "a .png, .jpg or .webp picture or an .mp4, .mov, .webm or .mkv video"


def check_upload(data: bytes, name: str) -> str:
    """The type of a file that was sent in the field `name`. Raises ApiError."""
    kind = detect_type(data)
    if kind is None:
        raise _invalid_file(name, _reason(data))
    if kind in IMAGE_TYPES:
        size = declared_size(data, kind)
        if size is None:
            text = f"is a {kind.upper()} file with an incomplete header: send it again."
            raise _invalid_file(name, Note(text, "cut_off", type=kind.upper()))
        if is_too_large(*size):
            most = MAX_PIXELS // 10**6
            text = f"has {size[0]}x{size[1]} pixels: at most {most} million pixels and {MAX_SIDE}"
            text, shown = f"{text} per side are allowed.", f"{size[0]}x{size[1]}"
            note = Note(text, "too_many_pixels", size=shown, most=most, side=MAX_SIDE)
            raise _invalid_file(name, note)
    return kind


def _reason(data: bytes) -> Note:
    if not data:
        return Note("is an empty file.", "empty_file")
    if is_heif(data):
        text = "is a HEIF or AVIF picture, which is not supported: save it as .jpg or .png first."
        return Note(text, "heif")
    return Note(f"is not of a supported file type: send {ACCEPTED}.", "file_type")


def _invalid_file(name: str, reason: Note) -> ApiError:
    message = Note(f"'{name}' {reason}", reason.code, **reason.values)
    return ApiError(400, message, param=name, code="invalid_file")
