"""Checks of an upload that need no decoding, made before the file is stored."""

from __future__ import annotations

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
            reason = f"is a {kind.upper()} file with an incomplete header: send it again."
            raise _invalid_file(name, reason)
        if is_too_large(*size):
            raise _invalid_file(
                name,
                f"has {size[0]}x{size[1]} pixels: at most {MAX_PIXELS // 10**6} million pixels and"
                f" {MAX_SIDE} per side are allowed.",
            )
    return kind


def _reason(data: bytes) -> str:
    if not data:
        return "is an empty file."
    if is_heif(data):
        return "is a HEIF or AVIF picture, which is not supported: save it as .jpg or .png first."
    return f"is not of a supported file type: send {ACCEPTED}."


def _invalid_file(name: str, reason: str) -> ApiError:
    return ApiError(400, f"'{name}' {reason}", param=name, code="invalid_file")
