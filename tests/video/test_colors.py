"""Colours of films and pictures arrive as sRGB, whatever space they were coded in."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import VideoReformatter
from PIL import Image, ImageCms

from footage import write_video
from sorairo.video import Clip
from sorairo.video.reading.colors.color_space import ColorSpace, to_srgb, with_profile
from sorairo.video.reading.colors.frame_pixels import to_rgb

# Linear sRGB to linear RGB of other primaries, CSS Color 4, section 18 (sample code), rounded.
TO = {
    9: [
        [0.627404, 0.329283, 0.043313],
        [0.069097, 0.919540, 0.011362],
        [0.016391, 0.088013, 0.895595],
    ],
    12: [[0.822462, 0.177538, 0.0], [0.033194, 0.966806, 0.0], [0.017083, 0.072397, 0.910520]],
    1: np.eye(3),
}
ADOBE = [[0.715127, 0.284873, 0.0], [0.0, 1.0, 0.0], [0.0, 0.041162, 0.958838]]
COLORS = np.array([(192, 0, 0), (0, 192, 0), (0, 0, 192), (128, 128, 128)], np.uint8)


def light(values: np.ndarray) -> np.ndarray:
    v = values / 255
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def curve(linear: np.ndarray) -> np.ndarray:
    return np.where(
        linear <= 0.0031308, 12.92 * linear, 1.055 * linear.clip(1e-9) ** (1 / 2.4) - 0.055
    )


def coded(matrix: object, gamma: float | None = None) -> np.ndarray:
    """`COLORS` in another space, from 0 to 1."""
    linear = (light(COLORS) @ np.asarray(matrix).T).clip(0, 1)
    return curve(linear) if gamma is None else linear ** (1 / gamma)


def quarters(values: np.ndarray, levels: int = 255, size: int = 64) -> np.ndarray:
    """A picture of four colours (from 0 to 1) in its quarters."""
    kind = np.uint8 if levels == 255 else np.uint16
    picture = np.zeros((size, size, 3), kind)
    half = size // 2
    for index, color in enumerate((values * levels).round().astype(kind)):
        row, column = divmod(index, 2)
        picture[row * half : (row + 1) * half, column * half : (column + 1) * half] = color
    return picture


def read_quarters(path: Path) -> np.ndarray:
    frame = Clip.load(path).frames[0]
    height, width = frame.shape[:2]
    return np.array(
        [frame[y, x] for y in (height // 4, 3 * height // 4) for x in (width // 4, 3 * width // 4)],
        int,
    )


@pytest.mark.parametrize("primaries", [1, 9, 12])
@pytest.mark.parametrize("transfer", [1, 13, 14, 4])
def test_films_in_wide_primaries(tmp_path: Path, primaries: int, transfer: int):
    """BT.709, BT.2020 and P3, with the curves of cameras and of a gamma of 2.2."""
    values = coded(TO[primaries], gamma=2.2 if transfer == 4 else None)
    matrix = 9 if primaries == 9 else 1
    path = write_video(
        tmp_path / "wide.mkv",
        [quarters(values, 65535)] * 3,
        [0, 40, 80],
        pixel_format="yuv444p10le",
        matrix="bt2020" if matrix == 9 else "itu709",
        colours={"colorspace": matrix, "color_trc": transfer, "color_primaries": primaries},
    )
    assert np.abs(read_quarters(path) - COLORS).max() <= 9


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(("matrix", "code"), [("itu709", 1), ("itu601", 5), ("bt2020", 9)])
def test_matrix_and_range_of_a_film(tmp_path: Path, matrix: str, code: int, full: bool):
    values = COLORS / 255 if code != 9 else coded(TO[9])
    path = write_video(
        tmp_path / "a.mkv",
        [quarters(values, 65535)],
        [0],
        pixel_format="yuv444p10le",
        matrix=matrix,
        colours={
            "colorspace": code,
            "color_range": 2 if full else 1,
            "color_primaries": {9: 9}.get(code, 1),
        },
        full_range=full,
    )
    assert np.abs(read_quarters(path) - COLORS).max() <= 6


def test_hdr_in_wide_primaries(tmp_path: Path):
    """The four colours at half of SDR white in PQ, which the conversion leaves as they are."""
    nits = (light(COLORS) @ np.array(TO[9]).T).clip(0, 1) * 203
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    root = (nits / 10_000) ** m1
    path = write_video(
        tmp_path / "pq.mkv",
        [quarters(((c1 + c2 * root) / (1 + c3 * root)) ** m2, 65535)],
        [0],
        pixel_format="yuv444p10le",
        matrix="bt2020",
        colours={"colorspace": 9, "color_trc": 16, "color_primaries": 9},
    )
    assert np.abs(read_quarters(path) - COLORS).max() <= 12


@pytest.mark.parametrize("matrix", [2, 3, 10, 12, 13])
def test_a_matrix_that_is_not_named_or_reserved_follows_from_the_rest(matrix: int):
    frame = av.VideoFrame.from_ndarray(quarters(COLORS / 255), format="rgb24")
    coded_frame = frame.reformat(
        format="yuv444p", dst_colorspace="bt2020" if matrix == 10 else "itu601", dst_color_range=1
    )
    coded_frame.colorspace, coded_frame.color_primaries = matrix, 1
    found = to_rgb(coded_frame, (64, 64), VideoReformatter())
    assert np.abs(found[16::32, 16::32].reshape(4, 3).astype(int) - COLORS).max() <= 4


# --- pictures


def png_with(path: Path, pixels: np.ndarray, **chunks: bytes) -> Path:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    data = buffer.getvalue()
    added = b""
    for name, content in chunks.items():
        body = name.encode() + content
        added += struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))
    path.write_bytes(data[:33] + added + data[33:])
    return path


def chromaticities(*values: float) -> bytes:
    return struct.pack(">8I", *(round(each * 100_000) for each in values))


P3_CHRM = chromaticities(0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)


@pytest.mark.parametrize("way", ["icc", "cicp", "chrm", "avif"])
def test_pictures_in_display_p3(tmp_path: Path, way: str):
    pixels = quarters(coded(TO[12]))
    path = tmp_path / "p3.png"
    if way == "icc":
        Image.fromarray(pixels).save(path, icc_profile=ColorSpace.of(12, 13).profile())
    elif way == "cicp":
        png_with(path, pixels, cICP=bytes([12, 13, 0, 1]))
    elif way == "chrm":
        png_with(path, pixels, gAMA=struct.pack(">I", 45455), cHRM=P3_CHRM)
    else:
        path = avif_p3(tmp_path / "p3.avif", pixels)
    assert np.abs(read_quarters(path) - COLORS).max() <= (20 if way == "avif" else 5)


def avif_p3(path: Path, pixels: np.ndarray) -> Path:
    """An AVIF whose colour box names the primaries of Display P3 (ISO/IEC 23008-12, 6.5.5)."""
    Image.fromarray(pixels).save(path, quality=100, subsampling="4:4:4")
    data = path.read_bytes()
    place = data.index(b"colrnclx") + 8
    path.write_bytes(data[:place] + struct.pack(">HH", 12, 13) + data[place + 4 :])
    return path


@pytest.mark.parametrize(("mode", "gamma"), [("L", 1.0), ("L", 1.8), ("RGB", 1.0), ("RGB", 1.4)])
def test_the_gamma_of_a_png(tmp_path: Path, mode: str, gamma: float):
    stored = round(255 * light(np.array(128.0)).item() ** (1 / gamma))
    pixels = np.full((8, 8) if mode == "L" else (8, 8, 3), stored, np.uint8)
    path = png_with(tmp_path / "a.png", pixels, gAMA=struct.pack(">I", round(100_000 / gamma)))
    assert np.abs(Clip.load(path).frames.astype(int) - 128).max() <= 2


@pytest.mark.parametrize("stored", [45455, 45000, 46000])
def test_the_usual_gamma_changes_nothing(tmp_path: Path, stored: int):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
    chrm = chromaticities(0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
    path = png_with(tmp_path / "a.png", pixels, gAMA=struct.pack(">I", stored), cHRM=chrm)
    assert np.array_equal(Clip.load(path).frames[0], pixels)


def test_adobe_rgb_of_a_camera(tmp_path: Path):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA001] = 65535  # ColorSpace: uncalibrated
    exif.get_ifd(0x8769)[0xA005] = {1: "R03"}
    path = tmp_path / "camera.jpg"
    Image.fromarray(quarters(coded(ADOBE, gamma=2.2))).save(
        path, quality=100, subsampling=0, exif=exif
    )
    assert np.abs(read_quarters(path) - COLORS).max() <= 6


def test_a_wide_picture_with_transparency_is_converted_and_then_laid_on_white(tmp_path: Path):
    pixels = np.concatenate([quarters(coded(TO[12])), np.full((64, 64, 1), 128, np.uint8)], axis=2)
    path = tmp_path / "glass.png"
    Image.fromarray(pixels).save(path, icc_profile=ColorSpace.of(12, 13).profile())
    expected = COLORS * (128 / 255) + 127
    assert np.abs(read_quarters(path) - expected).max() <= 5


def test_a_grey_profile(tmp_path: Path):
    """A grey picture whose profile has a gamma of 1: 55 of 255 is the light of sRGB's 128."""
    profile = grey_profile(1.0)
    path = tmp_path / "grey.tif"
    Image.new("L", (8, 8), 55).save(path, icc_profile=profile)
    assert np.abs(Clip.load(path).frames.astype(int) - 128).max() <= 2


