"""Archives to import: files that are damaged, gone, or large."""

from __future__ import annotations

import random
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from sorairo.errors import MediaError
from sorairo.server.imports.archive import FolderArchive, ZipArchive, find_media

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("suffix", [".mp4", ".dat"])
def test_a_damaged_file_of_a_zip_is_one_that_cannot_be_read(
    tmp_path: Path, method: int, suffix: str
):
    packed, name = tmp_path / "a.zip", f"a{suffix}"
    with zipfile.ZipFile(packed, "w", method) as file:
        file.writestr(name, random.Random(0).randbytes(100_000))
        file.writestr("whole.txt", "a sea")
    data = bytearray(packed.read_bytes())
    start = data.find(name.encode()) + len(name)
    data[start : start + 60] = b"\xff" * 60
    packed.write_bytes(data)
    archive = ZipArchive(packed)
    found, unreadable = find_media(archive)
    assert ([each.path for each in found], unreadable) == ([name] * (suffix == ".mp4"), [])
    with pytest.raises(MediaError, match="damaged in the zip"):
        archive.read(name)
    with pytest.raises(MediaError, match="damaged in the zip"), archive.on_disk(name):
        pass
    assert archive.read("whole.txt") == b"a sea"


def test_a_zip_with_backslashes(tmp_path: Path):
    """As Windows PowerShell writes it."""
    packed = tmp_path / "a.zip"
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("sora\\", b"")
        file.writestr("sora\\a.mp4", b"x")
        file.writestr("sora\\.hidden.mp4", b"x")
        file.writestr("sora\\..\\..\\b.mp4", b"x")
        file.writestr("sora\\a.json", '{"prompt": "a sea"}')
    (item,), unreadable = find_media(ZipArchive(packed))
    assert (item.path, item.record.prompt, unreadable) == ("sora/a.mp4", "a sea", [])


def test_a_large_file_of_a_zip_is_not_in_memory(tmp_path: Path):
    packed = tmp_path / "a.zip"
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("a.mp4", bytes(40 * 2**20))
    archive = ZipArchive(packed)
    tracemalloc.start()
    with archive.on_disk("a.mp4") as path:
        assert path.stat().st_size == 40 * 2**20
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * 2**20


def test_a_file_that_is_gone_is_one_that_cannot_be_read(tmp_path: Path):
    (tmp_path / "a.mp4").write_bytes(b"x")
    (tmp_path / "b").write_bytes(b"x")
    archive = FolderArchive(tmp_path)
    assert sorted(archive.names()) == ["a.mp4", "b"]
    for name in archive.names():
        (tmp_path / name).unlink()
    assert archive.head("b") == b""
    with pytest.raises(MediaError, match="cannot be read"), archive.on_disk("a.mp4"):
        pass
