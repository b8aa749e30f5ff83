"""Playable worlds by name: `sorairo.load("crafter").play(seed=3)`."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from sorairo.errors import MissingExtraError
from sorairo.play.facts import ANCHORED, SIMULATOR, PlayableFacts, playable_named
from sorairo.play.protocol import Painter
from sorairo.play.session import PlaySession


@dataclass(frozen=True, kw_only=True)
class PlayableWorld:
    """A world that can be played."""

    facts: PlayableFacts
    """What is known of it."""

    def play(
        self,
        seed: int | None = None,
        *,
        picture: np.ndarray | Image.Image | str | Path | None = None,
        prompt: str = "",
        mode: str = "",
    ) -> PlaySession:
        """Begins a session: in the land of a seed, from a picture (uint8 [H, W, 3], or a file), or
        where a prompt says ("a forest at night").

        `mode` says who draws the frames: "dream", "anchored" or "simulator"; by default the first
        one of `facts.modes`. Raises RequestError and UnknownNameError.
        """
        session = open_session(self.facts, mode)
        session.start(seed, picture=picture, prompt=prompt)
        return session


def load_world(name: str) -> PlayableWorld:
    """A playable world by its name, or by the directory of its model. Raises UnknownNameError and
    ModelError."""
    return PlayableWorld(facts=playable_named(name))


def open_session(facts: PlayableFacts, mode: str = "") -> PlaySession:
    """A session that has not begun. Raises UnknownNameError and MissingExtraError."""
    check_installed()
    parts = importlib.import_module("sorairo.play.crafter_game")
    reader = importlib.import_module("sorairo.play.tile_reader").CrafterReader()
    painter = partial(_painter, facts.model)
    return PlaySession(facts, parts.CrafterGame(), reader, painter, mode or facts.modes[0])


def _painter(model: str, mode: str) -> Painter:
    """The painter of a mode. Torch is loaded only where a network draws."""
    if mode == SIMULATOR:
        return importlib.import_module("sorairo.play.crafter_game").SimulatorPainter()
    networks = importlib.import_module("sorairo.play.networks")
    return networks.AnchoredPainter(model) if mode == ANCHORED else networks.DreamPainter(model)


def check_installed() -> None:
    """Raises MissingExtraError where the simulator of Crafter is not installed."""
    if find_spec("crafter") is None:
        raise MissingExtraError("Playing needs more libraries: pip install 'sorairo[play]'.")
