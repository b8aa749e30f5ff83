"""The process that decodes uploaded files: what it returns."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

import hostile
from footage import close, quarters, shades, write_video
from sorairo.errors import MediaError
from sorairo.generation.requests.base import MAX_COMMENT
from sorairo.server.uploads.clip_ipc import (
    MAX_TEXT,
    read_clip,
    read_header,
    write_clip,
    write_header,
)
from sorairo.server.uploads.sandbox import (
    ERROR_MESSAGES,
    INSPECTION,
    decode,
    inspect,
)
from sorairo.video import Clip, Sound

TIMES = [40 * i for i in range(12)]


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


def test_the_longest_comment_is_passed_on_with_other_texts(tmp_path: Path):
    texts = {"title": "y" * MAX_TEXT, "comment": "\U0001f534" * MAX_COMMENT, "artist": "z" * 2**16}
    clip = Clip(frames=np.stack(shades([9, 99])), fps=12.0, metadata=texts)
    with (tmp_path / "clip").open("w+b") as file:
        write_clip(file, clip)
        file.seek(0)
        kept = read_clip(file, read_header(file)).metadata
    assert kept == {name: texts[name] for name in ("comment", "artist")}


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
        Clip(frames=frames, fps=1.0, metadata={"comment": "x" * 2_000_000}),
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
