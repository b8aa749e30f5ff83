"""Grounds: their colours by place, and the surface that a stage shows.

The near ground is a material such as grass or sand. Far away it shows the panorama's lower half, as
seen from a camera at eye level.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy.ndimage import zoom

from sorairo.world.filament.cube_maps import look_up
from sorairo.world.filament.environment import Environment, to_panorama
from sorairo.world.filament.geometry import Geometry, grid_faces
from sorairo.world.filament.stage import Material

TEXTURE_SIDE, FAR_SIDE = 1024, 256  # texels; far away, the panorama is coarser
REACH = 240.0  # metres from the middle to the edge
NEAR_SCALE = 9.0  # metres at which a texel covers twice what it covers in the middle
EYE_LEVEL = 1.6  # metres above the ground at which panoramas are taken
# Metres at which the panorama's light begins, and is all there is.
BLEND, BLEND_NEAR = (8.0, 28.0), (4.0, 12.0)
WETTER = 0.6  # times the reflectance
NOISE_SIDE = 256
HOLLOW = 0.15  # metres: how deep the ground is under what covers it

Color = Callable[[np.ndarray, np.ndarray], np.ndarray]


@cache
def _noise_tile(seed: int) -> np.ndarray:
    """Periodic noise of unit variance, smooth over 4 texels, [NOISE_SIDE, NOISE_SIDE]."""
    white = np.random.default_rng(seed).standard_normal((NOISE_SIDE, NOISE_SIDE))
    waves = np.hypot(*np.meshgrid(np.fft.rfftfreq(NOISE_SIDE), np.fft.fftfreq(NOISE_SIDE)))
    smooth = np.fft.irfft2(np.fft.rfft2(white) * np.exp(-((waves * 6) ** 2)), s=white.shape)
    return smooth / smooth.std()


def noise(x: np.ndarray, y: np.ndarray, size: float, seed: int) -> np.ndarray:
    """Smooth noise of unit variance whose features are about `size` metres across."""
    column, row = x / size * 4, y / size * 4
    left, top = np.floor(column).astype(int), np.floor(row).astype(int)
    right, down = column - left, row - top
    tile = _noise_tile(seed)

    def texel(r: np.ndarray, c: np.ndarray) -> np.ndarray:
        return tile[r % NOISE_SIDE, c % NOISE_SIDE]

    upper = texel(top, left) * (1 - right) + texel(top, left + 1) * right
    lower = texel(top + 1, left) * (1 - right) + texel(top + 1, left + 1) * right
    return upper * (1 - down) + lower * down


def _shaded(color: tuple[float, float, float], shade: np.ndarray) -> np.ndarray:
    return np.asarray(color) * np.clip(1 + shade, 0.05, 2.5)[..., None]


def _grass(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    patches, tufts, blades = noise(x, y, 5, 1), noise(x, y, 0.5, 2), noise(x * 2, y, 0.1, 3)
    shade = 0.12 * patches + 0.22 * tufts + 0.28 * blades
    dry = np.clip(noise(x, y, 8, 4) * 0.25 + 0.2, 0, 1)[..., None]
    return (
        _shaded((0.075, 0.15, 0.03), shade) * (1 - dry) + _shaded((0.17, 0.16, 0.06), shade) * dry
    )


def _sand(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    ripples = np.sin((x * 0.35 + y + 0.35 * noise(x, y, 2.5, 5)) * 2 * np.pi / 0.32)
    shade = 0.05 * ripples + 0.06 * noise(x, y, 3, 6) + 0.08 * noise(x, y, 0.08, 7)
    return _shaded((0.50, 0.38, 0.22), shade)


def _snow(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    shade = 0.05 * noise(x, y, 3, 8) + 0.04 * noise(x, y, 0.4, 9)
    return _shaded((0.72, 0.76, 0.82), shade)


def _asphalt(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    shade = 0.12 * noise(x, y, 3, 10) + 0.1 * noise(x, y, 0.5, 11) + 0.25 * noise(x, y, 0.06, 12)
    return _shaded((0.09, 0.09, 0.095), shade)


def _soil(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    shade = 0.15 * noise(x, y, 2, 13) + 0.2 * noise(x, y, 0.3, 14) + 0.2 * noise(x, y, 0.07, 15)
    return _shaded((0.15, 0.095, 0.055), shade)


def _gravel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    stones = noise(x, y, 0.14, 16)
    return _shaded((0.28, 0.26, 0.24), 0.35 * stones + 0.1 * noise(x, y, 2, 17))


def _cells(
    x: np.ndarray, y: np.ndarray, width: float, height: float, seed: int, bond: float = 0.5
) -> tuple:
    """Bricks whose rows are shifted by a share `bond` of their width each: the distance to the
    nearest joint in metres, and a tone for each brick."""
    row = np.floor(y / height)
    along = x + (row * bond) % 1.0 * width
    column = np.floor(along / width)
    across = np.minimum(along - column * width, (column + 1) * width - along)
    up = np.minimum(y - row * height, (row + 1) * height - y)
    code = (column * 73 + row * 151 + seed).astype(int) % (NOISE_SIDE**2)
    return np.minimum(across, up), _noise_tile(seed).reshape(-1)[code]


def _cobbles(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    gap, tone = _cells(x, y, 0.34, 0.26, 18)
    joint = np.clip(gap / 0.035, 0, 1) ** 0.7
    shade = 0.16 * tone + 0.1 * noise(x, y, 0.12, 19) - 0.7 * (1 - joint)
    return _shaded((0.24, 0.22, 0.20), shade)


def _tiles(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    gap, tone = _cells(x, y * 1.0, 0.8, 0.8, 20)
    joint = np.clip(gap / 0.012, 0, 1)
    shade = 0.04 * tone + 0.03 * noise(x, y, 0.7, 21) - 0.45 * (1 - joint)
    return _shaded((0.48, 0.46, 0.43), shade)


def _wood(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    gap, tone = _cells(x + 1.1, y, 3.0, 0.18, 22, 0.382)
    joint = np.clip(gap / 0.006, 0, 1)
    fibre = noise(x * 0.12, y, 0.06, 23)
    shade = 0.16 * tone + 0.14 * fibre + 0.08 * noise(x * 0.3, y, 0.4, 24) - 0.6 * (1 - joint)
    return _shaded((0.30, 0.165, 0.08), shade)


def _carpet(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    shade = 0.12 * noise(x, y, 0.03, 25) + 0.06 * noise(x, y, 0.6, 26)
    return _shaded((0.30, 0.05, 0.05), shade)


# Linear RGB [..., 3] by place, in metres.
COLORS: dict[str, Color] = {
    "grass": _grass,
    "sand": _sand,
    "snow": _snow,
    "asphalt": _asphalt,
    "soil": _soil,
    "gravel": _gravel,
    "cobbles": _cobbles,
    "tiles": _tiles,
    "wood": _wood,
    "carpet": _carpet,
}
ROUGHNESS = {"tiles": 0.35, "wood": 0.5, "asphalt": 0.85}  # others: 0.95


def ground_geometry(
    hollow: np.ndarray | None = None, turn: float = 0.0, *, near: bool | None = None
) -> Geometry:
    """A disc whose texels are fine in the middle and coarse at the edge.

    It is deeper within `hollow`, the lowest and highest x and y of a rectangle [2, 2], which
    something else covers when the disc is turned by `turn`, radians about the vertical axis.

    `near` as for `ground_material`: where the surface only gives off light, its normals point to
    the middle. Seen at a grazing angle it would reflect the sky, however rough it is. None: all
    normals point up.
    """
    fine = 1 if hollow is None else 2
    warped = np.linspace(0, REACH / (REACH + NEAR_SCALE), 28 * fine)
    radius = NEAR_SCALE * warped / (1 - warped)
    angle = np.linspace(0, 2 * np.pi, 40 * fine + 1)
    outward = np.stack([np.cos(angle), np.sin(angle)], -1)
    plane = radius[:, None, None] * outward
    positions = np.concatenate([plane, np.zeros((*plane.shape[:2], 1))], -1).reshape(-1, 3)
    tilt = _far_share(radius, near=near) ** 3 if near is not None else np.zeros(len(radius))
    inward = np.concatenate([-outward, np.zeros((len(angle), 1))], -1)
    normals = tilt[:, None, None] * inward + (1 - tilt)[:, None, None] * [0.0, 0.0, 1.0]
    normals = (normals / np.linalg.norm(normals, axis=-1, keepdims=True)).reshape(-1, 3)
    faces = grid_faces(len(radius), len(angle))
    if hollow is not None:
        cosine, sine = np.cos(turn), np.sin(turn)
        turned = positions[:, :2] @ np.array([[cosine, sine], [-sine, cosine]])
        inside = ((turned > hollow[0]) & (turned < hollow[1])).all(1)
        around = faces[~inside[faces].all(1)]
        inside[around] = False
        positions[inside, 2] = -HOLLOW
    return Geometry(positions, faces, normals, ground_uv(positions[:, :2]))


def ground_uv(places: np.ndarray) -> np.ndarray:
    """The texture coordinates of places [..., 2] on `ground_geometry`, metres from its middle."""
    radius = np.hypot(places[..., 0], places[..., 1])
    return 0.5 + 0.5 * places / (radius + NEAR_SCALE)[..., None]


def _places(side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, y and the distance from the middle of the texels of a texture, metres, [side, side]."""
    steps = (np.arange(side) + 0.5) / side * 2 - 1
    u, v = np.meshgrid(steps, steps)
    warped = np.hypot(u, v)
    radius = NEAR_SCALE * warped / np.maximum(1 - warped, NEAR_SCALE / (REACH + NEAR_SCALE))
    scale = radius / np.maximum(warped, 1e-6)
    return u * scale, v * scale, radius


