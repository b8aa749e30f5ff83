"""Pictures and animations of all kinds: usual, huge, tiny and broken ones."""

from __future__ import annotations

import io
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from footage import close, quarters
from sorairo.errors import MediaError
from sorairo.video import Clip


def animation(path: Path, durations: list[int], **options: object) -> Path:
    """Grey pictures, each 40 brighter, which last for `durations` (ms)."""
    pages = [Image.new("RGB", (16, 8), (40 * i,) * 3) for i in range(len(durations))]
    pages[0].save(
        path, save_all=True, append_images=pages[1:], duration=durations, loop=0, **options
    )
    return path


@pytest.mark.parametrize("suffix", ["gif", "webp", "png", "avif"])
def test_an_animation_keeps_its_times(tmp_path: Path, suffix: str):
    options = {"webp": {"lossless": True}, "avif": {"quality": 100}}.get(suffix, {})
    clip = Clip.load(animation(tmp_path / f"a.{suffix}", [100, 300, 100], **options))
    assert clip.fps == pytest.approx(10)
    assert clip.frames[:, 0, 0, 0].tolist() == [0, 40, 40, 40, 80]
    part = Clip.load(tmp_path / f"a.{suffix}", start=0.2, end=0.45)
    assert part.frames[0, 0, 0, 0] == 40
    assert part.frames[-1, 0, 0, 0] == 80
    assert part.duration == pytest.approx(0.25, abs=0.06)
    assert Clip.load(tmp_path / f"a.{suffix}", start=-0.1).frames[:, 0, 0, 0].tolist() == [80]
    with pytest.raises(MediaError, match=r"ends at 0\.50 s"):
        Clip.load(tmp_path / f"a.{suffix}", start=2)


@pytest.mark.parametrize("suffix", ["webp", "png", "avif"])
@pytest.mark.parametrize(("durations", "fps"), [([17, 16, 17] * 4, 60), ([42, 41, 42] * 4, 24)])
def test_every_page_of_a_fast_animation(tmp_path: Path, suffix: str, durations: list, fps: float):
    pages = [Image.new("RGB", (16, 8), (20 * i,) * 3) for i in range(len(durations))]
    options = {"quality": 100} if suffix == "avif" else {"lossless": True}
    path = tmp_path / f"a.{suffix}"
    pages[0].save(path, save_all=True, append_images=pages[1:], duration=durations, **options)
    clip = Clip.load(path)
    assert np.abs(clip.frames[:, 4, 8, 0] - np.arange(0, 20 * len(durations), 20)).max() <= 2
    assert clip.fps == pytest.approx(fps, rel=0.02)
    assert Clip.duration_of(path) == pytest.approx(clip.duration)


def test_frames_in_a_hurry_last_as_long_as_in_a_browser(tmp_path: Path):
    assert Clip.load(animation(tmp_path / "fast.gif", [0, 0, 0])).fps == pytest.approx(10)


def test_a_transparent_gif_is_laid_on_white(tmp_path: Path):
    glass = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    glass.paste((255, 0, 0, 255), (0, 0, 4, 8))
    moved = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    moved.paste((255, 0, 0, 255), (4, 0, 8, 8))
    path = tmp_path / "glass.gif"
    glass.save(path, save_all=True, append_images=[moved], duration=100, disposal=2)
    frames = Clip.load(path).frames
    assert (frames[0, :, :4] == (255, 0, 0)).all()
    assert (frames[0, :, 4:] == 255).all()
    assert (frames[1, :, :4] == 255).all()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "webp", "png"])
def test_every_orientation_of_exif(tmp_path: Path, orientation: int, suffix: str):
    turns = {  # what a viewer does to the stored picture, Exif 2.32, table 6
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.swapaxes(0, 1),
        6: lambda a: np.rot90(a, -1),
        7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
        8: lambda a: np.rot90(a, 1),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"photo.{suffix}"
    Image.fromarray(quarters()).save(path, quality=95, exif=exif)
    assert close(Clip.load(path).frames[0], turns[orientation](quarters()))


@pytest.mark.parametrize("suffix", ["jpg", "webp", "png"])
def test_a_broken_exif_block_says_nothing(tmp_path: Path, suffix: str):
    path = tmp_path / f"photo.{suffix}"
    Image.fromarray(quarters()).save(path, quality=95, exif=b"Exif\0\0neither MM nor II")
    assert close(Clip.load(path).frames[0], quarters())


def test_hidden_colours_do_not_bleed_when_a_picture_is_made_smaller(tmp_path: Path):
    glass = np.zeros((64, 64, 4), np.uint8)  # hidden black beside white
    glass[:, :32] = 255
    Image.fromarray(glass).save(tmp_path / "glass.png")
    assert (Clip.load(tmp_path / "glass.png", max_side=9).frames == 255).all()


def test_a_grey_picture_in_a_wide_colour_space_and_a_broken_profile(tmp_path: Path):
    path = tmp_path / "profile.png"
    Image.fromarray(quarters()).save(path, icc_profile=b"no profile at all")
    assert np.array_equal(Clip.load(path).frames[0], quarters())
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(quarters()).save(path, icc_profile=srgb)
    assert close(Clip.load(path).frames[0], quarters())


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "YCbCr", "I;16", "F"])
def test_every_mode(tmp_path: Path, mode: str):
    path = tmp_path / ("a.tif" if mode in ("CMYK", "YCbCr", "F") else "a.png")
    grey = Image.new("L", (8, 8), 255)
    image = (
        Image.fromarray(np.full((8, 8), 65535, np.uint16)) if mode == "I;16" else grey.convert(mode)
    )
    image.save(path)
    assert (Clip.load(path).frames >= 254).all()


