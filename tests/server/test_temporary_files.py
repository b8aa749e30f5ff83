"""Temporary files lie in one root, and those of killed processes are removed."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from sorairo.errors import WriteError
from sorairo.server.temporary_files import sweep, temporary_files

HOLDER = """
import sys, tempfile
from sorairo.server.temporary_files import temporary_files
with temporary_files():
    file = tempfile.NamedTemporaryFile(delete=False)
    print(file.name, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def own_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """TMPDIR is an empty folder."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)


def holder() -> tuple[subprocess.Popen[str], Path]:
    """A process that holds a folder, and a file in it."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_folders_of_killed_processes_are_removed_and_those_of_others_stay(tmp_path: Path):
    (killed, lost), (stopped, kept) = holder(), holder()
    stopped.send_signal(signal.SIGSTOP)
    os.waitpid(stopped.pid, os.WUNTRACED)  # it sweeps no more
    killed.kill()
    killed.communicate()
    assert lost.exists()
    assert lost.parent.parent.parent == tmp_path
    with temporary_files() as own:
        assert own.parent == lost.parent.parent
        assert not lost.parent.exists()
        sweep(own.parent)
        with tempfile.TemporaryDirectory() as inside:
            assert Path(inside).parent == own
        assert stat.S_IMODE(own.stat().st_mode) == stat.S_IMODE(own.parent.stat().st_mode) == 0o700
    assert kept.exists()
    stopped.send_signal(signal.SIGCONT)
    stopped.communicate("")
    assert stopped.returncode == 0
    assert list(own.parent.iterdir()) == [], "neither folders nor locks"
    assert tempfile.gettempdir() == str(tmp_path)


def test_a_root_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with temporary_files() as own:
        root = own.parent
    monkeypatch.setattr(os, "getuid", lambda: root.stat().st_uid + 1)
    with pytest.raises(WriteError, match="TMPDIR"), temporary_files():
        pass
