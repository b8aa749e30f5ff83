"""Files that are no regular files: those of a shell are read, others are refused at once."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import numpy as np
import pytest

from sorairo.cli.inputs import read_input, source_of
from sorairo.errors import MediaError
from sorairo.generation.requests.storyboard.toml import read_storyboard
from sorairo.video import Clip
from sorairo.video.latent_sidecar import file_digest


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


def test_a_full_disk_while_a_pipe_is_copied(monkeypatch: pytest.MonkeyPatch):
    reads, writes = os.pipe()
    os.write(writes, bytes(9))
    os.close(writes)
    monkeypatch.setattr("shutil.copyfileobj", _fails)
    with pytest.raises(MediaError, match=r"Cannot copy /dev/fd/.* to .*: No space left on device"):
        read_input(Path(f"/dev/fd/{reads}"))
    os.close(reads)


def _fails(*_: object) -> None:
    raise OSError(28, os.strerror(28))