@cache
def _near_colors(kind: str) -> np.ndarray:
    """The ground without its surroundings, linear RGB, float16 [TEXTURE_SIDE, TEXTURE_SIDE, 3]."""
    x, y, _ = _places(TEXTURE_SIDE)
    return COLORS[kind](x, y).astype(np.float16)


def _far_share(radius: np.ndarray, *, near: bool) -> np.ndarray:
    """How much the ground shows the panorama, 0 to 1, at distances from the middle in metres."""
    begin, end = BLEND_NEAR if near else BLEND
    share = np.clip((radius - begin) / (end - begin), 0, 1)
    return share * share * (3 - 2 * share)


def ground_material(kind: str, environment: Environment, *, near: bool, wet: bool) -> Material:
    """The material of `ground_geometry`: near the middle a surface of a kind; farther away it gives
    off the light of the panorama, so that it meets the horizon without an edge. `near`: from a few
    metres on, where walls are near."""
    factor = TEXTURE_SIDE // FAR_SIDE
    x, y, radius = _places(FAR_SIDE)
    share = _far_share(radius, near=near)
    toward = np.stack([x, y, np.full_like(x, -EYE_LEVEL)], -1)
    toward /= np.sqrt(radius**2 + EYE_LEVEL**2)[..., None]
    far = look_up(environment.radiance, to_panorama(toward)) * share[..., None]
    brightest = max(float(far.max()), 1e-3)
    fine = np.asarray(zoom(share.astype(np.float32), factor, order=1), np.float32)
    surface = _near_colors(kind).astype(np.float32) * (1 - fine[..., None])
    return Material(
        texture=to_srgb(surface * (WETTER if wet else 1.0)),
        roughness=roughness_of(kind, wet=wet),
        # Black metal reflects nothing.
        metallic=1.0,
        metallic_texture=to_srgb(np.repeat(fine[..., None], 3, -1)),
        glow=brightest,
        glow_texture=to_srgb(far / brightest),
    )


def roughness_of(kind: str, *, wet: bool) -> float:
    """How rough a kind of ground is, 0 to 1."""
    return 0.42 if wet else ROUGHNESS.get(kind, 0.95)


def to_srgb(linear: np.ndarray) -> np.ndarray:
    """Linear RGB from 0 to 1 as sRGB, uint8 (IEC 61966-2-1)."""
    linear = np.clip(linear, 0, 1)
    curve = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.round(curve * 255).astype(np.uint8)
