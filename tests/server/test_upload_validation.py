"""File types and sizes are detected from the first bytes of a file."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import hostile
from footage import shades, write_video
from sorairo.server.api.errors import ApiError
from sorairo.server.api.upload_validation import check_upload
from sorairo.server.uploads.file_types import IMAGE_TYPES, declared_size, detect_type

BEGINNINGS = (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPVP8", b"\0\0\0\x18ftyp")


@pytest.mark.parametrize("how", [{}, {"lossless": True}, {"exif": b"Exif\0\0" + b"x" * 60_000}])
@pytest.mark.parametrize("kind", IMAGE_TYPES)
@pytest.mark.parametrize("size", [(3, 5), (700, 31)])
def test_declared_sizes(tmp_path: Path, kind: str, size: tuple[int, int], how: dict):
    path = tmp_path / "picture"
    Image.new("RGB", size, "red").save(path, kind.upper(), **how)
    data = path.read_bytes()
    assert detect_type(data) == kind
    assert declared_size(data, kind) == size
    assert check_upload(data, "input_reference") == kind


def test_a_progressive_jpeg_and_an_animated_webp(tmp_path: Path):
    data = hostile.saved("JPEG", progressive=True, restart_marker_blocks=2)
    assert declared_size(data, "jpeg") == (64, 64)
    pages = [Image.new("RGB", (64, 64), "blue")]
    assert declared_size(hostile.saved("WEBP", save_all=True, append_images=pages), "webp") == (
        64,
        64,
    )


@pytest.mark.parametrize(
    ("name", "codec", "kind"),
    [
        ("a.mp4", "libx264", "mov"),
        ("a.mov", "mpeg4", "mov"),
        ("a.mkv", "libx264", "matroska"),
        ("a.webm", "libvpx", "matroska"),
    ],
)
def test_video_types_are_detected(tmp_path: Path, name: str, codec: str, kind: str):
    path = write_video(tmp_path / name, shades([9, 99]), [0, 40], codec=codec, settings={})
    assert check_upload(path.read_bytes(), "video") == kind


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is an empty file"),
        (b"GIF89a" + bytes(99), r"send a \.png, \.jpg or \.webp picture or an \.mp4"),
        (hostile.HLS, "not of a supported file type"),
        (b"\0\0\0\x18ftypheic" + bytes(99), "save it as .jpg or .png first"),
        (b"\x89PNG\r\n\x1a\n", "PNG file with an incomplete header"),
        (hostile.png(0, 8), "incomplete header"),
        (hostile.jpeg_of(65_500, 8), r"has 65500x8 pixels: at most 64 million pixels and 16384"),
        (hostile.png(8001, 8000), "has 8001x8000 pixels"),
    ],
)
def test_rejected_files_get_a_reason(data: bytes, reason: str):
    with pytest.raises(ApiError, match=reason) as caught:
        check_upload(data, "video")
    assert (caught.value.status, caught.value.param) == (400, "video")


@given(st.sampled_from(BEGINNINGS), st.binary(max_size=80))
def test_any_bytes_are_accepted_or_rejected(beginning: bytes, rest: bytes):
    data, found = beginning + rest, None
    with suppress(ApiError):
        found = check_upload(data, "video")
    assert found in (None, detect_type(data))
