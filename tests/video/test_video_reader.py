"""Films from phones, cameras, screens and editors; parts of them; broken ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from footage import close, quarters, shade_of, shades, write_video
from sorairo.errors import MediaError
from sorairo.video import Clip

RAMP = [10 + 4 * i for i in range(60)]
TIMES = [40 * i for i in range(60)]  # 25 frames a second


@pytest.fixture(scope="module")
def ramp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 frames, each brighter than the one before, with three key frames and B-frames."""
    path = tmp_path_factory.mktemp("ramp") / "ramp.mp4"
    return write_video(path, shades(RAMP), TIMES, settings={"crf": "4", "g": "20"})


# --- parts


@pytest.mark.parametrize(
    ("start", "end", "first", "count"),
    [
        (None, None, 0, 60),
        (None, 0.4, 0, 10),
        (1.0, 1.4, 25, 10),
        (1.9, None, 47, 13),
        (-0.4, None, 50, 10),
        (-0.4, -0.2, 50, 5),
        (1.01, 1.05, 25, 2),  # from the frame on screen at 1.01 s
        (2.0, 100.0, 50, 10),
    ],
)
def test_a_part_is_the_frames_of_that_time(
    ramp: Path, start: Any, end: Any, first: int, count: int
):
    clip = Clip.load(ramp, start=start, end=end)
    assert clip.fps == pytest.approx(25)
    expected = RAMP[first : first + count]
    assert np.abs(shade_of(clip.frames) - expected).max() < 1.5


@pytest.mark.parametrize("suffix", ["mkv", "webm", "avi", "ts", "h264"])
def test_a_part_in_every_container(tmp_path: Path, suffix: str):
    vp9 = {"codec": "libvpx-vp9", "settings": {"crf": "8", "b": "0", "cpu-used": "8"}}
    options: Any = vp9 if suffix == "webm" else {"settings": {"crf": "4", "g": "20", "bf": "0"}}
    path = write_video(tmp_path / f"ramp.{suffix}", shades(RAMP), TIMES, **options)
    clip = Clip.load(path, start=1.6, end=2.0)
    assert clip.fps == pytest.approx(25)
    slack = 4 if suffix == "avi" else 0  # one frame: AVI does not know when B-frames are shown
    assert np.abs(shade_of(clip.frames) - RAMP[40:50]).max() < 3 + slack


@pytest.mark.parametrize("suffix", ["mkv", "webm", "ts"])
def test_the_end_is_found_where_the_header_does_not_say(tmp_path: Path, suffix: str):
    codec = "libvpx-vp9" if suffix == "webm" else "libx264"
    path = write_video(tmp_path / f"ramp.{suffix}", shades(RAMP), TIMES, codec=codec)
    clip = Clip.load(path, start=-0.4)
    assert clip.num_frames == 10
    assert shade_of(clip.frames)[-1] == pytest.approx(RAMP[-1], abs=4)


def test_a_smaller_picture(tmp_path: Path):
    path = write_video(tmp_path / "large.mp4", [quarters(360, 640)] * 3, [0, 40, 80], rotation=90)
    clip = Clip.load(path, max_side=64)
    assert clip.frames.shape == (3, 64, 36, 3)
    assert close(clip.frames[0], np.rot90(quarters(36, 64)))
    assert Clip.load(path, max_side=4000).frames.shape == (3, 640, 360, 3)


def test_detail_too_fine_for_the_smaller_picture_becomes_its_mean(tmp_path: Path):
    stripes = np.zeros((256, 256, 3), np.uint8)
    stripes[:, ::2] = 255
    path = write_video(tmp_path / "fine.mp4", [stripes], [0])
    small = Clip.load(path, max_side=32).frames
    assert np.abs(small[:, :, 2:-2].astype(int) - 127).max() < 6


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (1.0, 1.0, "nothing in .* the end must come after"),
        (2.0, 1.0, "nothing in"),
        (5.0, None, "ends at 2.40 s"),
        (None, -3.0, "nothing in"),
    ],
)
def test_a_part_that_is_not_there(ramp: Path, start: Any, end: Any, words: str):
    with pytest.raises(MediaError, match=words):
        Clip.load(ramp, start=start, end=end)


# --- colours


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_ten_bits(tmp_path: Path, codec: str):
    settings = {"crf": "4", "x265-params": "log-level=none"} if codec == "libx265" else None
    path = write_video(
        tmp_path / "deep.mp4",
        [quarters(64, 96)] * 3,
        [0, 40, 80],
        codec=codec,
        pixel_format="yuv420p10le",
        settings=settings,
    )
    assert close(Clip.load(path).frames[0], quarters(64, 96))


@pytest.mark.parametrize(("height", "matrix"), [(720, "itu709"), (480, "itu601")])
def test_colours_of_a_film_that_does_not_say_how(tmp_path: Path, height: int, matrix: str):
    picture = quarters(height, 64)
    path = write_video(tmp_path / "a.mp4", [picture], [0], matrix=matrix)
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.colorspace == 2  # unsaid
    assert close(Clip.load(path).frames[0], picture)


@pytest.mark.parametrize(("transfer", "white"), [(16, 0.58), (18, 0.75)])  # PQ, HLG; BT.2408
def test_hdr_becomes_sdr(tmp_path: Path, transfer: int, white: float):
    levels = [0.0, 0.3, white, 1.0]
    frames = [np.full((32, 32, 3), round(level * 65535), np.uint16) for level in levels]
    colours = {"colorspace": 9, "color_trc": transfer, "color_primaries": 9}
    path = write_video(
        tmp_path / "hdr.mkv",
        frames,
        [0, 40, 80, 120],
        pixel_format="yuv420p10le",
        matrix="bt2020",
        colours=colours,
    )
    shown = shade_of(Clip.load(path).frames)
    assert shown[0] < 2
    assert 225 < shown[2] < 250  # paper white is nearly ours
    assert 250 < shown[3] <= 255  # and the sun is brighter
    assert np.ptp(Clip.load(path).frames[2].astype(int)) <= 2  # grey stays grey