@pytest.mark.parametrize("size", [(1, 1), (100_000, 1), (1, 100_000)])
def test_extreme_shapes(tmp_path: Path, size: tuple[int, int]):
    path = tmp_path / "thin.png"
    Image.new("RGB", size, (10, 20, 30)).save(path)
    clip = Clip.load(path)
    assert (clip.width, clip.height) == size
    small = Clip.load(path, max_side=50)
    assert (small.width, small.height) == tuple(min(50, side) for side in size)
    assert (clip.fit(96, 64).frames == (10, 20, 30)).all()


# --- refused


def header_of_a_png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels)


@pytest.mark.parametrize("size", [(20_000, 10_000), (13_000, 10_000), (2**31 - 1, 2**31 - 1)])
def test_a_huge_picture_is_refused_from_its_header(tmp_path: Path, size: tuple[int, int]):
    path = tmp_path / "huge.png"
    path.write_bytes(header_of_a_png(*size))
    begun = time.perf_counter()
    with pytest.raises(MediaError, match=r"pixels.*make it smaller first"):
        Clip.load(path, max_side=100)
    assert time.perf_counter() - begun < 2


def test_a_photograph_of_two_hundred_million_pixels_is_decoded_smaller(tmp_path: Path):
    path = tmp_path / "phone.jpg"
    Image.new("L", (16_320, 12_240), 90).save(path)
    clip = Clip.load(path, max_side=2048)
    assert (clip.width, clip.height) == (2048, 1536)
    assert (abs(clip.frames.astype(int) - 90) <= 1).all()
    with pytest.raises(MediaError, match="16320x12240 pixels, more than 128 million: make it sm"):
        Clip.load(path)


def test_a_jpeg_too_large_to_be_decoded_smaller(tmp_path: Path):
    path = tmp_path / "wall.jpg"
    Image.new("L", (8, 8)).save(path)
    data = path.read_bytes()
    at = data.index(b"\xff\xc0") + 5  # height and width in the frame header
    path.write_bytes(data[:at] + struct.pack(">HH", 20_000, 20_000) + data[at + 4 :])
    with pytest.raises(MediaError, match="20000x20000 pixels, more than 256 million: make it sm"):
        Clip.load(path, max_side=2048)


def test_an_animation_larger_than_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = animation(tmp_path / "a.gif", [100] * 5)
    monkeypatch.setattr("sorairo.video.reading.limits.MAX_PIXEL_BYTES", 3 * 16 * 8 * 3)
    with pytest.raises(MediaError, match="cut it or make it smaller"):
        Clip.load(path)


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "webp", "avif", "tif", "bmp"])
def test_half_a_picture_and_damaged_ones_are_refused_or_read(tmp_path: Path, suffix: str):
    rng = np.random.default_rng(0)
    buffer = io.BytesIO()
    noise = Image.fromarray(rng.integers(0, 256, (64, 64, 3), dtype=np.uint8))
    noise.save(buffer, Image.registered_extensions()[f".{suffix}"])
    whole = buffer.getvalue()
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MediaError, match="save it again"):
        Clip.load(path)
    for seed in range(40):
        rng = np.random.default_rng(seed)
        data = np.frombuffer(whole, np.uint8).copy()
        places = rng.integers(0, len(data) if seed % 2 else 60, 8)
        data[places] = rng.integers(0, 256, 8)
        path.write_bytes(data.tobytes())
        complaint = what_is_said(path)
        assert complaint is None or (complaint.endswith(".") and "\n" not in complaint)


def what_is_said(path: Path) -> str | None:
    try:
        Clip.load(path)
    except MediaError as error:
        return str(error)
    return None


def test_a_side_of_nothing_is_refused(tmp_path: Path):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    with pytest.raises(MediaError, match="choose 1 or more"):
        Clip.load(tmp_path / "a.png", max_side=0)
