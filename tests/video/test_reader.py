"""Footage from elsewhere: turned, transparent, of varying rate, broken."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from footage import close, quarters, write_video
from sorairo.errors import MediaError
from sorairo.video import Clip


@pytest.mark.parametrize(("rotation", "turns"), [(90, 1), (-90, -1), (180, 2)])
def test_a_phone_held_sideways(tmp_path: Path, rotation: int, turns: int):
    times = [0, 40, 80]
    path = write_video(tmp_path / "turned.mp4", [quarters()] * 3, times, rotation=rotation)
    loaded = Clip.load(path)
    expected = np.rot90(quarters(), turns)  # both count counterclockwise
    assert loaded.frames.shape[1:] == expected.shape
    assert close(loaded.frames[0], expected)


def test_pixels_that_are_not_square(tmp_path: Path):
    path = write_video(tmp_path / "wide.mp4", [quarters()], [0], aspect=Fraction(3, 2))
    assert Clip.load(path).frames.shape[1:3] == (32, 72)


def test_a_varying_rate_becomes_constant(tmp_path: Path):
    shades = [np.full((32, 32, 3), value, np.uint8) for value in (0, 60, 120, 180, 240)]
    path = write_video(tmp_path / "varying.mp4", shades, [0, 100, 200, 600, 700])
    loaded = Clip.load(path)
    shown = loaded.frames.mean(axis=(1, 2, 3))
    held = (np.abs(shown - 120) < 5).sum() / loaded.fps
    assert held == pytest.approx(0.4, abs=1.01 / loaded.fps)
    assert np.all(np.diff(shown) >= -2)


def test_the_orientation_of_a_photograph(tmp_path: Path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter clockwise to be upright
    path = tmp_path / "photo.jpg"
    Image.fromarray(quarters()).save(path, quality=95, exif=exif)
    loaded = Clip.load(path)
    assert loaded.num_frames == 1
    assert close(loaded.frames[0], np.rot90(quarters(), -1))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_is_laid_on_white(tmp_path: Path, mode: str):
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 4, 8))
    path = tmp_path / "glass.png"
    image.convert(mode).save(path)
    frame = Clip.load(path).frames[0]
    assert (frame[:, :4] == 0).all()
    assert (frame[:, 4:] == 255).all()


def test_sixteen_bit_grey(tmp_path: Path):
    path = tmp_path / "deep.png"
    Image.fromarray(np.full((4, 4), 128 * 257, np.uint16)).save(path)
    assert (Clip.load(path).frames == 128).all()


def test_a_gif_whose_frames_last_differently(tmp_path: Path):
    shades = [Image.new("L", (8, 8), value) for value in (0, 128, 255)]
    path = tmp_path / "uneven.gif"
    shades[0].save(path, save_all=True, append_images=shades[1:], duration=[100, 300, 100])
    loaded = Clip.load(path)
    assert loaded.duration == pytest.approx(0.5)
    assert loaded.frames[:, 0, 0, 0].tolist() == [0, 128, 128, 128, 255]


def sound_only(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        silence = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp")
        silence.sample_rate = 44100
        container.mux(stream.encode(silence))
        container.mux(stream.encode(None))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.mp4", None, "There is no file"),
        ("folder", "folder", "is a folder"),
        ("empty.mp4", b"", "Cannot read"),
        ("words.mp4", b"not a video at all" * 50, "Cannot read"),
        ("half.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 20, "Cannot read"),
        ("sound.m4a", "sound", "only sound"),
    ],
)
def test_unreadable_files_are_reported(tmp_path: Path, name: str, content: object, words: str):
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif content == "sound":
        sound_only(path)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(MediaError, match=words):
        Clip.load(path)


def test_a_truncated_video_is_reported_or_read_as_far_as_it_goes(tmp_path: Path):
    frames = [np.roll(quarters(), shift, axis=1) for shift in range(24)]
    path = write_video(tmp_path / "whole.mp4", frames, [40 * i for i in range(24)])
    half = tmp_path / "half.mp4"
    half.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(MediaError, match="Cannot read"):
        Clip.load(half)


def test_more_pixels_than_memory_should_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = write_video(tmp_path / "long.mp4", [quarters()] * 10, [40 * i for i in range(10)])
    monkeypatch.setattr("sorairo.video.reading.limits.MAX_PIXEL_BYTES", 5 * quarters().nbytes)
    with pytest.raises(MediaError, match="cut it or make it smaller"):
        Clip.load(path)
