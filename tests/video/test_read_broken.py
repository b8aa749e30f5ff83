"""Films that are damaged, cut off, far too long or no films: read as far as it goes, or refused."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from footage import quarters, shades, write_video
from sorairo.errors import MediaError
from sorairo.video import Clip

RAMP = [10 + 4 * i for i in range(60)]
TIMES = [40 * i for i in range(60)]  # 25 frames a second


@pytest.fixture(scope="module")
def ramp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 frames, each brighter than the one before, with three key frames and B-frames."""
    path = tmp_path_factory.mktemp("ramp") / "ramp.mp4"
    return write_video(path, shades(RAMP), TIMES, settings={"crf": "4", "g": "20"})


# --- broken


def damaged(path: Path, at: float, length: int = 400) -> Path:
    data = bytearray(path.read_bytes())
    place = int(len(data) * at)
    noise = np.random.default_rng(0).integers(0, 256, length, dtype=np.uint8)
    data[place : place + length] = noise.tobytes()
    path.write_bytes(bytes(data))
    return path


@pytest.mark.parametrize("at", [0.3, 0.5, 0.7])
def test_damage_in_the_middle_costs_only_some_frames(tmp_path: Path, at: float):
    rng = np.random.default_rng(1)
    frames = [rng.integers(0, 256, (64, 64, 3), dtype=np.uint8) for _ in range(30)]
    path = write_video(tmp_path / "whole.mkv", frames, TIMES[:30], settings={"crf": "30", "g": "5"})
    clip = Clip.load(damaged(path, at))
    assert clip.duration == pytest.approx(1.2, abs=0.15)


@pytest.mark.parametrize("suffix", ["mkv", "webm", "ts"])
def test_a_film_cut_off_is_read_as_far_as_it_goes(tmp_path: Path, suffix: str):
    codec = "libvpx-vp9" if suffix == "webm" else "libx264"
    rng = np.random.default_rng(1)
    frames = [rng.integers(0, 256, (64, 64, 3), dtype=np.uint8) for _ in range(30)]
    path = write_video(tmp_path / f"whole.{suffix}", frames, TIMES[:30], codec=codec)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    clip = Clip.load(path)
    assert 0.3 < clip.duration < 0.9
    assert Clip.load(path, start=-0.2).num_frames == pytest.approx(5, abs=1)


def test_an_mp4_whose_end_is_missing(tmp_path: Path):
    rng = np.random.default_rng(1)
    frames = rng.integers(0, 256, (30, 64, 64, 3), dtype=np.uint8)
    path = Clip(frames=frames, fps=25.0).save(tmp_path / "faststart.mp4")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert 0.2 < Clip.load(path).duration < 1.0


# --- refused


def test_too_long_is_refused_before_it_is_decoded(ramp: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sorairo.video.reading.limits.MAX_PIXEL_BYTES", 20 * 32 * 32 * 3)
    decoded = "sorairo.video.reading.video_reader.decoded"
    monkeypatch.setattr(decoded, lambda *_: pytest.fail("decoded"))
    with pytest.raises(MediaError, match=r"60 frames of 32x32.*cut it or make it smaller"):
        Clip.load(ramp)
    monkeypatch.undo()
    monkeypatch.setattr("sorairo.video.reading.limits.MAX_PIXEL_BYTES", 20 * 32 * 32 * 3)
    assert Clip.load(ramp, end=0.4).num_frames == 10
    assert Clip.load(ramp, max_side=16).num_frames == 60


def test_one_frame_that_would_last_for_days_is_refused(tmp_path: Path):
    times = [0, 16, 33, 400_000_000]
    path = write_video(tmp_path / "days.mkv", shades([0, 50, 100, 150]), times)
    with pytest.raises(MediaError, match="cut it or make it smaller"):
        Clip.load(path)


@pytest.mark.parametrize("suffix", ["png", "mp4", "list"])
@pytest.mark.parametrize(
    "text",
    [
        "ffconcat version 1.0\nfile '{path}'\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:2,\n{path}\n#EXT-X-ENDLIST\n",
        '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static">'
        "<Period><AdaptationSet><Representation><BaseURL>{path}</BaseURL></Representation>"
        "</AdaptationSet></Period></MPD>",
        '<SmoothStreamingMedia MajorVersion="2" MinorVersion="0" Duration="20000000"/>',
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nt=0 0\nm=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
        "[playlist]\nFile1={path}\nNumberOfEntries=1\n",
    ],
    ids=["concat", "hls", "dash", "smooth", "sdp", "pls"],
)
def test_a_file_that_names_others_is_refused(tmp_path: Path, ramp: Path, suffix: str, text: str):
    path = tmp_path / f"a.{suffix}"
    path.write_text(text.format(path=ramp))
    with pytest.raises(MediaError, match="Cannot read"):
        Clip.load(path)


@pytest.mark.parametrize("name", ["subfile,,start,0,end,0,,:{}", "concat:{}", "http://{}", "{}|{}"])
def test_a_name_is_a_file_and_never_an_address(ramp: Path, name: str):
    with pytest.raises(MediaError, match="There is no file"):
        Clip.load(name.format(ramp, ramp))


@pytest.mark.parametrize("suffix", ["png", "jpg", "eps", "mp4"])
@pytest.mark.parametrize(
    "content",
    [
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 32 32\n%%EndComments\nshowpage\n%%EOF\n",
        b"%!PS-Adobe-3.0\n%%BoundingBox: 0 0 32 32\n%%EndComments\nshowpage\n",
        b"\xc5\xd0\xd3\xc6" + bytes([30, 0, 0, 0, 60, 0, 0, 0]) + bytes(18) + b"%!PS-Adobe-3.0\n",
        b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\n",
        b"\xd7\xcd\xc6\x9a" + bytes(40),
    ],
    ids=["eps", "ps", "dos-eps", "pdf", "wmf"],
)
def test_no_other_program_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, content: bytes
):
    note = tmp_path / "started"
    for program in ("gs", "gswin64c", "pdftoppm"):
        fake = tmp_path / program
        fake.write_text(f"#!/bin/sh\ntouch {note}\n")
        fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr("PIL.EpsImagePlugin.gs_binary", None)  # found once a process
    path = tmp_path / f"holiday.{suffix}"
    path.write_bytes(content)
    with pytest.raises(MediaError, match="Cannot read"):
        Clip.load(path)
    assert not note.exists()


def test_a_heif_picture_is_refused_by_name(tmp_path: Path):
    path = write_video(tmp_path / "IMG_0001.mp4", [quarters()], [0])
    data = path.read_bytes()
    heic = path.with_suffix(".heic")
    heic.write_bytes(data.replace(data[8:12], b"heic", 1))
    with pytest.raises(MediaError, match=r"HEIF picture.*save it as \.jpg"):
        Clip.load(heic)


def test_a_header_without_a_frame(tmp_path: Path):
    path = tmp_path / "none.mkv"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=Fraction(25))
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        container.start_encoding()
    with pytest.raises(MediaError, match=r"No frame of|Cannot read"):
        Clip.load(path)


def test_a_name_with_a_colon_and_tags_in_no_alphabet(tmp_path: Path, ramp: Path):
    data = Clip.load(ramp, end=0.2)
    path = Clip(frames=data.frames, fps=25, metadata={"title": "ABCD"}).save(tmp_path / "x.mp4")
    odd = tmp_path / "http:clip one.mp4"
    odd.write_bytes(path.read_bytes().replace(b"ABCD", b"\xff\xfeCD"))
    assert Clip.load(odd).num_frames == 5
