"""A file appears whole or not at all, and the store tells how much more it takes."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sorairo.errors import MediaError, WriteError
from sorairo.server.media import MediaStore

MOST = 10_000  # bytes


@contextmanager
def small_files() -> Iterator[None]:
    """Writing stops in the middle, as where a disk is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_does_not_fit_leaves_nothing(tmp_path: Path):
    store, given = MediaStore(str(tmp_path / "media")), tmp_path / "given"
    store.put("job/old", b"old")
    store.put("job/large", bytes(2 * MOST))
    given.write_bytes(bytes(2 * MOST))
    with small_files():
        for write in (
            lambda: store.put("job/new", bytes(2 * MOST)),
            lambda: store.put("job/new", given),
            lambda: store.put("job/old", given),
            lambda: store.copy("job/large", "job/new"),
            lambda: store.get("job/large", tmp_path / "brought"),
        ):
            with pytest.raises(WriteError):
                write()
    assert {path.name for path in (tmp_path / "media/job").iterdir()} == {"old", "large"}
    assert b"".join(store.read("job/old")) == b"old"


def test_what_is_gone_is_no_want_of_room(tmp_path: Path):
    store = MediaStore(str(tmp_path / "media"))
    for ask in (
        lambda: store.copy("job/gone", "job/new"),
        lambda: store.get("job/gone", tmp_path / "brought"),
    ):
        with pytest.raises(MediaError, match="gone") as caught:
            ask()
        assert not isinstance(caught.value, WriteError)


def test_room(tmp_path: Path):
    room = MediaStore(str(tmp_path)).room()
    assert room is not None
    assert abs(room - shutil.disk_usage(tmp_path).free) < 2**30
    assert MediaStore("memory://media").room() is None
    lost = MediaStore(str(tmp_path / "lost"))
    Path(lost.root).rmdir()
    assert lost.room() is None
