"""The places: which panorama lights them, and what a caption may say of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Place:
    """One place."""

    panorama: str
    """The name of its panorama."""
    grounds: tuple[str, ...]
    """The grounds that fit it."""
    exposure: float = 1.0
    """Less makes it darker."""
    outdoors: bool = True
    """Whether weather can be seen."""
    daylight: bool = False
    """Whether it can be lit as in the morning, at dusk and at night."""


PLACES: dict[str, Place] = {
    "park": Place(panorama="park", grounds=("grass", "grass", "gravel"), daylight=True),
    "city": Place(panorama="city", grounds=("asphalt", "tiles"), daylight=True),
    "venice": Place(panorama="venice", grounds=("cobbles", "tiles"), daylight=True),
    "forest": Place(panorama="forest", grounds=("soil", "grass"), daylight=True),
    "bridge": Place(panorama="bridge", grounds=("tiles", "wood"), outdoors=False),
    "esplanade": Place(
        panorama="esplanade", grounds=("tiles", "carpet"), exposure=0.6, outdoors=False
    ),
    "meadow": Place(panorama="dawn", grounds=("grass", "soil")),
    "beach": Place(panorama="sky", grounds=("sand",), exposure=0.8, daylight=True),
    "snowfield": Place(panorama="sunrise", grounds=("snow",)),
    "square": Place(panorama="sunset", grounds=("asphalt", "cobbles")),
    "night": Place(panorama="night", grounds=("asphalt", "gravel", "sand"), exposure=0.3),
    "apartment": Place(panorama="apartment", grounds=("wood", "carpet"), outdoors=False),
    "hall": Place(panorama="hall", grounds=("tiles", "wood"), outdoors=False),
    "lobby": Place(panorama="lobby", grounds=("tiles", "carpet"), exposure=0.85, outdoors=False),
    "workshop": Place(panorama="workshop", grounds=("wood", "tiles"), outdoors=False),
    "warehouse": Place(panorama="warehouse", grounds=("asphalt", "tiles"), outdoors=False),
    "laboratory": Place(panorama="lab", grounds=("tiles",), outdoors=False),
    "studio": Place(panorama="studio", grounds=("tiles", "wood"), outdoors=False),
}
