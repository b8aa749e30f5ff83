"""Cube maps of an environment as KTX 1 files, in the form that Filament reads.

Format: Khronos KTX 1.1, R11F_G11F_B10F (OpenGL EXT_packed_float). Filtering by roughness: Karis,
"Real Shading in Unreal Engine 4", 2013, with the distribution of Trowbridge and Reitz (GGX).
Ambient light: nine spherical harmonics (Ramamoorthi and Hanrahan, SIGGRAPH 2001).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache

import numpy as np

from sorairo.world.filament.environment import texels

# Forward, s axis and t axis of each face, in OpenGL's order; y is up.
FACES = (
    ((1, 0, 0), (0, 0, -1), (0, -1, 0)),
    ((-1, 0, 0), (0, 0, 1), (0, -1, 0)),
    ((0, 1, 0), (1, 0, 0), (0, 0, 1)),
    ((0, -1, 0), (1, 0, 0), (0, 0, -1)),
    ((0, 0, 1), (1, 0, 0), (0, -1, 0)),
    ((0, 0, -1), (-1, 0, 0), (0, -1, 0)),
)
GL_R11F_G11F_B10F, GL_RGB = 35898, 6407
LARGEST = 65000.0  # near the largest finite value of the format
REFLECTION_SIDE, REFLECTION_LEVELS, SKY_SIDE = 64, 5, 256


@dataclass(frozen=True, eq=False)
class Reflection:
    """The light of an environment, as Filament stores it."""

    levels: list[np.ndarray]
    """Cube maps, each half as large and more blurred than the one before, [6, side, side, 3]."""
    harmonics: np.ndarray
    """Coefficients of the irradiance / pi, [9, 3]."""

    def scaled(self, factors: np.ndarray) -> Reflection:
        """The light multiplied with a colour [3]."""
        return Reflection([level * factors for level in self.levels], self.harmonics * factors)

    def file(self) -> bytes:
        """The light as a KTX file."""
        rows = (" ".join(f"{value:g}" for value in row) for row in self.harmonics)
        return _ktx(self.levels, b"sh\0" + ("\n".join(rows) + "\n").encode())


def reflection_of(radiance: np.ndarray) -> Reflection:
    """The light of an environment: a cube map blurred more at each level, and its harmonics.

    Args:
        radiance: Linear RGB, float32 [H, 2H, 3], latitude by longitude; H a multiple of 8.
    """
    coarse = _coarser(radiance, 8)
    height, width = coarse.shape[:2]
    light = coarse.reshape(-1, 3)
    levels = [_cube_map(radiance, REFLECTION_SIDE)]
    for level in range(1, REFLECTION_LEVELS):
        side = REFLECTION_SIDE >> level
        blurred = _blur(level, height, width) @ light
        levels.append(blurred.reshape(6, side, side, 3))
    directions, weights = texels(height, width)
    return Reflection(levels, _harmonics(light, directions.reshape(-1, 3), weights.reshape(-1)))


@cache
def _blur(level: int, height: int, width: int) -> np.ndarray:
    """How much each texel of an environment counts in each of a level of its reflections."""
    directions, weights = texels(height, width)
    cube = cube_directions(REFLECTION_SIDE >> level)
    cosines = cube.reshape(-1, 3) @ directions.reshape(-1, 3).T
    alpha = max((level / (REFLECTION_LEVELS - 1)) ** 2, 0.02)
    halfway = (1 + np.clip(cosines, -1, 1)) / 2  # the squared cosine of half the angle
    kernel = np.clip(cosines, 0, 1) * weights.reshape(-1) / (halfway * (alpha**2 - 1) + 1) ** 2
    return (kernel / kernel.sum(1, keepdims=True)).astype(np.float32)


def reflection_file(radiance: np.ndarray) -> bytes:
    """The light of an environment as a KTX file; `radiance` as in `reflection_of`."""
    return reflection_of(radiance).file()


def sky_file(radiance: np.ndarray, *, side: int = SKY_SIDE) -> bytes:
    """The sky of an environment: a sharp cube map. `radiance` as in `reflection_of`."""
    return _ktx([_cube_map(radiance, side)], b"")


def _cube_map(radiance: np.ndarray, side: int) -> np.ndarray:
    """The radiance as a cube map, [6, side, side, 3]."""
    return interpolated(radiance, _places_of_cube(side, *radiance.shape[:2]))


@cache
def _places_of_cube(side: int, height: int, width: int) -> TexelWeights:
    return places_of(cube_directions(side), height, width)


def cube_directions(side: int) -> np.ndarray:
    """The directions of the texels of a cube map, float64 [6, side, side, 3], y up."""
    steps = (np.arange(side) + 0.5) / side * 2 - 1
    s, t = np.meshgrid(steps, steps)
    faces = [
        np.asarray(forward) + s[..., None] * np.asarray(across) + t[..., None] * np.asarray(down)
        for forward, across, down in FACES
    ]
    cube = np.stack(faces)
    return cube / np.linalg.norm(cube, axis=-1, keepdims=True)


@dataclass(frozen=True, eq=False)
class TexelWeights:
    """Where directions [...] lie between the texels of an environment."""

    corners: np.ndarray
    """Indices of the four texels around each, int32 [4, ...]: two of the upper row, two below."""
    right: np.ndarray
    """How far each lies to the right of the first one, 0 to 1, float32 [..., 1]."""
    down: np.ndarray
    """How far below it, float32 [..., 1]."""


def places_of(directions: np.ndarray, height: int, width: int) -> TexelWeights:
    """Where directions [..., 3] (y up) lie in an environment of this size."""
    rows = np.arccos(np.clip(directions[..., 1], -1, 1)) / np.pi * height - 0.5
    angle = np.arctan2(directions[..., 0], -directions[..., 2])
    columns = (angle + np.pi) / (2 * np.pi) * width - 0.5
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    down, right = (rows - top)[..., None], (columns - left)[..., None]
    lines = [np.clip(row, 0, height - 1) * width for row in (top, top + 1)]
    corners = [line + column % width for line in lines for column in (left, left + 1)]
    return TexelWeights(
        np.stack(corners).astype(np.int32), right.astype(np.float32), down.astype(np.float32)
    )


def interpolated(radiance: np.ndarray, places: TexelWeights) -> np.ndarray:
    """The radiance [H, W, 3] at some places [...], linearly interpolated, [..., 3]."""
    flat = radiance.reshape(-1, 3)
    left, right, below_left, below_right = (flat[corner] for corner in places.corners)
    upper = left + (right - left) * places.right
    lower = below_left + (below_right - below_left) * places.right
    return upper + (lower - upper) * places.down


def look_up(radiance: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """The radiance from directions [..., 3] (y up), linearly interpolated, [..., 3]."""
    return interpolated(radiance, places_of(directions, *radiance.shape[:2]))


def _coarser(image: np.ndarray, factor: int) -> np.ndarray:
    height, width = image.shape[:2]
    blocks = image.reshape(height // factor, factor, width // factor, factor, 3)
    return blocks.mean((1, 3))


def _harmonics(light: np.ndarray, toward: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Coefficients [9, 3] that give the irradiance / pi of a normal in Filament's basis."""
    normals = cube_directions(8).reshape(-1, 3)
    irradiance = (np.clip(normals @ toward.T, 0, 1) * weights) @ light / np.pi
    x, y, z = normals.T
    basis = (np.ones_like(x), y, z, x, y * x, y * z, 3 * z * z - 1, z * x, x * x - y * y)
    return np.linalg.lstsq(np.stack(basis, 1), irradiance, rcond=None)[0]


