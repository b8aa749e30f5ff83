"""The process that decodes uploaded files: what ends it, and what it can reach."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest
from PIL import Image

from hostile import png
from sorairo.errors import MediaError
from sorairo.processes import isolated_command
from sorairo.server.uploads.clip_ipc import (
    EXIT_NO_SPACE,
)
from sorairo.server.uploads.rlimits import ResourceLimits
from sorairo.server.uploads.sandbox import (
    ERROR_MESSAGES,
    SANDBOX_MAIN,
    decode,
    inspect,
)
from sorairo.video import Clip

LATER = 60  # seconds, for a machine that is busy


# --- what ends it


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """64 megapixels, as many as are taken."""
    path = tmp_path_factory.mktemp("large") / "large.png"
    path.write_bytes(png(8000, 8000, bits=8, colour=6, level=1))
    return path


@pytest.mark.parametrize(
    ("limits", "kind"),
    [
        (ResourceLimits(memory=600 * 2**20), "memory"),
        (ResourceLimits(processor=1), "timeout"),
        (ResourceLimits(clock=0.05), "timeout"),
        (ResourceLimits(pixels=10**6), "too_large"),
    ],
)
def test_resource_limits_hold(large: Path, limits: ResourceLimits, kind: str):
    with pytest.raises(MediaError) as caught:
        decode(large, 2048, limits)
    assert str(caught.value) == ERROR_MESSAGES[kind]


def test_output_size_is_limited(tmp_path: Path):
    path = tmp_path / "picture.png"
    Image.new("RGB", (64, 64)).save(path)
    with pytest.raises(MediaError) as caught:
        decode(path, None, ResourceLimits(written=10_000))
    assert str(caught.value) == ERROR_MESSAGES["too_large"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full")
def test_a_full_disk_is_not_blamed_on_the_file(tmp_path: Path):
    path = tmp_path / "picture.png"
    Image.new("RGB", (64, 64)).save(path)
    task = {"read": "clip", "path": str(path), "max_side": None, "seconds": None}
    task |= {"limits": asdict(ResourceLimits()), "parent": os.getpid()}
    with open("/dev/full", "wb") as full:
        command = isolated_command(SANDBOX_MAIN, json.dumps(task))
        done = subprocess.run(command, stdout=full)
    assert done.returncode == EXIT_NO_SPACE


@contextmanager
def hanging(folder: Path) -> Iterator[tuple[Future[Clip], psutil.Process]]:
    """A decoder that waits forever."""
    path = folder / "pipe"
    os.mkfifo(path)
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(decode, path, None, ResourceLimits(clock=LATER))
        child = found(psutil.Process())
        yield future, child


def found(parent: psutil.Process) -> psutil.Process:
    """The decoder that a process has started."""
    end = time.monotonic() + LATER
    while time.monotonic() < end:
        for child in parent.children(recursive=True):
            if SANDBOX_MAIN in child.cmdline():
                return child
        time.sleep(0.02)
    raise AssertionError("no decoder was started")


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (signal.SIGSEGV, "unreadable"),
        (signal.SIGABRT, "unreadable"),
        (signal.SIGKILL, "memory"),
        (signal.SIGXCPU, "timeout"),
    ],
)
def test_a_killed_process_gives_a_fixed_message(tmp_path: Path, number: int, kind: str):
    with hanging(tmp_path) as (future, child):
        child.send_signal(number)
        with pytest.raises(MediaError) as caught:
            future.result(LATER)
    assert str(caught.value) == ERROR_MESSAGES[kind]


def test_an_exception_of_on_poll_ends_the_process(tmp_path: Path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    children: list[psutil.Process] = []

    def cancelled() -> None:
        children.append(found(psutil.Process()))
        if len(children) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        decode(path, None, ResourceLimits(clock=LATER), cancelled)
    assert len({child.pid for child in children}) == 1
    assert not children[0].is_running()


def test_the_process_sees_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with hanging(tmp_path) as (future, child):
        assert "secret" not in child.environ().values()
        child.kill()
        with pytest.raises(MediaError):
            future.result(LATER)


def test_the_process_ends_with_its_parent(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    script = (
        "import sys; from pathlib import Path; from sorairo.server.uploads.sandbox import decode;"
        "decode(Path(sys.argv[1]), None)"
    )
    waiting = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "pipe")])
    child = found(psutil.Process(waiting.pid))
    waiting.kill()
    waiting.wait()
    end = time.monotonic() + LATER
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_sandbox_bug_is_not_blamed_on_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho it is broken >&2\nexit 3\n")
    broken.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(broken))
    with pytest.raises(RuntimeError, match="the sandbox exited with 3: b'it is broken"):
        decode(tmp_path / "any.png", None)


# --- what it can reach


def test_nothing_of_the_current_folder_or_the_environment_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    trap = f"open({str(tmp_path / 'trapped')!r}, 'w').close()"
    for name in ("PIL", "av", "numpy", "json", "sorairo", "sitecustomize", "usercustomize"):
        (tmp_path / f"{name}.py").write_text(trap)
    Image.new("RGB", (64, 48)).save(tmp_path / "picture.png")
    monkeypatch.chdir(tmp_path)
    for name in ("PYTHONPATH", "PYTHONSTARTUP", "PYTHONHOME", "LD_LIBRARY_PATH", "PYTHONUSERBASE"):
        monkeypatch.setenv(name, f"{tmp_path}:." if name == "PYTHONPATH" else ".")
    info = inspect(Path("picture.png"))
    assert (info.width, info.height, info.num_frames) == (64, 48, 1)
    assert decode(Path("picture.png"), None).frames.shape == (1, 48, 64, 3)
    assert not (tmp_path / "trapped").exists()


REACHED = """
import json, os, socket, subprocess, sys, threading
from pathlib import Path
from sorairo.server.uploads.confinement import confine, python_folders

given, other, parent = sys.argv[1:]
confine([*python_folders(), Path(given)])
attempts = {
    "socket": socket.socket,
    "fork": os.fork,
    "program": lambda: subprocess.run(["/bin/true"]),
    "signal": lambda: os.kill(int(parent), 0),
    "another file": lambda: Path(other).read_bytes(),
    "writing": lambda: Path(given).write_bytes(b"x"),
    "a new file": lambda: Path(other + "2").write_bytes(b"x"),
    "the given file": lambda: Path(given).read_bytes(),
    "a thread": lambda: threading.Thread(target=print, args=("",)).start(),
    "a library": lambda: __import__("sqlite3"),
}
reached = []
for name, attempt in attempts.items():
    try:
        attempt()
        reached.append(name)
    except OSError:
        pass
print(json.dumps(reached))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp and Landlock are Linux's")
def test_a_confined_process_reaches_only_the_given_file(tmp_path: Path):
    given, other = tmp_path / "given", tmp_path / "other"
    given.write_bytes(b"given")
    other.write_bytes(b"other")
    words = [str(given), str(other), str(os.getpid())]
    done = subprocess.run([sys.executable, "-c", REACHED, *words], capture_output=True, check=True)
    assert json.loads(done.stdout) == ["the given file", "a thread", "a library"]
    assert given.read_bytes() == b"given"
