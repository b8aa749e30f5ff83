"""What lasts how long: films from phones, slide makers and TV."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from films import film, tone
from footage import shade_of, shades, write_video
from sorairo.errors import MediaError
from sorairo.video import Clip

MPEGTS_WRAP = 2**33 / 90_000  # seconds


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov"])
def test_a_last_frame_is_held_as_long_as_the_file_says(tmp_path: Path, suffix: str):
    values, times = [10 + 8 * i for i in range(25)], [i / 25 for i in range(25)]
    path = film(tmp_path / f"hold.{suffix}", values, times, 4.0, sounds=((0, tone(440, 4.0)),))
    clip = Clip.load(path)
    assert clip.duration == pytest.approx(4.0, abs=0.03)
    assert np.abs(shade_of(clip.frames) - [*values, *values[-1:] * 75][: clip.num_frames]).max() < 2
    assert clip.sound is not None
    assert clip.sound.duration == pytest.approx(clip.duration, abs=1e-3)
    assert np.abs(clip.sound.samples[-48000:]).max() > 0.2
    held = Clip.load(path, start=-0.5)
    assert held.duration == pytest.approx(0.5)
    assert shade_of(held.frames)[0] == pytest.approx(values[-1], abs=2)
    assert Clip.load(path, start=2.5, end=3.0).duration == pytest.approx(0.5, abs=0.04)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(2, 120), min_size=1, max_size=12), st.sampled_from(["mp4", "mkv"]))
def test_any_slides_keep_their_length(tmp_path_factory: Any, lengths: list[int], suffix: str):
    """Slides of 2 to 120 frames of 1/60 s."""
    ends = np.cumsum(lengths) / 60
    times = [0.0, *ends[:-1]]
    values = [10 + 20 * i for i in range(len(times))]
    path = film(tmp_path_factory.mktemp("slides") / f"a.{suffix}", values, times, float(ends[-1]))
    clip = Clip.load(path)
    assert clip.duration == pytest.approx(ends[-1], abs=0.06)
    shown = ((shade_of(clip.frames) - 10) / 20).round().astype(int)
    assert (np.diff(shown) >= 0).all()
    assert set(shown.tolist()) == set(range(len(times)))
    at = np.arange(clip.num_frames) / clip.fps
    assert np.abs((np.array(times)[shown] - at).clip(min=0)).max() <= 0.55 / clip.fps + 0.002


def test_a_short_last_frame_that_only_ends_a_slide_show(tmp_path: Path):
    path = film(tmp_path / "slides.mp4", [50, 100, 100], [0, 1, 6], 6.04)
    clip = Clip.load(path)
    assert clip.num_frames == 6
    assert clip.duration == pytest.approx(6.04)


def test_the_frame_on_screen_at_the_start_of_a_part(tmp_path: Path):
    times = [i / 30 for i in range(10)] + [1 + i / 30 for i in range(10)]
    path = film(tmp_path / "screen.mp4", [10 + 10 * i for i in range(20)], times, 1 + 1 / 3)
    clip = Clip.load(path, start=0.51, end=1.0)
    assert np.abs(shade_of(clip.frames) - 100).max() < 2
    assert clip.duration == pytest.approx(0.49, abs=0.02)


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        (1.5, None, {0: 1.5, 1: 3.0, 2: 3.0}),
        (1.5, 4.5, {0: 1.5, 1: 1.5}),
        (2.95, None, {1: 3.0, 2: 3.0}),
        (3.0, 6.0, {1: 3.0}),
        (-4.0, None, {1: 1.0, 2: 3.0}),
        (None, 5.0, {0: 3.0, 1: 2.0}),
    ],
)
def test_a_part_of_a_slide_show(tmp_path: Path, start: Any, end: Any, shown: dict[int, float]):
    path = film(tmp_path / "slides.mp4", [50, 100, 150], [0, 3, 6], 9.0)
    clip = Clip.load(path, start=start, end=end)
    assert clip.duration == pytest.approx(sum(shown.values()), abs=0.01)
    numbers = (shade_of(clip.frames) / 50).round().astype(int) - 1
    for number in range(3):
        held = float((numbers == number).sum()) / clip.fps
        assert held == pytest.approx(shown.get(number, 0.0), abs=0.5 / clip.fps + 0.01)


@pytest.mark.parametrize("start", [0.0, 300.0, MPEGTS_WRAP - 0.5])
@pytest.mark.parametrize("second", [0.0, 4000.0])
def test_joined_recordings_are_read_to_the_end(tmp_path: Path, start: float, second: float):
    """Two transport streams, one after the other; in some the clock starts again from 0 within."""
    data = b""
    for number, begins in enumerate((start, second)):
        times = [begins + i / 25 for i in range(25)]
        click = np.zeros(48000, np.float32)
        click[24000 + 9600 * number : 24480 + 9600 * number] = 0.8
        path = film(
            tmp_path / "part.ts",
            [20 + 100 * number + 3 * i for i in range(25)],
            times,
            begins + 1,
            sounds=((begins, click),),
        )
        data += path.read_bytes()
    path = tmp_path / "joined.ts"
    path.write_bytes(data)
    clip = Clip.load(path)
    assert clip.num_frames == 50
    assert clip.fps == pytest.approx(25)
    expected = [20 + 100 * n + 3 * i for n in (0, 1) for i in range(25)]
    assert np.abs(shade_of(clip.frames) - expected).max() < 3
    assert clip.sound is not None
    loud = np.flatnonzero(np.abs(clip.sound.samples[:, 0]) > 0.4) / 48000
    assert loud[loud < 1].min() == pytest.approx(0.5, abs=0.005)
    assert loud[loud > 1].min() == pytest.approx(1.7, abs=0.005)
    part = Clip.load(path, start=1.2, end=1.6)
    assert np.abs(shade_of(part.frames) - expected[30:40]).max() < 3
    assert Clip.load(path, start=-0.2).num_frames == 5


@pytest.mark.parametrize("seconds", [0.7, 2.0, 3.0])
@pytest.mark.parametrize("late", [0.0, 0.4])
def test_sound_that_begins_late_or_is_shorter_or_longer(
    tmp_path: Path, seconds: float, late: float
):
    click = np.zeros(round(seconds * 48000), np.float32)
    click[9600:10080] = 0.8
    times = [i / 25 for i in range(50)]
    path = film(tmp_path / "a.mp4", [100] * 50, times, 2.0, sounds=((late, click),))
    clip = Clip.load(path)
    assert clip.num_frames == 50
    assert clip.sound is not None
    assert len(clip.sound.samples) == 96000
    first = np.flatnonzero(np.abs(clip.sound.samples[:, 0]) > 0.4)[0] / 48000
    assert first == pytest.approx(0.2 + late, abs=0.002)


@pytest.mark.parametrize("suffix", ["ts", "mpg", "h264", "m2v", "mjpeg"])
def test_files_joined_byte_by_byte(tmp_path: Path, suffix: str):
    codecs = {"mpg": "mpeg2video", "m2v": "mpeg2video", "mjpeg": "mjpeg"}
    path = write_video(
        tmp_path / f"part.{suffix}",
        shades([10 + 9 * i for i in range(25)]),
        [40 * i for i in range(25)],
        codec=codecs.get(suffix, "libx264"),
        settings={},
        time_base=Fraction(1, 25),
        pixel_format="yuvj420p" if suffix == "mjpeg" else "yuv420p",
    )
    joined = tmp_path / f"joined.{suffix}"
    joined.write_bytes(2 * path.read_bytes())
    clip = Clip.load(joined)
    assert clip.fps == pytest.approx(25)
    assert np.abs(shade_of(clip.frames) - 2 * [10 + 9 * i for i in range(25)]).max() < 5
    assert Clip.duration_of(joined) == pytest.approx(2.0)


# --- bare streams


@pytest.mark.parametrize("start", [b"\x00\x00\x01\xb3"])
def test_bare_mpeg_2_is_a_film(tmp_path: Path, start: bytes):
    path = write_video(
        tmp_path / "stream.m2v",
        shades([10 + 9 * i for i in range(12)]),
        [40 * i for i in range(12)],
        codec="mpeg2video",
        settings={"qscale": "2"},
        time_base=Fraction(1, 25),
    )
    assert path.read_bytes().startswith(start)
    clip = Clip.load(path)
    assert clip.num_frames == 12
    assert clip.fps == pytest.approx(25)


def test_a_tape_whose_header_promises_60000_frames_a_second(tmp_path: Path):
    path = tmp_path / "tape.dv"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("dvvideo", rate=25)
        stream.width, stream.height, stream.pix_fmt = 720, 576, "yuv420p"
        for index in range(3):
            picture = av.VideoFrame.from_ndarray(
                np.full((576, 720, 3), 50 + 50 * index, np.uint8), format="rgb24"
            )
            picture.pts = index
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    clip = Clip.load(path)
    assert clip.num_frames == 3
    assert clip.fps == pytest.approx(25)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts", "avi", "mpg", "flv"])
def test_the_length_is_known_without_decoding(tmp_path: Path, suffix: str):
    """An empty edit, uneven times, held ends: what the packets say is what is read."""
    even = [40 * i for i in range(30)]
    codec = {"mpg": "mpeg2video", "flv": "flv1"}.get(suffix, "mpeg4")
    base = Fraction(1, 25) if suffix in ("mpg", "avi") else Fraction(1, 1000)
    path = write_video(
        tmp_path / f"a.{suffix}", shades([100] * 30), even, codec=codec, settings={}, time_base=base
    )
    clip = Clip.load(path)
    assert clip.num_frames == 30
    assert clip.fps == pytest.approx(25)
    assert Clip.duration_of(path) == pytest.approx(clip.duration)


def test_only_what_is_shown_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Two seconds of a film that would not fit into memory as a whole."""
    path = write_video(
        tmp_path / "long.mp4", shades([100] * 500), [40 * i for i in range(500)], codec="mpeg4"
    )
    monkeypatch.setattr("sorairo.video.reading.limits.MAX_PIXEL_BYTES", 60 * 32 * 32 * 3)
    assert Clip.load(path, end=2.0).num_frames == 50
    assert Clip.load(path, start=10, end=12).num_frames == 50
    assert Clip.load(path, start=-2).num_frames == 50
    assert Clip.duration_of(path) == pytest.approx(20)
    with pytest.raises(MediaError, match="500 frames"):
        Clip.load(path)