def _small_floats(values: np.ndarray, mantissa: int) -> np.ndarray:
    """Unsigned floats of 5 bits of exponent and `mantissa` bits, as uint32."""
    values = np.clip(values, 0, LARGEST).astype(np.float64)
    fraction, exponent = np.frexp(values)
    normal = (exponent >= -13) & (values > 0)
    biased = np.where(normal, exponent + 14, 0).astype(np.uint32)
    steps = 1 << mantissa
    bits = np.where(normal, np.round((fraction * 2 - 1) * steps), np.round(values * 2**14 * steps))
    carried = bits >= steps
    biased = biased + carried
    return (biased << mantissa) | np.where(carried, 0, bits).astype(np.uint32)


def _packed(rgb: np.ndarray) -> np.ndarray:
    red, green = _small_floats(rgb[..., 0], 6), _small_floats(rgb[..., 1], 6)
    return (red | (green << 11) | (_small_floats(rgb[..., 2], 5) << 22)).astype("<u4")


def _ktx(levels: list[np.ndarray], entry: bytes) -> bytes:
    """A KTX file of cube maps [6, side, side, 3], the largest first, with one key-value entry."""
    side = levels[0].shape[1]
    entries = struct.pack("<I", len(entry)) + entry if entry else b""
    entries += b"\0" * (-len(entries) % 4)
    head = (
        0x04030201,
        GL_R11F_G11F_B10F,  # as Filament's own tools write the type of packed floats
        1,
        GL_RGB,
        GL_R11F_G11F_B10F,
        GL_R11F_G11F_B10F,
        side,
        side,
        0,
        0,
        6,
        len(levels),
        len(entries),
    )
    parts = [b"\xabKTX 11\xbb\r\n\x1a\n", struct.pack("<13I", *head), entries]
    for cube in levels:
        parts.append(struct.pack("<I", cube.shape[1] ** 2 * 4))
        parts += [_packed(face).tobytes() for face in cube]
    return b"".join(parts)
