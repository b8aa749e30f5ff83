"""What is wrong in the last second only is found: a box that melts into a ball, a second object,
another colour."""

from __future__ import annotations

import numpy as np
import pytest

from sorairo.exam.claims import cells_of
from sorairo.exam.scene_question import SceneQuestion, SceneTruth
from sorairo.exam.statistics import Verdict
from sorairo.exam.suite import JudgedQuestion
from sorairo.exam.suites.world.claims import END_MEASURES, judge
from sorairo.video import Clip
from sorairo.world.tabletop.dynamics.simulate import simulate
from sorairo.world.tabletop.rendering.renderer import Renderer
from sorairo.world.tabletop.scene import Body, Scene

FPS, SECONDS = 12.0, 2.0


def scene(*bodies: tuple[str, str, float]) -> Scene:
    standing = tuple(
        Body(shape=shape, color=color, position=(x, 0.0, 2.1)) for shape, color, x in bodies
    )
    return Scene(bodies=standing, event="stand", floor="sand")


BOX = scene(("box", "blue", 0.0))
LATER = {
    "shape_end": scene(("sphere", "blue", 0.0)),
    "color_end": scene(("box", "red", 0.0)),
    "one_object_end": scene(("box", "blue", -3.5), ("box", "blue", 3.5)),
}


@pytest.fixture(scope="module")
def films() -> dict[str, np.ndarray]:
    with Renderer(width=96, height=96) as renderer:
        scenes = {"right": BOX, **LATER}
        return {
            name: renderer.film(simulate(each, seconds=SECONDS, fps=FPS))
            for name, each in scenes.items()
        }


def verdict(films: dict[str, np.ndarray], later: str) -> Verdict:
    """Of a clip that is right but for its last second."""
    second = round(FPS)
    frames = np.concatenate([films["right"], films["right"], films[later][:second]])
    question = SceneQuestion(key="q", prompt="a blue box", scene=BOX, seconds=5.0, seed=0)
    clip = Clip(frames=frames, fps=FPS)
    return judge(question, [clip], SceneTruth(question))


def test_a_clip_that_stays_right(films: dict[str, np.ndarray]):
    found = verdict(films, "right")
    assert [found[name] for name in ("shape", *END_MEASURES)] == [1.0] * 4


@pytest.mark.parametrize("wrong", list(LATER))
def test_what_is_wrong_in_the_last_second_alone(films: dict[str, np.ndarray], wrong: str):
    found = verdict(films, wrong)
    assert (found["shape"], found["color"]) == (1.0, 1.0), "most of the clip is right"
    assert (found[wrong], found["all"]) == (0.0, 0.0)


def test_shares_by_event_and_shape():
    question = SceneQuestion(key="q", prompt="a blue box", scene=BOX, seconds=4.0, seed=0)
    verdicts = [dict.fromkeys(END_MEASURES, value) for value in (1.0, 0.0, 1.0, 1.0)]
    cases = [
        (JudgedQuestion(question=question, verdicts={"model": each}), each) for each in verdicts
    ]
    assert cells_of(cases) == {
        "stand box": {"clips": 4, **dict.fromkeys(END_MEASURES, 0.75)},
    }
