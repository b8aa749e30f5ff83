"""M6, Sim-GenEval: does a picture or a clip show what an English or a Chinese prompt says?

The six tasks of GenEval (Ghosh et al., arXiv 2310.11513) in pictures of one frame: one object, two
objects, count, colour, position, colour bound to shape. Three more in clips: the material (told
from the bounce of a ball that falls), the event, the camera's move. "overall" is the mean of the
nine, "six tasks" that of GenEval's own; the gap is that between the languages.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from sorairo.exam.held_out_scenes import FIRST_SEED, FPS, prompt_of
from sorairo.exam.perception.camera_motion import camera_path
from sorairo.exam.perception.motion_laws import fit_fall
from sorairo.exam.perception.tracking import in_metres, see
from sorairo.exam.question import Answer
from sorairo.exam.scene_question import SceneQuestion, SceneTruth
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.video import Clip
from sorairo.world.tabletop.dynamics.mjcf import BEHAVIOUR
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.dynamics.visibility import largest_occlusion, smallest_gap
from sorairo.world.tabletop.language.caption_plan import relation_of
from sorairo.world.tabletop.language.captions import LANGUAGES
from sorairo.world.tabletop.perception.lit_observer import observe_lit
from sorairo.world.tabletop.perception.motion import matches_event
from sorairo.world.tabletop.perception.multi_object import detect_objects, relation_between
from sorairo.world.tabletop.scene import CROWD_WORLD, STILL_LIFES, Scene, SceneConfig

PICTURE, CLIP = 1 / FPS, 4.0  # seconds
SEEDS = 25_000
DEPTH = 0.5  # metres: where things fall, in the middle
GAP = 0.7  # metres between things: four pixels
HALF_HIDDEN = 0.2  # of a body by another: what stands behind may be so
SIX = ("one object", "two objects", "count", "colour", "position", "binding")

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
    """From which scenes a task is drawn, which of them it takes, what must be said, how it is
    judged, and whether in a picture."""

    world: SceneConfig
    takes: Callable[[Scene], bool]
    judge: Callable[[Scene, Clip], bool]
    saying: tuple[str, ...] = ()
    seconds: float = PICTURE


def _apart(scene: Scene) -> bool:
    return smallest_gap(scene.bodies) > GAP


def _two_kinds(scene: Scene) -> bool:
    one, other = scene.bodies
    return one.shape != other.shape and one.color != other.color and _apart(scene)


def _alike(scene: Scene) -> bool:
    return len({(body.shape, body.color) for body in scene.bodies}) == 1 and _apart(scene)


def _placed(scene: Scene) -> bool:
    """Different bodies, hardly one before the other."""
    one, other = scene.bodies
    told = relation_of(scene) is not None and one.color != other.color
    return told and largest_occlusion(scene.bodies) < HALF_HIDDEN


def _one_object(scene: Scene, clip: Clip) -> bool:
    found = detect_objects(clip.frames[0])
    return [thing.shape for thing in found] == [scene.bodies[0].shape]


def _two_objects(scene: Scene, clip: Clip) -> bool:
    return Counter(thing.shape for thing in detect_objects(clip.frames[0])) == Counter(
        body.shape for body in scene.bodies
    )


def _colour(scene: Scene, clip: Clip) -> bool:
    found = detect_objects(clip.frames[0])
    return bool(found) and max(found, key=lambda t: t.area).color == scene.bodies[0].color


def _binding(scene: Scene, clip: Clip) -> bool:
    """Also of the count: as many as asked, each of its shape and colour."""
    return Counter(
        (thing.shape, thing.color) for thing in detect_objects(clip.frames[0])
    ) == Counter((body.shape, body.color) for body in scene.bodies)


def _position(scene: Scene, clip: Clip) -> bool:
    found = {thing.color: thing for thing in detect_objects(clip.frames[0])}
    one, other = (found.get(body.color) for body in scene.bodies)
    if one is None or other is None or len(found) != 2:
        return False
    return relation_between(one, other) == relation_of(scene)


def _material(scene: Scene, clip: Clip) -> bool:
    """Whose bounce is nearest to the one seen; no bounce is the least."""
    seen = see(clip.frames)
    fall = fit_fall(in_metres(seen.track, DEPTH), FPS)
    if fall.gravity is None:
        return False
    bounce = fall.restitution or 0.0
    nearest = min(BEHAVIOUR, key=lambda name: abs(BEHAVIOUR[name].restitution - bounce))
    return nearest == scene.bodies[0].material


def _event(scene: Scene, clip: Clip) -> bool:
    return matches_event(observe_lit(clip.frames, fps=clip.fps).motion, scene.event, scene.heading)


def _camera(scene: Scene, clip: Clip) -> bool:
    return camera_path(clip.frames, see(clip.frames).masks).move == scene.camera


TASKS: dict[str, Task] = {
    "one object": Task(world=ONE, takes=_apart, judge=_one_object),
    "two objects": Task(world=TWO, takes=_two_kinds, judge=_two_objects),
    "count": Task(world=SEVERAL, takes=_alike, judge=_binding),
    "colour": Task(world=ONE, takes=_apart, judge=_colour),
    "position": Task(world=TWO, takes=_placed, judge=_position, saying=("relation",)),
    "binding": Task(world=TWO, takes=_two_kinds, judge=_binding),
    "material": Task(
        world=FALLS, takes=_apart, judge=_material, saying=("material",), seconds=CLIP
    ),
    "event": Task(world=MOVES, takes=_apart, judge=_event, seconds=CLIP),
    "camera": Task(world=FILMED, takes=_apart, judge=_camera, seconds=CLIP),
}


def questions(count: int) -> list[SceneQuestion]:
    """`count` scenes, the tasks in turn; each is asked for in both languages."""
    asked, names = [], list(TASKS)
    for index in range(count):
        name = names[index % len(names)]
        scene = scene_of(TASKS[name], index)
        asked += [
            SceneQuestion(
                key=f"M6-{index:04d}-{language}",
                scene=scene,
                prompt=prompt_of(scene, index, language=language, saying=TASKS[name].saying),
                seed=index,
                seconds=TASKS[name].seconds,
                about=f"{name}, {language}",
            )
            for language in LANGUAGES
        ]
    return asked


def scene_of(task: Task, index: int) -> Scene:
    """A scene that the task takes; of those with several things, the numbers in turn."""
    rng = np.random.default_rng((FIRST_SEED + SEEDS, index))
    least, most = task.world.min_bodies, task.world.max_bodies
    bodies = least + index // len(TASKS) % (most - least + 1)
    world = dataclasses.replace(task.world, min_bodies=bodies, max_bodies=bodies)
    while not task.takes(scene := sample_scene(rng, world)):
        pass
    return scene


def judge(question: SceneQuestion, answer: Answer, truth: SceneTruth) -> Verdict:
    (clip,) = answer
    del truth
    name, _, language = question.about.partition(", ")
    right = float(TASKS[name].judge(question.scene, clip))
    return {name: right, f"{name}, {language}": right}


def _mean(verdicts: Sequence[Verdict], names: Sequence[str]) -> float:
    """The mean of the means of those measures that have cases; NaN where none has."""
    found = [[verdict[name] for verdict in verdicts if name in verdict] for name in names]
    means = [np.mean(values) for values in found if values]
    return float(np.mean(means)) if means else float("nan")


def _overall(verdicts: Sequence[Verdict]) -> float:
    return _mean(verdicts, list(TASKS))


def _six(verdicts: Sequence[Verdict]) -> float:
    return _mean(verdicts, SIX)


def _gap(verdicts: Sequence[Verdict]) -> float:
    """How much better English is understood than Chinese, or the other way round."""
    english, chinese = (
        _mean(verdicts, [f"{name}, {language}" for name in TASKS]) for language in LANGUAGES
    )
    return abs(english - chinese)


SUITE = Suite(
    name="M6",
    title="Sim-GenEval",
    count=256,
    quick=18,
    questions=questions,
    judge=judge,
    joint={"overall": _overall, "six tasks": _six, "gap of languages": _gap},
    goals=(
        Goal(measure="overall", least=0.70),
        Goal(
            measure="six tasks", anchors="SD 1.5 .43, SDXL .55, IF-XL .61, best of 2026 about .88"
        ),
        Goal(measure="gap of languages", most=0.05),
        *(
            Goal(
                measure=name,
                share=True,
                least=0.5 if name == "count" else None,
                anchors={"count": ".35-.66", "binding": ".06-.35"}.get(name, ""),
            )
            for name in TASKS
        ),
    ),
    columns=("model", "truth", "codec", "nearest clip"),
)
