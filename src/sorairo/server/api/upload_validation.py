"""What is refused of a file at once, before it is kept: it costs the server nothing."""

from __future__ import annotations

from sorairo.server.api.errors import ApiError
from sorairo.server.uploads.file_types import (
    MOST_PIXELS,
    MOST_SIDE,
    PICTURES,
    declared_size,
    is_still,
    is_too_large,
    kind_of,
)

TAKEN = "a .png, .jpg or .webp picture or an .mp4, .mov, .webm or .mkv video"


def check_upload(data: bytes, name: str) -> str:
    """The kind of a file that came in the field `name`. Raises ApiError."""
    kind = kind_of(data)
    if kind is None:
        raise _refused(name, _reason(data))
    if kind in PICTURES:
        size = declared_size(data, kind)
        if size is None:
            raise _refused(name, f"is a {kind.upper()} file without a whole header: send it anew.")
        if is_too_large(*size):
            raise _refused(
                name,
                f"has {size[0]}x{size[1]} pixels: send at most {MOST_PIXELS // 10**6} million and"
                f" {MOST_SIDE} a side.",
            )
    return kind


def _reason(data: bytes) -> str:
    if not data:
        return "is an empty file."
    if is_still(data):
        return "is a HEIF or AVIF picture, which is not taken: save it as .jpg or .png first."
    return f"is no file that is taken: send {TAKEN}."


def _refused(name: str, reason: str) -> ApiError:
    return ApiError(400, f"'{name}' {reason}", param=name, code="invalid_file")
