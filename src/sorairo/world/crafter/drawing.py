"""Pictures of a state of Crafter, eight pixels to a tile: the pixels that the simulator draws, less
the noise of the night."""

from __future__ import annotations

from functools import cache

import numpy as np
from crafter import constants
from crafter.engine import Textures
from PIL import Image, ImageEnhance

from sorairo.world.crafter.names import (
    COLUMNS,
    GROUND,
    ITEMS,
    MOST,
    ROWS,
    SIDE,
    THINGS,
    TILE,
)
from sorairo.world.crafter.state import GameState

OUTSIDE = 127  # grey level beyond the edge of the world
NIGHT_TINT, SLEEP_TINT = (0, 16, 64), (0, 0, 16)


def draw(state: GameState, noise: np.random.Generator | None = None) -> np.ndarray:
    """The picture of a state, uint8 [72, 72, 3]: seven rows of the map, two of the inventory. With
    a generator, dark pictures have the random noise of the game."""
    tiles = map_tiles()[state.ground, state.things]
    land = tiles.transpose(0, 2, 1, 3, 4).reshape(ROWS * TILE, COLUMNS * TILE, 3)
    lit = light_land(land, state.daylight, noise)
    if state.sleeping:
        lit = sleep_land(lit)
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    picture[: ROWS * TILE] = lit
    items = item_tiles()
    for index, name in enumerate(ITEMS):
        row, column = divmod(index, COLUMNS)
        top, left = (ROWS + row) * TILE, column * TILE
        amount = min(state.inventory[name], MOST)
        picture[top : top + TILE, left : left + TILE] = items[index, amount]
    return picture


def light_land(
    land: np.ndarray, daylight: float, noise: np.random.Generator | None = None
) -> np.ndarray:
    """Land as it looks by a daylight of 0 to 1, float [h, w, 3]; noise only for the whole map."""
    night = land
    if daylight < 0.5 and noise is not None:
        amount = 2 * (0.5 - daylight) * _vignette()[..., None]
        grain = noise.uniform(32, 127, land.shape[:2])[..., None]
        night = (1 - amount) * land + amount * grain
    pale = ImageEnhance.Color(Image.fromarray(night.astype(np.uint8))).enhance(0.4)
    return daylight * land + (1 - daylight) * _tint(np.asarray(pale), NIGHT_TINT)


def sleep_land(land: np.ndarray) -> np.ndarray:
    """Land as it looks to a sleeping player, float [h, w, 3]."""
    grey = ImageEnhance.Color(Image.fromarray(land.astype(np.uint8))).enhance(0.0)
    return _tint(np.asarray(grey), SLEEP_TINT)


def _tint(picture: np.ndarray, color: tuple[int, int, int]) -> np.ndarray:
    return 0.5 * picture + 0.5 * np.array(color)


@cache
def _vignette() -> np.ndarray:
    """The share of the night's noise at each pixel of the map, more at the edges, [56, 72]."""
    y, x = np.meshgrid(
        np.linspace(-1, 1, ROWS * TILE), np.linspace(-1, 1, COLUMNS * TILE), indexing="ij"
    )
    return 1 - np.exp(-0.5 * (x**2 + y**2) / 0.5**2)


@cache
def _textures() -> Textures:
    return Textures(constants.root / "assets")


def _texture(name: str, size: int) -> np.ndarray:
    """A texture as rows and columns, uint8 [size, size, 3 or 4]."""
    return _textures().get(name, (size, size)).transpose(1, 0, 2)


def _over(picture: np.ndarray, texture: np.ndarray) -> np.ndarray:
    """A texture laid over a picture of its size, by its alpha channel."""
    if texture.shape[-1] == 3:
        return texture
    alpha = texture[..., 3:].astype(np.float32) / 255
    top = texture[..., :3].astype(np.float32) / 255
    blended = alpha * top + (1 - alpha) * (picture.astype(np.float32) / 255)
    return (255 * blended).astype(np.uint8)


@cache
def map_tiles() -> np.ndarray:
    """The picture of each ground with each thing on it, by day, uint8 [13, 15, 8, 8, 3]."""
    tiles = np.full((len(GROUND), len(THINGS), TILE, TILE, 3), OUTSIDE, np.uint8)
    for i, ground in enumerate(GROUND):
        if ground != "outside":
            tiles[i] = _texture(ground, TILE)[..., :3]
        for j, thing in enumerate(THINGS):
            if thing != "nothing":
                tiles[i, j] = _over(tiles[i, j], _texture(thing, TILE))
    return tiles


@cache
def item_tiles() -> np.ndarray:
    """The picture of each item in each amount, uint8 [16, 10, 8, 8, 3]."""
    tiles = np.zeros((len(ITEMS), MOST + 1, TILE, TILE, 3), np.uint8)
    for i, item in enumerate(ITEMS):
        picture = _texture(item, int(0.8 * TILE))
        digits_at = int(0.4 * TILE)
        for amount in range(1, MOST + 1):
            tile, side = tiles[i, amount], len(picture)
            tile[:side, :side] = _over(tile[:side, :side], picture)
            digit = _texture(str(amount), int(0.6 * TILE))
            spot = np.s_[digits_at : digits_at + len(digit), digits_at : digits_at + len(digit)]
            tile[spot] = _over(tile[spot], digit)
    return tiles