@pytest.mark.parametrize("codec", ["libvpx-vp9", "qtrle"])
def test_transparency_is_laid_on_white(tmp_path: Path, codec: str):
    glass = np.zeros((32, 64, 4), np.uint8)
    glass[:, :32] = (0, 0, 0, 255)
    path = tmp_path / ("glass.mov" if codec == "qtrle" else "glass.webm")
    pixel_format = "argb" if codec == "qtrle" else "yuva420p"
    settings = {} if codec == "qtrle" else {"b": "1M"}
    frames = [glass] * 3
    write_video(
        path, frames, [0, 40, 80], codec=codec, pixel_format=pixel_format, settings=settings
    )
    frame = Clip.load(path).frames[1].astype(int)
    assert frame[:, :28].max() < 12
    assert frame[:, 36:].min() > 243
    assert Clip.load(path, max_side=32).frames.shape == (3, 16, 32, 3)


# --- shapes


def test_a_mirrored_film(tmp_path: Path):
    path = write_video(tmp_path / "selfie.mp4", [quarters()], [0], rotation=180)
    turned = (-65536).to_bytes(4, "big", signed=True)
    data = path.read_bytes()
    place = data.index(turned + bytes(12) + turned)  # a and d of the display matrix
    data = data[: place + 16] + (65536).to_bytes(4, "big") + data[place + 20 :]
    path.write_bytes(data)
    assert close(Clip.load(path).frames[0], quarters()[:, ::-1])


def test_odd_sizes(tmp_path: Path):
    path = write_video(
        tmp_path / "odd.mkv",
        [quarters(33, 47)],
        [0],
        codec="ffv1",
        pixel_format="bgr0",
        settings={},
    )
    assert np.array_equal(Clip.load(path).frames[0], quarters(33, 47))


def test_a_size_that_changes_midway(tmp_path: Path):
    small = write_video(tmp_path / "a.h264", [quarters()] * 3, [0, 40, 80])
    large = write_video(tmp_path / "b.h264", [quarters(64, 96)] * 3, [0, 40, 80])
    both = tmp_path / "both.h264"
    both.write_bytes(small.read_bytes() + large.read_bytes())
    clip = Clip.load(both)
    assert clip.frames.shape == (6, 32, 48, 3)
    assert close(clip.frames[5], quarters())


def test_a_camcorder_s_combs_are_gone(tmp_path: Path):
    """A bar that is two pixels further in the odd rows, which are of a later time."""
    frames = [np.full((64, 96, 3), 60, np.uint8) for _ in range(12)]
    for index, frame in enumerate(frames):
        frame[0::2, 4 * index : 4 * index + 12] = 200
        frame[1::2, 4 * index + 2 : 4 * index + 14] = 200
    settings = {"crf": "4", "flags": "+ildct+ilme", "x264-params": "interlaced=1:tff=1"}
    path = write_video(tmp_path / "camcorder.mp4", frames, TIMES[:12], settings=settings)
    clip = Clip.load(path)
    assert clip.num_frames == 12
    assert clip.fps == pytest.approx(25)
    combs = np.abs(np.diff(clip.frames[2:, 8:-8, :, 1].astype(int), axis=1)).mean()
    assert (
        combs < 0.2 * np.abs(np.diff(np.stack(frames)[2:, 8:-8, :, 1].astype(int), axis=1)).mean()
    )


# --- times


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_screen_recording(tmp_path: Path, suffix: str):
    """Sixty frames a second while something moves, then nothing for a second."""
    times = [round(1000 * i / 60) for i in range(10)] + [
        1150 + round(1000 * i / 60) for i in range(10)
    ]
    path = write_video(tmp_path / f"screen.{suffix}", shades(RAMP[:20]), times)
    clip = Clip.load(path)
    assert clip.fps == pytest.approx(60, rel=0.05)
    shown = shade_of(clip.frames)
    assert (np.abs(shown - RAMP[9]) < 2).sum() / clip.fps == pytest.approx(1.0, abs=0.05)
    assert {round(s / 4) for s in shown - 10} == set(range(20))


def test_a_clock_that_wavers_stays_whole(tmp_path: Path):
    wavering = [t + (9 * (i % 3) - 9) for i, t in enumerate(TIMES)]
    wavering = [t + 9 for t in wavering]
    clip = Clip.load(write_video(tmp_path / "phone.mp4", shades(RAMP), wavering))
    assert clip.num_frames == 60
    assert np.abs(shade_of(clip.frames) - RAMP).max() < 1.5
    assert clip.fps == pytest.approx(25, rel=0.01)


def test_a_film_that_begins_before_zero(tmp_path: Path):
    late = [t - 200 for t in TIMES]
    path = write_video(tmp_path / "early.mp4", shades(RAMP), late)
    clip = Clip.load(path)
    assert clip.num_frames in (55, 60)  # a player may leave out what precedes zero
    assert clip.fps == pytest.approx(25)


def test_a_film_whose_clock_begins_late(tmp_path: Path):
    path = write_video(tmp_path / "late.ts", shades(RAMP), [t + 5000 for t in TIMES])
    assert Clip.load(path).duration == pytest.approx(2.4)
    assert np.abs(shade_of(Clip.load(path, start=2.0).frames) - RAMP[50:]).max() < 1.5
