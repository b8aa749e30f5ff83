"""Crafter behind `world.protocol.World`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from PIL import Image

from sorairo.world.clips import ClipMaker
from sorairo.world.crafter.language.captions import DETAILS, LANGUAGES, caption
from sorairo.world.crafter.language.service import LANGUAGE
from sorairo.world.crafter.names import ACTIONS, ITEM_ROWS, TILE
from sorairo.world.crafter.rollouts import Game, play_policy
from sorairo.world.crafter.scene import Scene, SceneConfig, sample_scene
from sorairo.world.crafter.simulator import Simulator
from sorairo.world.crafter.start import Start
from sorairo.world.registry import CRAFTER
from sorairo.world.simulated_world import SimulatedWorld


def one_shot(rng: np.random.Generator, part: SceneConfig, shots: int) -> list[Scene]:
    """A story of one shot. Raises ValueError for more."""
    if shots != 1:
        raise ValueError("Stories of Crafter have one shot: set 'shots' to 1.")
    return [sample_scene(rng, part)]


def simulate(scene: Scene, seconds: float, fps: float) -> Game:
    """Plays a scene for round(seconds * fps) steps, at least one. A player that dies lies still for
    the rest."""
    start = Start(time=scene.time, place=scene.place, choice=scene.seed % 1000 + 1)
    steps = max(1, round(seconds * fps)) - 1
    rng = np.random.default_rng(scene.seed)
    game = play_policy(Simulator(), scene.seed, start, scene.activity, rng, steps)
    missing = steps + 1 - len(game)
    return replace(
        game,
        states=game.states + game.states[-1:] * missing,
        actions=game.actions + (0,) * missing,
        fps=fps,
    )


@dataclass(frozen=True, kw_only=True)
class GameRenderer:
    """A `Renderer`. Pictures are drawn at the game's own size, then scaled without blending."""

    width: int
    height: int

    def film(self, rollout: Game) -> np.ndarray:
        """The frames, uint8 [F, height, width, 3]."""
        return self._scaled(rollout.frames())

    def masks(self, rollout: Game) -> np.ndarray:
        """Where things stand, by `names.THINGS`, uint8 [F, height, width]; 0 where none does."""
        things = rollout.truth()["things"]
        whole = np.pad(things, ((0, 0), (0, ITEM_ROWS), (0, 0)))
        return self._scaled(whole.repeat(TILE, 1).repeat(TILE, 2))

    def depth(self, rollout: Game) -> None:
        """None: the world is flat."""
        del rollout

    def _scaled(self, pictures: np.ndarray) -> np.ndarray:
        size = self.width, self.height
        return np.stack(
            [
                np.asarray(Image.fromarray(each).resize(size, Image.Resampling.NEAREST))
                for each in pictures
            ]
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """There is nothing to give back."""


@dataclass(frozen=True, kw_only=True)
class PlayedWorld(SimulatedWorld[Scene, SceneConfig, Game]):
    """A `World` with a player."""

    @property
    def actions(self) -> tuple[str, ...]:
        return ACTIONS


CLIPS: ClipMaker[Scene, SceneConfig, Game] = ClipMaker(
    story=one_shot,
    simulate=simulate,
    renderer=lambda width, height: GameRenderer(width=width, height=height),
)
WORLD = PlayedWorld(
    name="crafter",
    entry=CRAFTER,
    text_languages=LANGUAGES,
    caption_details=DETAILS,
    language=LANGUAGE,
    whole=SceneConfig(),
    read_scene=Scene.from_json,
    write_caption=caption,
    clips=CLIPS,
)
"""A grid world with a player (PyPI `crafter`, MIT)."""
