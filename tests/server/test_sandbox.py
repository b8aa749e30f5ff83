"""The process that decodes uploaded files: what it returns, and what ends it."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

import hostile
from footage import close, quarters, shades, write_video
from hostile import png
from sorairo.errors import MediaError
from sorairo.processes import isolated_command
from sorairo.server.uploads.clip_ipc import (
    EXIT_NO_SPACE,
    read_clip,
    read_header,
    write_clip,
    write_header,
)
from sorairo.server.uploads.rlimits import ResourceLimits
from sorairo.server.uploads.sandbox import (
    ERROR_MESSAGES,
    INSPECTION,
    SANDBOX_MAIN,
    decode,
    inspect,
)
from sorairo.video import Clip, Sound

TIMES = [40 * i for i in range(12)]
LATER = 60  # seconds, for a machine that is busy


# --- what comes back


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("film.mp4", "libx264"),
        ("film.mov", "prores_ks"),
        ("film.webm", "libvpx-vp9"),
        ("film.mkv", "libx265"),
    ],
)
def test_a_decoded_video_equals_a_direct_read(tmp_path: Path, name: str, codec: str):
    noise = np.random.default_rng(0).uniform(-0.3, 0.3, (24_000, 2)).astype(np.float32)
    path = write_video(
        tmp_path / name,
        shades([10 + 9 * i for i in range(12)], 48, 64),
        TIMES,
        codec=codec,
        pixel_format="yuv422p10le" if codec == "prores_ks" else "yuv420p",
        settings={"x265-params": "log-level=none"} if codec == "libx265" else {},
        sound=noise,
    )
    same(decode(path, 32), Clip.load(path, max_side=32))


def same(one: Clip, other: Clip) -> None:
    assert np.array_equal(one.frames, other.frames)
    assert (one.fps, one.metadata) == (other.fps, other.metadata)
    if one.sound is None or other.sound is None:
        assert one.sound is other.sound
        return
    assert np.array_equal(one.sound.samples, other.sound.samples)
    assert one.sound.rate == other.sound.rate


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_a_decoded_picture_equals_a_direct_read(tmp_path: Path, suffix: str):
    path = tmp_path / f"-x '{suffix}'.bin"
    kind = {"jpg": "JPEG"}.get(suffix, suffix.upper())
    Image.fromarray(quarters()).save(path, kind, quality=95)
    clip = decode(path, None)
    assert clip.frames.shape == (1, 32, 48, 3)
    assert close(clip.frames[0], quarters())


def test_the_comment_of_a_generated_clip_is_kept(tmp_path: Path):
    request = '{"sorairo": "generate"}'
    clip = Clip(frames=np.stack(shades([9, 99])), fps=12.0, metadata={"comment": request})
    assert decode(clip.save(tmp_path / "x.mp4"), 2048).metadata["comment"] == request


def test_the_process_loads_no_torch():
    script = "import sys, sorairo.server.uploads.sandbox_main; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not loaded & {"torch", "mujoco", "fastapi", "sqlalchemy"}


# --- what is passed on


def test_clips_survive_the_ipc_format(tmp_path: Path):
    frames = np.random.default_rng(0).integers(0, 256, (3, 5, 7, 3), dtype=np.uint8)
    sound = Sound(samples=np.linspace(-1, 1, 96, dtype=np.float32).reshape(48, 2), rate=16_000)
    for clip in (
        Clip(frames=frames[:, ::-1], fps=29.97, sound=sound, metadata={"title": "空色"}),
        Clip(frames=frames, fps=1.0, metadata={"comment": "x" * 200_000}),
    ):
        with (tmp_path / "clip").open("wb") as file:
            write_clip(file, clip)
        with (tmp_path / "clip").open("rb") as file:
            taken = read_clip(file, read_header(file))
        kept = {key: text for key, text in clip.metadata.items() if len(text) < 1000}
        same(taken, Clip(frames=clip.frames, fps=clip.fps, sound=clip.sound, metadata=kept))


@pytest.mark.parametrize(
    "head",
    [
        {"frames": [10**9, 10**4, 10**4, 3], "fps": 1, "metadata": {}, "sound": None},
        {"frames": [1, -2, -2, 3], "fps": 1, "metadata": {}, "sound": None},
        {"frames": [1, 2, 2], "fps": 1, "metadata": {}, "sound": None},
        {"frames": [1, 2, 2, 3], "fps": 0, "metadata": {}, "sound": None},
        {"frames": [1, 2, 2, 3], "fps": 1, "metadata": [], "sound": None},
        {"frames": "1223", "fps": 1, "metadata": {}, "sound": {"shape": [1]}},
        {},
    ],
)
def test_broken_output_is_rejected(tmp_path: Path, head: dict):
    path = tmp_path / "clip"
    with path.open("wb") as file:
        write_header(file, head)
        file.write(bytes(12))
    with (
        path.open("rb") as file,
        pytest.raises((ValueError, KeyError, TypeError, AttributeError)),
    ):
        read_clip(file, read_header(file))
    for data in (b"", b"\0" * 8, b"\xff" * 16, (4).to_bytes(8, "little") + b"[[[["):
        with pytest.raises(ValueError, match=r"header|Expecting"):
            read_header(io.BytesIO(data))


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


# --- what is known before anything is decoded


@pytest.mark.parametrize(
    ("name", "codec", "times", "expected"),
    [
        ("even.mp4", "libx264", [40 * i for i in range(12)], (64, 48, 12, 25.0)),
        ("late.mkv", "libx264", [900 + 40 * i for i in range(12)], (64, 48, 12, 25.0)),
        ("film.webm", "libvpx", [33 * i for i in range(30)], (64, 48, 30, 30.3)),
        ("uneven.mp4", "mpeg4", [0, 40, 80, 120, 160, 200, 960], (64, 48, 25, 25.0)),
        ("long.mp4", "libx264", [0, 300_000], (64, 48, 1, 1 / 300)),  # and 0.04 s of another one
    ],
)
def test_size_and_length_are_those_of_the_decoded_clip(
    tmp_path: Path, name: str, codec: str, times: list[int], expected: tuple
):
    frames = shades([9 + 7 * i for i in range(len(times))], 48, 64)
    path = write_video(tmp_path / name, frames, times, codec=codec, settings={"bf": "2"})
    info, clip = inspect(path), decode(path, None)
    assert (info.width, info.height, info.num_frames) == expected[:3]
    assert info.fps == pytest.approx(expected[3], rel=0.02)
    assert (info.width, info.height) == (clip.width, clip.height)
    assert info.num_frames == clip.num_frames
    assert info.fps == pytest.approx(clip.fps)


def test_a_turned_video_and_a_turned_picture(tmp_path: Path):
    path = write_video(tmp_path / "x.mp4", [quarters()] * 3, TIMES[:3], rotation=90)
    assert (inspect(path).width, inspect(path).height) == (32, 48)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(quarters()).save(tmp_path / "x.jpg", exif=exif)
    info = inspect(tmp_path / "x.jpg")
    assert (info.width, info.height, info.num_frames) == (32, 48, 1)


def test_an_animation(tmp_path: Path):
    pages = [Image.new("RGB", (64, 48), (9 * i, 0, 0)) for i in range(5)]
    pages[0].save(tmp_path / "x.webp", save_all=True, append_images=pages[1:], duration=100)
    info = inspect(tmp_path / "x.webp")
    assert (info.width, info.height, info.num_frames, info.fps) == (64, 48, 5, 10.0)


@pytest.mark.parametrize("make", [hostile.of_a_hidden_long_frame, hostile.of_repeated_edits])
@pytest.mark.parametrize("read", [inspect, lambda path: decode(path, 2048)])
def test_a_small_file_that_lasts_long_is_refused_by_its_packets(
    tmp_path: Path, make: Callable[[Path], bytes], read: Callable[[Path], object]
):
    path = tmp_path / "long.mp4"
    path.write_bytes(make(tmp_path))
    with pytest.raises(MediaError) as caught:
        read(path)
    assert str(caught.value) == ERROR_MESSAGES["too_large"]


def test_inspection_decodes_one_frame(tmp_path: Path):
    """A film of 540 MB of frames, within limits that hold only some of them."""
    black = np.zeros((1024, 1024, 3), np.uint8)
    path = write_video(tmp_path / "x.mp4", [black] * 172, [40 * i for i in range(172)])
    limits = replace(INSPECTION, memory=700 * 2**20)
    assert inspect(path, limits).num_frames == 172
    with pytest.raises(MediaError):
        decode(path, None, limits)


def test_only_the_beginning_is_decoded(tmp_path: Path):
    frames = shades([5 * i for i in range(50)])
    path = write_video(tmp_path / "x.mp4", frames, [40 * i for i in range(50)])
    clip = decode(path, None, seconds=1.0)
    assert (clip.num_frames, clip.fps) == (25, 25.0)
    assert np.array_equal(clip.frames, decode(path, None).frames[:25])


def test_a_decoded_clip_lies_in_a_file_and_not_in_memory(tmp_path: Path):
    """480 MB of frames, of which two are used."""
    black = np.zeros((1024, 1024, 3), np.uint8)
    path = write_video(tmp_path / "x.mp4", [black] * 4, [0, 40, 80, 6080], codec="mpeg4")
    before = psutil.Process().memory_info().rss
    clip = decode(path, None)
    assert clip.frames.nbytes > 450e6
    assert (clip.frames[0] < 40).all()
    assert (clip.frames[-1] < 40).all()
    assert psutil.Process().memory_info().rss - before < 100e6
