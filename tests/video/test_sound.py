"""Sound stays in sync with the frames."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage import shades, write_video
from sorairo.errors import MediaError
from sorairo.video import Clip
from sorairo.video.sound import Sound


def click(at: float, seconds: float, channels: int = 1, rate: int = 48000) -> Sound:
    """Silence, but for a burst of 5 ms that begins at `at` (s)."""
    samples = np.zeros((round(seconds * rate), channels), np.float32)
    first = round(at * rate)
    burst = np.sin(np.arange(round(0.005 * rate)) * 2 * np.pi * 2000 / rate)
    samples[first : first + len(burst)] = 0.8 * burst[:, None]
    return Sound(samples=samples, rate=rate)


def heard_at(sound: Sound) -> float:
    """The time at which the click begins (s)."""
    loud = np.abs(sound.samples).max(axis=1)
    return int(np.argmax(loud > 0.3 * loud.max())) / sound.rate


def flash(at: int, count: int, fps: float, sound: Sound | None) -> Clip:
    """Black frames, but for a white one."""
    frames = np.zeros((count, 32, 32, 3), np.uint8)
    frames[at] = 255
    return Clip(frames=frames, fps=fps, sound=sound)


@pytest.mark.parametrize("fps", [12.0, 23.976, 30.0])
@pytest.mark.parametrize(("channels", "rate"), [(1, 48000), (2, 48000), (2, 44100), (1, 16000)])
def test_click_and_flash_stay_together(tmp_path: Path, fps: float, channels: int, rate: int):
    clip = flash(20, 40, fps, click(20 / fps, 40 / fps, channels, rate))
    loaded = Clip.load(clip.save(tmp_path / "flash.mp4"))
    assert loaded.sound is not None
    assert loaded.sound.channels == channels
    assert loaded.sound.duration == pytest.approx(loaded.duration, abs=1e-4)
    assert int(loaded.frames.mean(axis=(1, 2, 3)).argmax()) == 20
    assert heard_at(loaded.sound) == pytest.approx(20 / fps, abs=0.005)


def test_three_generations_do_not_drift(tmp_path: Path):
    clip = flash(30, 60, 24.0, click(30 / 24, 2.5))
    for generation in range(3):
        clip = Clip.load(clip.save(tmp_path / f"{generation}.mp4"))
    assert clip.sound is not None
    assert heard_at(clip.sound) == pytest.approx(30 / 24, abs=0.005)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "webm", "mov"])
@pytest.mark.parametrize("start", [None, 2.0, -1.5])
def test_a_part_has_its_own_sound(tmp_path: Path, suffix: str, start: float | None):
    values = [255 if i == 100 else 0 for i in range(125)]
    times = [40 * i for i in range(125)]
    codec = "libvpx-vp9" if suffix == "webm" else "libx264"
    path = write_video(
        tmp_path / f"film.{suffix}",
        shades(values),
        times,
        codec=codec,
        sound=click(4.0, 5.0).samples,
    )
    clip = Clip.load(path, start=start)
    assert clip.sound is not None
    assert clip.sound.duration == pytest.approx(clip.duration, abs=1e-4)
    seen = int(clip.frames.mean(axis=(1, 2, 3)).argmax()) / clip.fps
    assert heard_at(clip.sound) == pytest.approx(seen, abs=0.01)


def test_equal_clips_give_equal_bytes(tmp_path: Path):
    rng = np.random.default_rng(0)
    noise = (0.2 * rng.standard_normal((2 * 48000, 2))).astype(np.float32).clip(-1, 1)
    clip = flash(3, 24, 12.0, Sound(samples=noise))
    digests = {
        hashlib.sha256(clip.save(tmp_path / f"{i}.mp4").read_bytes()).hexdigest() for i in range(10)
    }
    assert len(digests) == 1


def test_sound_and_pictures_are_interleaved_in_the_file(tmp_path: Path):
    """So that a browser can play while it loads."""
    import av

    rng = np.random.default_rng(0)
    frames = rng.integers(0, 256, (240, 32, 32, 3), dtype=np.uint8)
    path = Clip(frames=frames, fps=12.0, sound=click(1, 20)).save(tmp_path / "long.mp4")
    with av.open(str(path)) as container:
        packets = sorted((p for p in container.demux() if p.pos), key=lambda p: p.pos)
        kinds = [p.stream.type for p in packets]
        times = [float(p.pts * p.time_base) for p in packets]
    assert set(kinds) == {"audio", "video"}
    assert max(abs(a - b) for a, b in zip(times, times[1:], strict=False)) < 1.5


@pytest.mark.parametrize("seconds", [0.01, 0.5, 10.0])
def test_sound_that_is_shorter_or_longer_is_as_long_as_the_frames(tmp_path: Path, seconds: float):
    loaded = Clip.load(flash(3, 24, 12.0, click(0, seconds)).save(tmp_path / "a.mp4"))
    assert loaded.duration == pytest.approx(2.0)
    assert loaded.sound is not None
    assert len(loaded.sound.samples) == 96000


@pytest.mark.parametrize("count", [0, 1, 2])
def test_hardly_any_sound_at_another_rate_is_silence(tmp_path: Path, count: int):
    short = Sound(samples=np.full((count, 2), 0.3, np.float32), rate=44_100)
    loaded = Clip.load(flash(3, 24, 12.0, short).save(tmp_path / "a.mp4"))
    assert loaded.sound is not None
    assert loaded.sound.samples.shape == (96_000, 2)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_sound_that_is_no_number_is_refused(tmp_path: Path, value: float):
    samples = np.zeros((48_000, 1), np.float32)
    samples[100] = value
    with pytest.raises(MediaError, match="infinite or nan"):
        flash(3, 24, 12.0, Sound(samples=samples)).save(tmp_path / "a.mp4")
    assert list(tmp_path.iterdir()) == []


def test_no_sound_stays_none_and_a_gif_is_silent(tmp_path: Path):
    assert Clip.load(flash(3, 24, 12.0, None).save(tmp_path / "a.mp4")).sound is None
    assert Clip.load(flash(3, 24, 12.0, click(0, 1)).save(tmp_path / "a.gif")).sound is None


def test_the_sound_stays_when_the_frames_are_replaced():
    clip = flash(3, 24, 12.0, click(0, 2))
    assert clip.resize(16, 16).sound is clip.sound
    assert clip.fit(8, 16).sound is clip.sound


def test_hours_of_sound_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = flash(3, 24, 12.0, click(0, 2)).save(tmp_path / "a.mp4")
    monkeypatch.setattr("sorairo.video.reading.limits.MAX_SOUND_SECONDS", 1)
    with pytest.raises(MediaError, match="hours of sound"):
        Clip.load(path)
    assert Clip.load(path, end=0.5).sound is not None


# --- parts and joints

SOUNDS = st.integers(1, 400).map(
    lambda n: Sound(samples=np.linspace(-1, 1, n, dtype=np.float32)[:, None], rate=8000)
)


@given(SOUNDS, st.integers(-500, 500), st.integers(0, 500))
def test_a_part_is_exactly_as_long_and_silent_beyond_the_ends(
    sound: Sound, first: int, length: int
):
    part = sound.part(first / 8000, (first + length) / 8000).samples[:, 0]
    assert len(part) == length
    index = np.arange(first, first + length)
    inside = (index >= 0) & (index < len(sound.samples))
    assert (part[~inside] == 0).all()
    assert np.array_equal(part[inside], sound.samples[index[inside], 0])


@given(SOUNDS)
def test_joining_nothing_to_a_sound_is_the_sound(sound: Sound):
    whole = Sound.joined([(0.0, sound)], sound.duration)
    assert np.array_equal(whole.samples, sound.samples)


def test_joined_sounds_start_at_their_times_and_do_not_click():
    hum = Sound(samples=np.full((48000, 1), 0.5, np.float32))
    whole = Sound.joined([(1.0, hum), (3.0, hum)], 4.0)
    level = whole.samples[:, 0]
    assert len(level) == 4 * 48000
    assert (level[:48000] == 0).all()
    assert (level[2 * 48000 : 3 * 48000] == 0).all()
    assert (level[48000 + 480 : 2 * 48000 - 480] == 0.5).all()
    assert level[-1] == 0.5  # the end of the whole is no joint
    assert np.abs(np.diff(level)).max() < 0.5 / 400


def test_joined_sounds_cut_what_is_outside_and_add_what_meets():
    ones = Sound(samples=np.full((48000, 2), 0.4, np.float32))
    mono = Sound(samples=np.full((48000, 1), 0.4, np.float32))
    whole = Sound.joined([(-0.5, ones), (0.25, mono)], 1.0)
    assert whole.samples.shape == (48000, 2)
    assert whole.samples[4800] == pytest.approx(0.4)
    assert whole.samples[18000] == pytest.approx(0.8)
    assert whole.samples[40000] == pytest.approx(0.4)
    assert Sound.joined([], 2.0).samples.shape == (96000, 1)


def test_what_is_not_a_sound_is_refused():
    for samples in (np.zeros((5, 1)), np.zeros((5, 3), np.float32), np.zeros(5, np.float32)):
        with pytest.raises(MediaError, match="A sound needs"):
            Sound(samples=samples)
    with pytest.raises(MediaError, match="samples a second"):
        Sound(samples=np.zeros((5, 1), np.float32), rate=3)
    low, high = click(0, 1, rate=16000), click(0, 1)
    with pytest.raises(MediaError, match="16000 and 48000 Hz cannot be joined"):
        Sound.joined([(0.0, low), (1.0, high)], 2.0)


def test_a_reversed_clip_plays_backwards_with_its_sound(tmp_path: Path):
    clip = flash(3, 24, 12.0, click(3 / 12, 5.0))  # the sound is longer than the frames
    back = clip.reversed()
    assert np.array_equal(back.frames, clip.frames[::-1])
    assert back.sound is not None
    assert back.sound.duration == pytest.approx(back.duration)
    assert heard_at(back.sound) == pytest.approx(2.0 - 3 / 12 - 0.005, abs=0.001)
    assert np.array_equal(back.reversed().frames, clip.frames)
    assert back.save(tmp_path / "back.mp4").stat().st_size > 0
