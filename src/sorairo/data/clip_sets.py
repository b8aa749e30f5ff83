"""The sets of clips that recipes train on. Each has its own range of seeds."""

from __future__ import annotations

import dataclasses

from sorairo.data.clips_config import SQUARE, ClipsConfig
from sorairo.errors import unknown_name
from sorairo.world.lifelike.scene import SceneConfig as LifelikeConfig
from sorairo.world.registry import LIFELIKE, TABLETOP
from sorairo.world.tabletop.scene import (
    CANVAS_WORLD,
    CIRCLED,
    CROWD_WORLD,
    FALLING,
    FILMED,
    FOUR_THINGS,
    HIDING,
    PUSHED,
    SEVERAL_THINGS,
    STILL_LIFES,
    THREE_THINGS,
)

WINDOW = 49 / TABLETOP.fps  # seconds that the transformer sees at once

CANVAS_CLIPS = ClipsConfig(
    scene=CANVAS_WORLD,
    count=2400,
    first_seed=2_000_000,
    shots=3,
    shard_clips=30,
    seconds=WINDOW,
)
TWIN_CLIPS = dataclasses.replace(CANVAS_CLIPS, count=720, twins=True)
FIRST_CLIPS = ClipsConfig(count=800, seconds=WINDOW)
LONG_CLIPS = ClipsConfig(
    scene=CANVAS_WORLD, count=300, first_seed=3_000_000, seconds=62, fps=1.5, sizes=(SQUARE,)
)
PICTURES = ClipsConfig(
    scene=CANVAS_WORLD,
    count=4000,
    first_seed=4_500_000,
    seconds=1.0,
    fps=2.0,
    sizes=(SQUARE,),
    shard_clips=200,
)
CROWD_CLIPS = ClipsConfig(
    scene=CROWD_WORLD, count=1200, first_seed=5_000_000, seconds=WINDOW, sizes=(SQUARE,)
)
CROWD_PICTURES = ClipsConfig(
    scene=STILL_LIFES,
    count=8000,
    first_seed=5_500_000,
    seconds=0.5,
    fps=2.0,
    sizes=(SQUARE,),
    shard_clips=400,
)
FILMED_CLIPS = ClipsConfig(
    scene=FILMED, count=640, first_seed=6_000_000, seconds=WINDOW, sizes=(SQUARE,)
)
SEVERAL_PICTURES = dataclasses.replace(
    CROWD_PICTURES, scene=SEVERAL_THINGS, count=16_000, first_seed=6_500_000
)
THREE_PICTURES = dataclasses.replace(
    CROWD_PICTURES, scene=THREE_THINGS, count=6000, first_seed=9_500_000
)
FOUR_PICTURES = dataclasses.replace(
    CROWD_PICTURES, scene=FOUR_THINGS, count=4000, first_seed=10_000_000
)
BRIDGE_CLIPS = ClipsConfig(
    scene=CANVAS_WORLD,
    count=960,
    first_seed=7_000_000,
    seconds=WINDOW,
    sizes=(SQUARE,),
    shots=2,
    bridges=4,
)
# The aspect ratios of films and photographs, portrait and landscape, that are not in CANVAS_CLIPS.
WIDE, HIGH = (144, 80), (80, 144)
WIDE_CLIPS = ClipsConfig(
    scene=CANVAS_WORLD, count=480, first_seed=7_500_000, seconds=WINDOW, sizes=(WIDE, HIGH)
)
WIDE_PICTURES = ClipsConfig(
    scene=CROWD_WORLD,
    count=9600,
    first_seed=8_000_000,
    seconds=0.5,
    fps=2.0,
    sizes=(WIDE, HIGH, (128, 80), (80, 128), (112, 80), (80, 112)),
    shard_clips=400,
)
FALLING_CLIPS = dataclasses.replace(FILMED_CLIPS, scene=FALLING, count=1600, first_seed=11_000_000)
HIDING_CLIPS = dataclasses.replace(FILMED_CLIPS, scene=HIDING, count=600, first_seed=11_500_000)
CIRCLED_CLIPS = dataclasses.replace(FILMED_CLIPS, scene=CIRCLED, count=1120, first_seed=12_000_000)
PUSHED_CLIPS = dataclasses.replace(FILMED_CLIPS, scene=PUSHED, count=1200, first_seed=12_500_000)
LARGE_PICTURES = ClipsConfig(
    scene=CANVAS_WORLD,
    count=120,
    first_seed=4_000_000,
    seconds=1.0,
    fps=2.0,
    sizes=((1024, 1024),),
    shard_clips=10,
)

# The lifelike world. Its first size is square, and as frequent as the two others together.
LIFELIKE_SIZES = (*(LIFELIKE.sizes[0],) * 2, *LIFELIKE.sizes[1:])
LIFELIKE_CLIPS = ClipsConfig(
    world="lifelike",
    scene=LifelikeConfig(),
    count=20_000,
    first_seed=20_000_000,
    seconds=WINDOW,
    sizes=LIFELIKE_SIZES,
    shard_clips=20,
)
LIFELIKE_BRIEF = dataclasses.replace(
    LIFELIKE_CLIPS, count=2000, first_seed=21_000_000, seconds=25 / LIFELIKE.fps
)
LIFELIKE_LONG = dataclasses.replace(
    LIFELIKE_CLIPS,
    count=400,
    first_seed=21_500_000,
    seconds=121 / LIFELIKE.fps,
    sizes=LIFELIKE.sizes[:1],
    shard_clips=10,
)
# At its first moment who hides is behind the wall, and what is painted is not there yet.
SHOWN_AT_ONCE = tuple(event for event in LifelikeConfig().events if event not in ("hide", "paint"))
LIFELIKE_PICTURES = dataclasses.replace(
    LIFELIKE_CLIPS,
    scene=LifelikeConfig(events=SHOWN_AT_ONCE),
    count=8000,
    first_seed=22_000_000,
    seconds=1 / LIFELIKE.fps,
    shard_clips=200,
)
# What moves, for codecs: people, balls and shards, seen by every camera.
MOVING_LIFE = LifelikeConfig(
    events=(
        *("walk",) * 4,
        *("drop", "track", "shatter") * 2,
        *("stand", "wave", "dance", "meet", "pass", "hide", "topple", "miss"),
    ),
    cameras=(
        *("still",) * 4,
        *("orbit_left", "orbit_right", "push_in", "pull_back", "follow", "hand_held"),
    ),
    weathers=(*("clear",) * 6, "fog", "rain", "snowfall"),
)
MOVING_LIFE_CLIPS = dataclasses.replace(
    LIFELIKE_CLIPS,
    scene=MOVING_LIFE,
    count=400,
    first_seed=23_000_000,
    sizes=LIFELIKE.sizes[:1],
)
# Sets that the command line names.
CLIP_SETS = {
    "lifelike": LIFELIKE_CLIPS,
    "lifelike-brief": LIFELIKE_BRIEF,
    "lifelike-long": LIFELIKE_LONG,
    "lifelike-pictures": LIFELIKE_PICTURES,
    "moving-life": MOVING_LIFE_CLIPS,
}


def find_clips(name: str) -> ClipsConfig:
    """The set of clips of a name. Raises UnknownNameError (did you mean)."""
    if name not in CLIP_SETS:
        raise unknown_name("set of clips", name, CLIP_SETS)
    return CLIP_SETS[name]
