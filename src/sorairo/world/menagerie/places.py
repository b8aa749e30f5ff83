"""The places: their light, their grounds, and what a horizon looks like there."""

from __future__ import annotations

from dataclasses import dataclass

TERRAIN = "art/textures/terrain/types"


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A photographed ground."""

    picture: str
    """Its texture, in the folder of the terrains."""
    size: float
    """Metres that the picture covers."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """One place."""

    panorama: str
    """The panorama that lights it."""
    grounds: tuple[str, ...]
    """Keys of GROUNDS that fit."""
    exposure: float = 1.0
    """Less makes it darker."""
    ends_in_panorama: bool = True
    """Whether far ground is that of the panorama; else the ground goes on to the horizon."""
    weathers: tuple[str, ...] = ("clear", "fog", "rain")
    """The weather that it can have."""


GROUNDS: dict[str, Ground] = {
    "grass": Ground(picture="temperate/grass_02.png", size=4.0),
    "short grass": Ground(picture="new_alpine_grass_b.dds", size=4.0),
    "dry grass": Ground(picture="savanna/grass_01.png", size=5.0),
    "tall grass": Ground(picture="savanna/grass_03.png", size=5.0),
    "steppe": Ground(picture="steppe/grass_dirt_02.png", size=4.0),
    "forest floor": Ground(picture="temperate/forestfloor_003.png", size=4.0),
    "autumn leaves": Ground(picture="temperate/autumn_forestfloor_003.png", size=4.0),
    "red earth": Ground(picture="new_savanna_dirt_c.dds", size=5.0),
    "dirt": Ground(picture="temperate/grass_dirt_03.png", size=4.0),
    "mud": Ground(picture="temperate/mud_01.png", size=4.0),
    "sand": Ground(picture="sahara/sand_01.png", size=5.0),
    "rippled sand": Ground(picture="desert_sand_dunes_100.dds", size=6.0),
    "stony ground": Ground(picture="sahara/rocks_dirt_01.png", size=4.0),
    "snow": Ground(picture="alpine_arctic/snow_01.png", size=5.0),
    "frozen ground": Ground(picture="polar_tundra_snow.dds", size=5.0),
}
PLACES: dict[str, Place] = {
    "meadow": Place(panorama="park", grounds=("grass", "short grass")),
    "field": Place(panorama="sunrise", grounds=("grass", "steppe", "dirt")),
    "farm": Place(panorama="sunrise", grounds=("dirt", "mud", "short grass")),
    "forest": Place(panorama="forest", grounds=("forest floor", "autumn leaves")),
    "savanna": Place(
        panorama="night", grounds=("dry grass", "tall grass", "red earth"), exposure=0.9
    ),
    "desert": Place(
        panorama="dawn", grounds=("stony ground", "sand"), weathers=("clear",), exposure=0.9
    ),
    "dunes": Place(
        panorama="sky",
        grounds=("sand", "rippled sand"),
        ends_in_panorama=False,
        weathers=("clear",),
    ),
    "snow": Place(
        panorama="sky",
        grounds=("snow", "frozen ground"),
        ends_in_panorama=False,
        weathers=("clear", "clear", "fog", "snowfall"),
    ),
}
