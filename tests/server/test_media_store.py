"""Files appear complete or not at all, in folders, in memory and on S3; free disk space."""

from __future__ import annotations

import secrets
import shutil
import time
from pathlib import Path

import pytest

from s3 import BUCKET, S3
from small_disk import small_files
from sorairo.errors import ConfigError, MediaError, StorageUnavailableError, WriteError
from sorairo.server.uploads.media_store import MediaStore

MOST = 10_000  # bytes


@pytest.fixture(params=["folder", "memory", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new and empty place for files."""
    name = secrets.token_hex(4)
    if request.param == "s3":
        request.getfixturevalue("s3")
    return {
        "folder": str(tmp_path / name),
        "memory": f"memory://{name}",
        "s3": f"s3://{BUCKET}/{name}",
    }[request.param]


def test_files_are_stored_copied_fetched_and_deleted(url: str, tmp_path: Path):
    store, given, brought = MediaStore(url), tmp_path / "given", tmp_path / "brought"
    given.write_bytes(bytes(range(256)) * 30_000)
    store.put("video_a/1/clip", given)
    store.put("video_a/1/small", b"small")
    store.put("video_a/1/small", b"other")
    store.copy("video_a/1/clip", "video_b/0")
    store.get("video_b/0", brought)
    assert brought.read_bytes() == given.read_bytes()
    assert store.size("video_a/1/clip") == given.stat().st_size
    assert b"".join(store.read("video_a/1/clip")) == given.read_bytes()
    assert b"".join(store.read("video_a/1/clip", 10, 20)) == bytes(range(10, 20))
    assert b"".join(store.read("video_a/1/small")) == b"other"
    store.delete_folder("video_a")
    store.delete_folder("video_a")
    assert store.size("video_a/1/clip") is store.size("video_a/1/small") is None
    assert store.size("video_b/0") == given.stat().st_size


def test_changes_of_other_processes_are_visible_at_once(url: str):
    ours, theirs = MediaStore(url), MediaStore(url)
    ours.put("video_a/1", b"a")
    assert ours.folders_older_than(time.time() + 60) == ["video_a"]
    assert ours.size("video_a/2") is None
    theirs.put("video_a/2", b"b")
    theirs.put("video_b/1", b"b")
    assert ours.size("video_a/2") == 1
    assert sorted(ours.folders_older_than(time.time() + 60)) == ["video_a", "video_b"]
    assert ours.folders_older_than(time.time() - 60) == []


def test_an_unreachable_store_has_an_error_of_its_own(s3: S3, tmp_path: Path):
    store = MediaStore(f"s3://{BUCKET}/away")
    store.put("job/a", b"a")
    s3.stop()
    for ask in (
        lambda: store.put("job/b", b"b"),
        lambda: store.copy("job/a", "job/b"),
        lambda: store.get("job/a", tmp_path / "brought"),
        lambda: store.size("job/a"),
        lambda: list(store.read("job/a")),
        lambda: store.delete_folder("job"),
        lambda: store.folders_older_than(0),
    ):
        with pytest.raises(StorageUnavailableError):
            ask()
    s3.start()
    assert store.size("job/a") == 1
    assert store.size("job/b") is None


def test_an_unknown_url_scheme():
    with pytest.raises(ConfigError, match="nowhere"):
        MediaStore("nowhere://media")


def test_failed_writes_leave_no_file(tmp_path: Path):
    store, given = MediaStore(str(tmp_path / "media")), tmp_path / "given"
    store.put("job/old", b"old")
    store.put("job/large", bytes(2 * MOST))
    given.write_bytes(bytes(2 * MOST))
    with small_files(MOST):
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


def test_a_missing_file_is_not_a_full_disk(tmp_path: Path):
    store = MediaStore(str(tmp_path / "media"))
    for ask in (
        lambda: store.copy("job/gone", "job/new"),
        lambda: store.get("job/gone", tmp_path / "brought"),
    ):
        with pytest.raises(MediaError, match="gone") as caught:
            ask()
        assert not isinstance(caught.value, WriteError)


def test_free_bytes(tmp_path: Path):
    room = MediaStore(str(tmp_path)).free_bytes()
    assert room is not None
    assert abs(room - shutil.disk_usage(tmp_path).free) < 2**30
    assert MediaStore("memory://media").free_bytes() is None
    lost = MediaStore(str(tmp_path / "lost"))
    Path(lost.root).rmdir()
    assert lost.free_bytes() is None
