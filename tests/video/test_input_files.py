"""Files that are no regular files: those of a shell are read, others are refused at once."""

from __future__ import annotations

import os
import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sorairo.cli.inputs import read_input, source_of
from sorairo.errors import MediaError
from sorairo.generation.requests.storyboard.toml import read_storyboard
from sorairo.video import Clip, input_files
from sorairo.video.latent_sidecar import file_digest


def test_a_name_that_is_as_long_as_names_can_be(tmp_path: Path):
    """As films from websites have it: there is no room for the name of latents beside it."""
    path = Clip(frames=np.zeros((2, 64, 96, 3), np.uint8), fps=12).save(
        tmp_path / f"{'猫' * 83}.mp4"
    )
    assert read_input(path).clip.latents is None
    with pytest.raises(MediaError, match=r": File name too long\.$"):
        Clip.load(tmp_path / f"{'猫' * 90}.mp4")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("suffix", [".png", ".mp4"])
def test_a_file_without_permission(tmp_path: Path, suffix: str):
    path = tmp_path / f"mine{suffix}"
    Clip(frames=np.zeros((1, 64, 96, 3), np.uint8), fps=12).save(path)
    path.chmod(0)
    with pytest.raises(MediaError, match=f"^Cannot read {path}: Permission denied.$"):
        Clip.load(path)


@pytest.mark.parametrize("suffix", [".png", ".mp4"])
def test_what_a_shell_passes_as_a_pipe_is_read(tmp_path: Path, suffix: str):
    """As in `sorairo animate <(convert ...)`; the digest is that of what was read."""
    path = tmp_path / f"made{suffix}"
    count = 1 if suffix == ".png" else 12
    Clip(frames=np.full((count, 64, 96, 3), 77, np.uint8), fps=12).save(path)
    reads, writes = os.pipe()
    os.write(writes, path.read_bytes())
    os.close(writes)
    found = read_input(Path(f"/dev/fd/{reads}"))
    os.close(reads)
    assert found.clip.frames.shape == (count, 64, 96, 3)
    assert found.source.name == str(reads)
    assert found.source.sha256 == file_digest(path)


def test_cards_from_a_pipe_of_a_shell():
    reads, writes = os.pipe()
    os.write(writes, b'seconds = 1\n[[card]]\nprompt = "a red ball"\n')
    os.close(writes)
    board, files = read_storyboard(f"/dev/fd/{reads}")
    os.close(reads)
    assert (board.seconds, files) == (1, ())


@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_a_pipe_that_nobody_writes_to(tmp_path: Path, kind: str):
    path = tmp_path / "a.png"
    listening = socket.socket(socket.AF_UNIX)
    if kind == "pipe":
        os.mkfifo(path)
    else:
        listening.bind(os.path.relpath(path))
    with listening:
        for read in (Clip.load, Clip.duration_of, read_input, source_of, read_storyboard):
            with pytest.raises(MediaError, match=f"a.png is a .*{kind}, not a file: copy what"):
                read(path)


@pytest.fixture
def pipe() -> Iterator[Path]:
    """A pipe with nine bytes in it."""
    reads, writes = os.pipe()
    os.write(writes, bytes(9))
    os.close(writes)
    yield Path(f"/dev/fd/{reads}")
    os.close(reads)


def test_a_full_disk_while_a_pipe_is_copied(pipe: Path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4, before[1]))
    try:
        with pytest.raises(MediaError, match=r"Cannot copy /dev/fd/.* to .*: File too large"):
            read_input(pipe)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_pipe_without_end(pipe: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(input_files, "MAX_PIPE_BYTES", 8)
    with pytest.raises(MediaError, match=r"is a pipe with more than .* GB: copy what you need"):
        read_input(pipe)
