"""The menagerie behind `world.protocol.World`."""

from __future__ import annotations

import numpy as np

from sorairo.world.clips import ClipMaker
from sorairo.world.menagerie.language.captions import DETAILS, LANGUAGES, caption
from sorairo.world.menagerie.language.service import LANGUAGE
from sorairo.world.menagerie.renderer import Renderer
from sorairo.world.menagerie.sampling import WHOLE_WORLD, sample_scene
from sorairo.world.menagerie.scene import Scene, SceneConfig
from sorairo.world.menagerie.simulate import Rollout, simulate
from sorairo.world.registry import MENAGERIE
from sorairo.world.simulated_world import SimulatedWorld


def one_shot(rng: np.random.Generator, part: SceneConfig, shots: int) -> list[Scene]:
    """A story of one shot. Raises ValueError for more."""
    if shots != 1:
        raise ValueError("Stories of the menagerie have one shot: set 'shots' to 1.")
    return [sample_scene(rng, part)]


CLIPS: ClipMaker[Scene, SceneConfig, Rollout] = ClipMaker(
    story=one_shot,
    simulate=lambda scene, seconds, fps: simulate(scene, seconds=seconds, fps=fps),
    renderer=lambda width, height: Renderer(width=width, height=height),
)
WORLD: SimulatedWorld[Scene, SceneConfig, Rollout] = SimulatedWorld(
    name="menagerie",
    entry=MENAGERIE,
    text_languages=LANGUAGES,
    caption_details=DETAILS,
    language=LANGUAGE,
    whole=WHOLE_WORLD,
    read_scene=Scene.from_json,
    write_caption=caption,
    clips=CLIPS,
)
"""Animals of 0 A.D. (CC-BY-SA-3.0) in the light of real places."""
