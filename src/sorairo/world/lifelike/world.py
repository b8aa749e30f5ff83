"""The lifelike world behind `world.protocol.World`."""

from __future__ import annotations

from sorairo.world.clips import ClipMaker
from sorairo.world.lifelike.filming.stories import changed, sample_shots
from sorairo.world.lifelike.filming.transitions import return_to_start, rollouts_across
from sorairo.world.lifelike.language.captions import DETAILS, LANGUAGES, caption
from sorairo.world.lifelike.language.service import LANGUAGE
from sorairo.world.lifelike.renderer import Renderer
from sorairo.world.lifelike.sampling import WHOLE_WORLD
from sorairo.world.lifelike.scene import Scene, SceneConfig
from sorairo.world.lifelike.simulate import Rollout, simulate
from sorairo.world.registry import LIFELIKE
from sorairo.world.simulated_world import SimulatedWorld

CLIPS: ClipMaker[Scene, SceneConfig, Rollout] = ClipMaker(
    story=sample_shots,
    changed=changed,
    simulate=lambda scene, seconds, fps: simulate(scene, seconds=seconds, fps=fps),
    renderer=lambda width, height: Renderer(width=width, height=height),
    across=rollouts_across,
    back=return_to_start,
)
WORLD: SimulatedWorld[Scene, SceneConfig, Rollout] = SimulatedWorld(
    name="lifelike",
    entry=LIFELIKE,
    text_languages=LANGUAGES,
    caption_details=DETAILS,
    language=LANGUAGE,
    whole=WHOLE_WORLD,
    read_scene=Scene.from_json,
    write_caption=caption,
    clips=CLIPS,
)
"""People, named things, and cause and effect, in the light of real places."""