def grey_profile(gamma: float) -> bytes:
    """ISO 15076-1, 8.3.4: a monochrome input profile."""
    white = (
        b"XYZ "
        + bytes(4)
        + b"".join(struct.pack(">i", round(v * 65536)) for v in (0.9642, 1, 0.8249))
    )
    trc = b"para" + bytes(8) + struct.pack(">i", round(gamma * 65536))
    start = 128 + 4 + 24
    table = struct.pack(">I4sII4sII", 2, b"wtpt", start, 20, b"kTRC", start + 20, 16)
    body = table + white + trc
    head = struct.pack(">I4xI4s4s4s", 128 + len(body), 0x04200000, b"mntr", b"GRAY", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + white[8:]
    return head.ljust(128, b"\0") + body


@pytest.mark.parametrize("mode", ["LAB", "CMYK"])
def test_other_modes(tmp_path: Path, mode: str):
    image = Image.fromarray(quarters(COLORS / 255))
    if mode == "LAB":
        srgb, lab = (ImageCms.createProfile(name) for name in ("sRGB", "LAB"))
        converted = ImageCms.profileToProfile(image, srgb, lab, outputMode="LAB")
        assert converted is not None
    else:
        converted = image.convert("CMYK")
    path = tmp_path / "a.tif"
    converted.save(path)
    assert np.abs(read_quarters(path) - COLORS).max() <= (
        24 if mode == "LAB" else 2
    )  # Lab of 8 bits


GREYS = np.repeat(np.array([[76, 150], [29, 226]]), 8, axis=0).repeat(8, axis=1)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("float01.tif", (GREYS / 255).astype(np.float32)),
        ("float-bright.tif", (GREYS / 255 + (GREYS == 226) * 0.5).astype(np.float32)),
        ("float255.tif", GREYS.astype(np.float32)),
        ("float65535.tif", (GREYS * 257).astype(np.float32)),
        ("int8.tif", GREYS.astype(np.int32)),
        ("int16.tif", (GREYS * 257).astype(np.int32)),
        ("int31.tif", (GREYS / 255 * (2**31 - 1)).astype(np.int32)),
        ("word.tif", (GREYS * 257).astype(np.uint16)),
        ("word.png", (GREYS * 257).astype(np.uint16)),
        ("dark.pgm", (GREYS * 257).astype(np.uint16)),
    ],
)
def test_greys_deeper_than_eight_bits(tmp_path: Path, name: str, values: np.ndarray):
    path = tmp_path / name
    Image.fromarray(values).save(path)
    expected = GREYS if "bright" not in name else np.where(GREYS == 226, 255, GREYS)
    assert np.abs(Clip.load(path).frames[0, :, :, 0].astype(int) - expected).max() <= 1


