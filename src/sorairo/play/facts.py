"""The worlds that can be played, as far as they are known without loading anything. No torch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sorairo.errors import unknown_name
from sorairo.world.crafter.names import ACTIONS, COLUMNS, ITEM_ROWS, ITEMS, ROWS, SIDE, TILE

SIMULATOR, ANCHORED, DREAM = "simulator", "anchored", "dream"
"""Who draws the frames: the game itself; a network, from what the rules say; a network alone."""
MODES = (DREAM, ANCHORED, SIMULATOR)


@dataclass(frozen=True, kw_only=True)
class PlayableFacts:
    """What is known of a playable world."""

    name: str
    """Its name, by which it is loaded."""
    actions: tuple[str, ...]
    """The names of the actions; the first one does nothing."""
    items: tuple[str, ...]
    """What the player can carry."""
    modes: tuple[str, ...]
    """The modes of play that exist, the first one as default."""
    side: int
    """Pixels to a side of a frame."""
    tile: int
    """Pixels to a side of a tile."""
    map_size: tuple[int, int]
    """Columns and rows of the map in a frame; below it is the inventory."""
    fps: float
    """Frames a second of the clip of a session."""
    networks: bool
    """Whether the networks that draw it are installed."""


def crafter_facts(networks: bool) -> PlayableFacts:
    """Crafter, with or without its networks."""
    assert SIDE == (ROWS + ITEM_ROWS) * TILE
    modes = MODES if networks else (SIMULATOR,)
    return PlayableFacts(
        name="crafter",
        actions=ACTIONS,
        items=ITEMS,
        modes=modes,
        side=SIDE,
        tile=TILE,
        map_size=(COLUMNS, ROWS),
        fps=8.0,
        networks=networks,
    )


def playable(networks: Iterable[str]) -> dict[str, PlayableFacts]:
    """All playable worlds by name; `networks` names the models that are installed."""
    return {"crafter": crafter_facts("crafter" in set(networks))}


def playable_named(name: str, networks: Iterable[str]) -> PlayableFacts:
    """The playable world of a name. Raises UnknownNameError."""
    found = playable(networks)
    if name not in found:
        raise unknown_name("world to play in", name, found)
    return found[name]
