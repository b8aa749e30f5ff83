"""Cube maps: directions, look-up, packed floats and the light of simple environments."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from sorairo.world.filament.cube_maps import (
    REFLECTION_LEVELS,
    REFLECTION_SIDE,
    cube_directions,
    look_up,
    reflection_file,
)
from sorairo.world.filament.environment import (
    STRONGEST_SUN,
    Environment,
    environment_of,
    texels,
    to_panorama,
    to_world,
)


def unpacked(word: int) -> tuple[float, float, float]:
    """The floats of a texel in R11F_G11F_B10F (OpenGL EXT_packed_float)."""

    def small(bits: int, mantissa: int) -> float:
        exponent, fraction = bits >> mantissa, (bits & ((1 << mantissa) - 1)) / (1 << mantissa)
        return 2.0**-14 * fraction if exponent == 0 else 2.0 ** (exponent - 15) * (1 + fraction)

    return small(word & 0x7FF, 6), small(word >> 11 & 0x7FF, 6), small(word >> 22, 5)


@pytest.mark.parametrize("level", [3e-5, 0.01, 0.5, 1.0, 3.7, 300.0])
def test_an_even_environment_is_stored_within_the_precision_of_the_format(level: float):
    color = np.array([1.0, 0.5, 2.0]) * level
    file = reflection_file(np.tile(color, (16, 32, 1)).astype(np.float32))
    head = struct.unpack_from("<13I", file, 12)
    side, levels, extra = head[6], head[11], head[12]
    assert (side, levels) == (REFLECTION_SIDE, REFLECTION_LEVELS)
    assert struct.unpack_from("<I", file, 64 + extra)[0] == side * side * 4
    first, last = struct.unpack_from("<I", file, 64 + extra + 4)[0], struct.unpack("<I", file[-4:])
    for word in (first, last[0]):  # the sharpest level and the most blurred one
        assert unpacked(word) == pytest.approx(color, rel=2**-5, abs=1e-6)


def test_the_first_harmonic_of_an_even_environment_is_its_radiance():
    file = reflection_file(np.full((128, 256, 3), 0.25, np.float32))
    text = file[64 + 4 : file.index(b"\n\0" if b"\n\0" in file else b"\n", 64) + 1]
    rows = [line.split() for line in text.removeprefix(b"sh\0").decode().splitlines()[:9]]
    assert [float(value) for value in rows[0]] == pytest.approx([0.25] * 3, abs=2e-3)
    others = np.array([[float(value) for value in row] for row in rows[1:]])
    assert np.abs(others).max() < 5e-3


def test_directions_of_texels_are_found_again():
    directions, angles = texels(64, 128)
    assert angles.sum() == pytest.approx(4 * np.pi, rel=1e-3)
    found = look_up(directions.astype(np.float32), cube_directions(8))
    assert np.abs(found - cube_directions(8)).max() < 0.05


def test_world_axes_and_panorama_axes_are_inverse():
    vectors = np.random.default_rng(0).normal(size=(5, 3))
    assert to_world(to_panorama(vectors)) == pytest.approx(vectors)
    assert to_world(np.array([0.0, 1.0, 0.0])) == pytest.approx([0, 0, 1])


def with_sun(elevation: float, strength: float) -> tuple[np.ndarray, np.ndarray]:
    """An even panorama with a bright spot, and the direction of the spot with y up."""
    directions, _ = texels(128, 256)
    spot = np.array([np.cos(elevation), np.sin(elevation), 0.0])
    panorama = np.full((128, 256, 3), 0.2, np.float32)
    panorama[directions @ spot > np.cos(0.03)] = strength
    return panorama, spot


def test_the_sun_is_cut_out_and_found_where_it_was():
    panorama, spot = with_sun(0.6, 5_000.0)
    environment = environment_of(panorama)
    assert environment.radiance.max() < 2
    assert -environment.sun_direction @ to_world(spot) > np.cos(0.05)
    assert 0 < environment.sun_irradiance.max() <= STRONGEST_SUN


def test_an_even_sky_has_no_sun():
    environment = environment_of(np.full((64, 128, 3), 0.4, np.float32))
    assert environment.sun_irradiance.tolist() == [0, 0, 0]
    assert environment.radiance == pytest.approx(np.ones((64, 128, 3)), rel=1e-4)
    assert environment.upward_irradiance() == pytest.approx([np.pi] * 3, rel=1e-2)


@pytest.mark.parametrize("columns", [0, 64, 100])
def test_a_turned_environment_turns_sky_and_sun_alike(columns: int):
    panorama, _ = with_sun(0.5, 3_000.0)
    plain = environment_of(panorama)
    turned: Environment = plain.turned(columns)
    again = environment_of(np.roll(panorama, columns, axis=1))
    assert turned.sun_direction == pytest.approx(again.sun_direction, abs=0.03)
    assert turned.radiance == pytest.approx(again.radiance, abs=0.02)


def test_a_sun_clipped_to_one_channel_leaves_no_stain_in_the_sky():
    panorama = np.full((128, 256, 3), (0.9, 0.8, 0.7), np.float32)
    panorama[40:42, 120:122] = (0.0, 0.0, 5000.0)
    panorama[41, 121] = 0.0
    light = environment_of(panorama)
    assert light.sun_irradiance.max() > 0
    assert light.radiance == pytest.approx(np.broadcast_to(light.radiance[0, 0], (128, 256, 3)))