def test_unsigned_integers_of_32_bits(tmp_path: Path):
    path = tmp_path / "a.tif"
    values = (GREYS / 255 * (2**32 - 1)).astype(np.uint32)
    Image.fromarray(values.view(np.int32)).save(path)
    signed, unsigned = (struct.pack("<HHIH", 339, 3, 1, kind) for kind in (2, 1))  # SampleFormat
    path.write_bytes(path.read_bytes().replace(signed, unsigned))
    assert np.array_equal(Clip.load(path).frames[0, :, :, 0], GREYS)


def test_floats_that_are_no_numbers_are_black_or_white(tmp_path: Path):
    values = np.full((4, 4), 0.5, np.float32)
    values[0], values[1], values[2] = np.nan, np.inf, -np.inf
    Image.fromarray(values).save(tmp_path / "a.tif")
    assert Clip.load(tmp_path / "a.tif").frames[0, :, 0, 0].tolist() == [0, 255, 0, 128]


def test_a_colour_key_of_sixteen_bits(tmp_path: Path):
    values = (GREYS * 257).astype(np.uint16)
    Image.fromarray(values).save(tmp_path / "grey.png", transparency=76 * 257)
    assert Clip.load(tmp_path / "grey.png").frames[0, ::8, ::8, 0].tolist() == [
        [255, 150],
        [29, 226],
    ]


def test_white_is_white_in_every_space():
    assert ColorSpace.of(1, 1).is_srgb
    assert ColorSpace.of(2, 2).is_srgb
    white = np.full((1, 1, 3), 255, np.uint8)
    for primaries in (4, 5, 6, 7, 8, 9, 11, 12, 22):
        space = ColorSpace.of(primaries, 13)
        assert np.abs(to_srgb(white, space).astype(int) - 255).max() <= 1, primaries
    image = Image.new("RGB", (1, 1), (10, 200, 30))
    assert with_profile(image, b"no profile").getpixel((0, 0)) == (10, 200, 30)
