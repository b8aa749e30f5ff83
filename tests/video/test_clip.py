"""Clips survive saving and loading, as far as the format allows."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import av
import numpy as np
import pytest

from sorairo.errors import MediaError, WriteError
from sorairo.video import Clip


def moving_square(frames: int = 24, width: int = 64, height: int = 48) -> np.ndarray:
    """A red square that moves right over a smooth ground: uint8 [F, H, W, 3]."""
    y, x = np.mgrid[0:height, 0:width]
    ground = np.stack([60 + x, 90 + y, np.full_like(x, 70)], axis=-1)
    video = np.repeat(ground[None], frames, axis=0).astype(np.uint8)
    for index, frame in enumerate(video):
        frame[8:24, 2 + index : 18 + index] = (215, 20, 20)
    return video


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.square(a.astype(float) - b).mean()))


REQUEST = json.dumps({"prompt": "一个红色的球", "seed": 7}, ensure_ascii=False)
CLIP = Clip(frames=moving_square(), fps=12.0, metadata={"comment": REQUEST})


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_a_clip_survives_its_file(tmp_path: Path, suffix: str):
    loaded = Clip.load(CLIP.save(tmp_path / f"clip{suffix}"))
    assert loaded.frames.shape == CLIP.frames.shape
    assert loaded.fps == pytest.approx(12.0)
    assert loaded.duration == pytest.approx(2.0)
    assert loaded.metadata == CLIP.metadata
    assert psnr(loaded.frames, CLIP.frames) > 30


def test_a_picture_survives_exactly(tmp_path: Path):
    picture = Clip(frames=CLIP.frames[:1], fps=12.0, metadata={"comment": REQUEST})
    loaded = Clip.load(picture.save(tmp_path / "one.png"))
    assert np.array_equal(loaded.frames, picture.frames)
    assert loaded.metadata == picture.metadata


def test_flat_colours_keep_their_values(tmp_path: Path):
    colours = [(215, 20, 20), (25, 56, 217), (250, 250, 250), (10, 10, 12), (245, 217, 20)]
    frames = np.stack([np.full((32, 32, 3), colour, np.uint8) for colour in colours])
    loaded = Clip.load(Clip(frames=frames, fps=5.0).save(tmp_path / "flat.mp4"))
    assert np.abs(loaded.frames.astype(int) - frames).max() <= 6


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_equal_clips_give_equal_bytes(tmp_path: Path, suffix: str):
    digests = {
        hashlib.sha256(CLIP.save(tmp_path / f"{i}{suffix}").read_bytes()).hexdigest()
        for i in range(20)
    }
    assert len(digests) == 1


def test_an_mp4_plays_in_a_browser(tmp_path: Path):
    path = CLIP.save(tmp_path / "clip.mp4")
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # faststart
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
        assert (context.colorspace, context.color_range) == (1, 1)  # BT.709, limited
        assert stream.frames == 24
        assert stream.duration is not None
        assert stream.time_base is not None
        assert float(stream.duration * stream.time_base) == pytest.approx(2.0)


@pytest.mark.parametrize("fps", [0.001, 3 / 9.04, 1.0, 8.0, 23.976, 30.0, 60.0])
def test_mp4_keeps_the_rate(tmp_path: Path, fps: float):
    loaded = Clip.load(Clip(frames=CLIP.frames, fps=fps).save(tmp_path / "rate.mp4"))
    assert loaded.num_frames == CLIP.num_frames
    assert loaded.fps == pytest.approx(fps, rel=1e-4)


@pytest.mark.parametrize("fps", [7.0, 12.0, 24.0, 30.0])
def test_gif_keeps_the_time(tmp_path: Path, fps: float):
    loaded = Clip.load(Clip(frames=CLIP.frames, fps=fps).save(tmp_path / "rate.gif"))
    assert loaded.duration == pytest.approx(24 / fps, abs=0.02)


def test_odd_sizes_are_padded_by_the_edge(tmp_path: Path):
    odd = Clip(frames=CLIP.frames[:, :47, :63], fps=12.0)
    loaded = Clip.load(odd.save(tmp_path / "odd.mp4"))
    assert loaded.frames.shape[1:3] == (48, 64)
    assert psnr(loaded.frames[:, :47, :63], odd.frames) > 30
    assert psnr(loaded.frames[:, :, 63], loaded.frames[:, :, 62]) > 30


def test_one_frame_is_a_clip(tmp_path: Path):
    loaded = Clip.load(Clip(frames=CLIP.frames[:1], fps=12.0).save(tmp_path / "one.mp4"))
    assert loaded.num_frames == 1


def test_resize_and_fit():
    assert CLIP.resize(128, 96).frames.shape == (24, 96, 128, 3)
    assert CLIP.resize(64, 48) is CLIP
    wide = CLIP.fit(128, 64)  # 4:3 to 2:1: the top and bottom eighths go
    assert wide.frames.shape == (24, 64, 128, 3)
    assert psnr(wide.frames, CLIP.resize(128, 96).frames[:, 16:80]) > 30
    assert wide.metadata == CLIP.metadata


def test_contact_sheet():
    assert CLIP.contact_sheet().size == (6 * 66 - 2, 2 * 50 - 2)
    sheet = CLIP.contact_sheet(columns=4, every=8)
    assert sheet.size == (3 * 66 - 2, 48)
    assert np.array_equal(np.asarray(sheet)[:, 66:130], CLIP.frames[8])


# --- what cannot be


def test_a_picture_that_a_gif_cannot_hold_long_enough(tmp_path: Path):
    with pytest.raises(MediaError, match=r"655 s: end the name in \.mp4"):
        Clip(frames=CLIP.frames[:2], fps=0.001).save(tmp_path / "slow.gif")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("frames", "fps"),
    [
        (np.zeros((4, 8, 8, 3), np.float32), 12.0),
        (np.zeros((8, 8, 3), np.uint8), 12.0),
        (np.zeros((0, 8, 8, 3), np.uint8), 12.0),
        (np.zeros((4, 8, 8, 3), np.uint8), 0.0),
        (np.zeros((4, 8, 8, 3), np.uint8), float("nan")),
    ],
)
def test_what_is_not_a_clip_is_refused(frames: np.ndarray, fps: float):
    with pytest.raises(MediaError):
        Clip(frames=frames, fps=fps)


def test_sizes_and_sheets_of_nothing_are_refused():
    clip = Clip(frames=np.zeros((2, 8, 8, 3), np.uint8), fps=12.0)
    for make in (
        lambda: clip.resize(0, 5),
        lambda: clip.fit(5, -1),
        lambda: clip.contact_sheet(columns=0),
        lambda: clip.contact_sheet(every=0),
    ):
        with pytest.raises(MediaError, match=r"1 or more"):
            make()


def test_a_rate_may_be_a_number_of_numpy(tmp_path: Path):
    frames = np.zeros((25, 8, 8, 3), np.uint8)
    clip = Clip(frames=frames, fps=np.float32(12.5))  # type: ignore[arg-type]
    assert Clip.load(clip.save(tmp_path / "a.mp4")).fps == 12.5


def test_a_file_in_place_of_a_folder_is_said_to_be_one(tmp_path: Path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(WriteError, match=r"file/clip\.mp4: Not a directory\.$"):
        CLIP.save(tmp_path / "file" / "clip.mp4")


NAMES = ["clip.avi", "clip", "clip.png", "nowhere/clip.mp4", ".", "x" * 300 + ".mp4", "x" * 300]


@pytest.mark.parametrize("name", NAMES)
def test_what_cannot_be_written_is_refused_and_leaves_nothing(tmp_path: Path, name: str):
    with pytest.raises(MediaError):
        CLIP.save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_metadata_without_a_place_is_refused(tmp_path: Path):
    with pytest.raises(MediaError, match="cannot store the metadata 'seed'"):
        Clip(frames=CLIP.frames, fps=12.0, metadata={"seed": "7"}).save(tmp_path / "a.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = CLIP.save(tmp_path / "clip.mp4")
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sorairo.video.writing.mp4_writer._to_yuv", full)
    with pytest.raises(WriteError, match="No space left"):
        CLIP.save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_ctrl_c_while_writing_leaves_nothing(tmp_path: Path):
    script = textwrap.dedent(
        """
        import sys, numpy as np
        from sorairo.video import Clip
        frames = np.random.default_rng(0).integers(0, 256, (200, 720, 720, 3), dtype=np.uint8)
        clip = Clip(frames=frames, fps=12.0)
        print("writing", flush=True)
        clip.save(sys.argv[1])
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "clip.mp4")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    while not list(tmp_path.iterdir()):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode != 0
    assert "KeyboardInterrupt" in errors
    assert list(tmp_path.iterdir()) == []
