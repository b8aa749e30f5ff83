"""The worlds that can be played, as far as they are known without loading anything. No torch."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from sorairo.errors import ModelError, SorairoError, unknown_name
from sorairo.models import hub
from sorairo.models.hub import ModelDirectory
from sorairo.world.crafter.names import ACTIONS, COLUMNS, ITEM_ROWS, ITEMS, ROWS, SIDE, TILE

CRAFTER = "crafter"
"""The name of the world, and the family of the models that draw it."""
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
    """The modes of play that exist, the default first."""
    side: int
    """Pixels to a side of a frame."""
    tile: int
    """Pixels to a side of a tile."""
    map_size: tuple[int, int]
    """Columns and rows of the map in a frame; below it is the inventory."""
    fps: float
    """Frames a second of the clip of a session."""
    model: str
    """The name or the directory of the networks that draw it; "" where the game alone does."""


def crafter_facts(name: str = CRAFTER, model: str = "") -> PlayableFacts:
    """Crafter, with networks or without."""
    assert SIDE == (ROWS + ITEM_ROWS) * TILE
    return PlayableFacts(
        name=name,
        actions=ACTIONS,
        items=ITEMS,
        modes=MODES if model else (SIMULATOR,),
        side=SIDE,
        tile=TILE,
        map_size=(COLUMNS, ROWS),
        fps=8.0,
        model=model,
    )


def playable(models: Iterable[ModelDirectory]) -> dict[str, PlayableFacts]:
    """All playable worlds by name: Crafter, and the installed models that draw it."""
    found = [each for each in models if each.family == CRAFTER]
    drawn = {each.name: crafter_facts(each.name, str(each.path)) for each in found}
    return {CRAFTER: crafter_facts(), **drawn}


def is_playable(name: str) -> bool:
    """Whether a name is that of a playable world, or a model's that draws one."""
    if name == CRAFTER:
        return True
    try:
        return hub.info(hub.find(name)).family == CRAFTER
    except SorairoError:
        return False  # what is wrong with it, the one who loads it says


def playable_named(name: str) -> PlayableFacts:
    """A playable world by its name, or by the directory of its model. Raises UnknownNameError and
    ModelError."""
    found = playable(hub.list_models())
    if name in found:
        return found[name]
    if not os.path.isdir(name):
        raise unknown_name("world to play in", name, found)
    model = hub.info(hub.find(name))
    if model.family != CRAFTER:
        raise ModelError(f"The model in {name} cannot be played: play {', '.join(found)}.")
    return crafter_facts(model.name, str(model.path))
