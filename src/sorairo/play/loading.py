"""Playable worlds by name: `sorairo.load("crafter").play(seed=3)`."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from sorairo.errors import MissingExtraError
from sorairo.play.facts import PlayableFacts, playable_named
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
    """A playable world by its name. Raises UnknownNameError, and MissingExtraError where its
    simulator is not installed."""
    return PlayableWorld(facts=playable_named(name, ()))


def open_session(facts: PlayableFacts, mode: str = "") -> PlaySession:
    """A session that has not begun. Raises UnknownNameError and MissingExtraError."""
    check_installed()
    parts = importlib.import_module("sorairo.play.crafter_game")
    reader = importlib.import_module("sorairo.play.tile_reader").CrafterReader()
    game = parts.CrafterGame()
    return PlaySession(facts, game, reader, parts.painter_of, mode or facts.modes[0])


def check_installed() -> None:
    """Raises MissingExtraError where the simulator of Crafter is not installed."""
    if find_spec("crafter") is None:
        raise MissingExtraError("Playing needs more libraries: pip install 'sorairo[play]'.")
