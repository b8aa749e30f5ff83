"""Sets of clips of the table-top at the sizes of the lifelike world, in both of its looks."""

from __future__ import annotations

import dataclasses

from sorairo.data.clip_sets import (
    BRIDGE_CLIPS,
    CANVAS_CLIPS,
    CIRCLED_CLIPS,
    CROWD_CLIPS,
    CROWD_PICTURES,
    FALLING_CLIPS,
    HIDING_CLIPS,
    PUSHED_CLIPS,
    TWIN_CLIPS,
)
from sorairo.data.clips_config import ClipsConfig
from sorairo.world.registry import LIFELIKE
from sorairo.world.tabletop.scene import PLACES, SceneConfig

CLASSIC_SEEDS, LIT_SEEDS = 100_000_000, 200_000_000
USUAL = {
    "world": CANVAS_CLIPS,
    "twins": TWIN_CLIPS,
    "bridges": BRIDGE_CLIPS,
    "crowd": CROWD_CLIPS,
    "falling": FALLING_CLIPS,
    "pushed": PUSHED_CLIPS,
    "hiding": HIDING_CLIPS,
    "circled": CIRCLED_CLIPS,
    "still lifes": CROWD_PICTURES,
}


def _moved(clips: ClipsConfig, seeds: int, places: tuple[str, ...]) -> ClipsConfig:
    assert isinstance(clips.scene, SceneConfig)
    return dataclasses.replace(
        clips,
        scene=dataclasses.replace(clips.scene, places=places),
        first_seed=clips.first_seed + seeds,
        sizes=LIFELIKE.sizes[:1],
    )


CLASSIC_SETS = {name: _moved(clips, CLASSIC_SEEDS, ()) for name, clips in USUAL.items()}
"""Under a plain sky."""
LIT_SETS = {name: _moved(clips, LIT_SEEDS, PLACES) for name, clips in USUAL.items()}
"""In the light of real places."""
