"""The table-top world behind `world.protocol.World`."""

from __future__ import annotations

from sorairo.world.registry import TABLETOP
from sorairo.world.simulated_world import SimulatedWorld
from sorairo.world.tabletop.dynamics.simulate import Rollout
from sorairo.world.tabletop.language.captions import DETAILS, LANGUAGES, caption
from sorairo.world.tabletop.language.service import LANGUAGE
from sorairo.world.tabletop.perception.describe import describe
from sorairo.world.tabletop.rendering.clip_generator import CLIPS
from sorairo.world.tabletop.scene import PLACES, Scene, SceneConfig

WORLD: SimulatedWorld[Scene, SceneConfig, Rollout] = SimulatedWorld(
    name="tabletop",
    entry=TABLETOP,
    text_languages=LANGUAGES,
    caption_details=DETAILS,
    language=LANGUAGE,
    whole=SceneConfig(places=PLACES),
    read_scene=Scene.from_json,
    write_caption=caption,
    clips=CLIPS,
    recognise=describe,
)
"""Rigid bodies on a floor under gravity, simulated by MuJoCo."""
