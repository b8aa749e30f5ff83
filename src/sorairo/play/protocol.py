"""What a session of play works with: a game that has rules, and a painter that draws the frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sorairo.world.crafter.state import GameState


@dataclass(frozen=True, kw_only=True, eq=False)
class Turn:
    """What is true after an action."""

    frame: np.ndarray
    """The frame as the game renders it, uint8 [H, W, 3]."""
    state: GameState
    """Map, inventory, place and time."""


class Game(Protocol):
    """The rules: a simulator that knows what is true."""

    @property
    def actions(self) -> tuple[str, ...]:
        """The names of the actions; the first one does nothing."""
        ...

    def reset(self, seed: int, prompt: str = "") -> Turn:
        """Begins anew, in the land of a seed, at the place and time that the prompt names."""
        ...

    def step(self, action: str) -> Turn:
        """The next turn. An action that is not possible changes nothing."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Past:
    """What a player has seen until now."""

    frames: Sequence[np.ndarray]
    """Frames, uint8 [H, W, 3], the last one on the screen."""
    actions: Sequence[str]
    """The actions between them: one less."""
    prompt: str = ""
    """The words that hold now."""


class Painter(Protocol):
    """Draws the frames that a player sees: a mode of play is a painter."""

    needs_rules: bool
    """Whether it draws from what is true, so that there has to be a game."""

    def begin(self, past: Past, turn: Turn | None) -> np.ndarray:
        """Goes on from here; the frame to show, uint8 [H, W, 3]. `turn` is what is true now; None
        where no game runs."""
        ...

    def paint(self, action: str, prompt: str, turn: Turn | None) -> np.ndarray:
        """The next frame, uint8 [H, W, 3], for an action. `turn` is what is true after it."""
        ...


@dataclass(frozen=True, kw_only=True)
class TileReading:
    """What a frame shows."""

    tiles: np.ndarray
    """The names of the tiles of the map, str [rows, columns]; what stands on a tile hides its
    ground."""
    inventory: Mapping[str, int]
    """What the player carries, by item."""
    daylight: float
    """The daylight under which the tiles fit the frame best."""


class FrameReader(Protocol):
    """Reads tiles and inventory from the pixels of a frame."""

    def read(self, frame: np.ndarray) -> TileReading:
        """What a frame, uint8 [H, W, 3], shows."""
        ...
