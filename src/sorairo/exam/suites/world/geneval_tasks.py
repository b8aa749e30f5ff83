"""The nine tasks of M6: which scenes they take, and how a clip is judged."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable

from sorairo.exam.held_out_scenes import FPS
from sorairo.exam.perception.camera_motion import camera_path
from sorairo.exam.perception.motion_laws import fit_fall
from sorairo.exam.perception.tracking import in_metres, see
from sorairo.video import Clip
from sorairo.world.tabletop.dynamics.mjcf import BEHAVIOUR
from sorairo.world.tabletop.dynamics.visibility import largest_occlusion, smallest_gap
from sorairo.world.tabletop.language.caption_plan import relation_of
from sorairo.world.tabletop.perception.lit_observer import observe_lit
from sorairo.world.tabletop.perception.motion import matches_event
from sorairo.world.tabletop.perception.multi_object import detect_objects, relation_between
from sorairo.world.tabletop.scene import CROWD_WORLD, STILL_LIFES, Scene, SceneConfig

PICTURE, CLIP = 1 / FPS, 4.0  # seconds
DEPTH = 0.5  # metres: the distance at which objects fall
GAP = 0.7  # metres between objects: four pixels
HALF_HIDDEN = 0.2  # of a body that may be hidden by another

BY_DAY = dataclasses.replace(STILL_LIFES, lights=("day",), sizes=("large",), materials=("rubber",))
ONE = dataclasses.replace(BY_DAY, max_bodies=1)
TWO = dataclasses.replace(BY_DAY, min_bodies=2, max_bodies=2)
SEVERAL = dataclasses.replace(BY_DAY, min_bodies=2, sizes=("small",))
FALLS = dataclasses.replace(
    ONE, shapes=("sphere",), events=("drop",), materials=CROWD_WORLD.materials
)
MOVES = dataclasses.replace(ONE, events=("drop", "roll", "slide", "turntable", "swing", "toss"))
FILMED = dataclasses.replace(ONE, cameras=("orbit_left", "orbit_right", "push_in", "pull_back"))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """One kind of question."""

    world: SceneConfig
    """The scenes are drawn from this distribution."""
    takes: Callable[[Scene], bool]
    """Whether a scene is suitable."""
    judge: Callable[[Scene, Clip], bool]
    """Whether a clip shows the scene."""
    saying: tuple[str, ...] = ()
    """What the prompt must mention besides the usual."""
    seconds: float = PICTURE
    """The length of the clip; one frame is a picture."""


def _apart(scene: Scene) -> bool:
    return smallest_gap(scene.bodies) > GAP


def _two_kinds(scene: Scene) -> bool:
    one, other = scene.bodies
    return one.shape != other.shape and one.color != other.color and _apart(scene)


def _identical(scene: Scene) -> bool:
    return len({(body.shape, body.color) for body in scene.bodies}) == 1 and _apart(scene)


def _placed(scene: Scene) -> bool:
    """Two bodies of different colours that hardly cover each other."""
    one, other = scene.bodies
    related = relation_of(scene) is not None and one.color != other.color
    return related and largest_occlusion(scene.bodies) < HALF_HIDDEN


def _one_object(scene: Scene, clip: Clip) -> bool:
    found = detect_objects(clip.frames[0], look=scene.look)
    return [thing.shape for thing in found] == [scene.bodies[0].shape]


def _two_objects(scene: Scene, clip: Clip) -> bool:
    found = detect_objects(clip.frames[0], look=scene.look)
    return Counter(thing.shape for thing in found) == Counter(body.shape for body in scene.bodies)


def _colour(scene: Scene, clip: Clip) -> bool:
    found = detect_objects(clip.frames[0], look=scene.look)
    return bool(found) and max(found, key=lambda t: t.area).color == scene.bodies[0].color


def _binding(scene: Scene, clip: Clip) -> bool:
    """As many objects as in the scene, each with its shape and colour. Also judges "count"."""
    return Counter(
        (thing.shape, thing.color) for thing in detect_objects(clip.frames[0], look=scene.look)
    ) == Counter((body.shape, body.color) for body in scene.bodies)


def _position(scene: Scene, clip: Clip) -> bool:
    objects = detect_objects(clip.frames[0], look=scene.look)
    found = {thing.color: thing for thing in objects}
    one, other = (found.get(body.color) for body in scene.bodies)
    if one is None or other is None or len(objects) != 2:
        return False
    return relation_between(one, other) == relation_of(scene)


def _material(scene: Scene, clip: Clip) -> bool:
    """The material whose restitution is nearest to the bounce in the clip; no bounce counts as
    0."""
    seen = see(clip.frames, scene.look)
    fall = fit_fall(in_metres(seen.track, DEPTH), FPS)
    if fall.gravity is None:
        return False
    bounce = fall.restitution or 0.0
    nearest = min(BEHAVIOUR, key=lambda name: abs(BEHAVIOUR[name].restitution - bounce))
    return nearest == scene.bodies[0].material


def _event(scene: Scene, clip: Clip) -> bool:
    motion = observe_lit(clip.frames, fps=clip.fps, look=scene.look).motion
    return matches_event(motion, scene.event, scene.heading)


def _camera(scene: Scene, clip: Clip) -> bool:
    return camera_path(clip.frames, see(clip.frames, scene.look).masks).move == scene.camera


TASKS: dict[str, Task] = {
    "one object": Task(world=ONE, takes=_apart, judge=_one_object),
    "two objects": Task(world=TWO, takes=_two_kinds, judge=_two_objects),
    "count": Task(world=SEVERAL, takes=_identical, judge=_binding),
    "colour": Task(world=ONE, takes=_apart, judge=_colour),
    "position": Task(world=TWO, takes=_placed, judge=_position, saying=("relation",)),
    "binding": Task(world=TWO, takes=_two_kinds, judge=_binding),
    "material": Task(
        world=FALLS, takes=_apart, judge=_material, saying=("material",), seconds=CLIP
    ),
    "event": Task(world=MOVES, takes=_apart, judge=_event, seconds=CLIP),
    "camera": Task(world=FILMED, takes=_apart, judge=_camera, seconds=CLIP),
}
