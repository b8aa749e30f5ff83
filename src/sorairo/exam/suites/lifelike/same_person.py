"""M14, the same person in every shot: who is filmed again looks as before.

A storyboard of two or three shots, in turn, of one dressed person who does something else in each.
Every card describes the same clothes and hair. The judge sees from the pixels alone where skin,
hair and clothes are. Is there somebody in every shot ("somebody")? Do the clothes ("clothes") and
the hair ("hair") of every two shots agree? Is there a cut at each requested frame ("cuts"), so that
one picture that stays is not a story? "all" is the cuts, somebody and the clothes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from sorairo.exam.held_out_scenes import FIRST_SEED
from sorairo.exam.lifelike_question import FPS, SIDE
from sorairo.exam.perception.person_seen import AGREES, person_in, same_chance
from sorairo.exam.perception.seam_metrics import cut_at
from sorairo.exam.question import Answer, Sampling
from sorairo.exam.scene_question import ClipQuestion, ClipTruth
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.video import Clip
from sorairo.video.resampling import at_fps
from sorairo.world.lifelike.filming.stories import sample_shots
from sorairo.world.lifelike.language.captions import stated
from sorairo.world.lifelike.renderer import Renderer
from sorairo.world.lifelike.scene import Scene, SceneConfig
from sorairo.world.lifelike.simulate import simulate

SHOT = 24  # frames: whole groups of a codec
SHOTS = (2, 3)
LOOKED_AT = (0.25, 0.5, 0.75)  # of a shot: the frames that are judged
ALONE = SceneConfig(
    events=("walk", "stand", "wave", "dance", "stop", "turn"),
    cameras=("still",),
    angles=("eye",),
    weathers=("clear",),
    cuts=0.0,
)


@dataclass(frozen=True, kw_only=True)
class StoryQuestion(ClipQuestion):
    """Asks for several shots of one person."""

    scenes: tuple[Scene, ...]
    """A scene for each shot."""
    prompts: tuple[str, ...]
    """A prompt for each shot."""

    @property
    def size(self) -> tuple[int, int]:
        return SIDE, SIDE

    def truth(self) -> StoryTruth:
        return StoryTruth(self)

    def request(
        self, truth: ClipTruth, sampling: Sampling, *, fps: float
    ) -> tuple[Request, list[Clip]]:
        del truth, fps
        cards = tuple(
            Card(start=SHOT * i / FPS, end=SHOT * (i + 1) / FPS, prompt=prompt)
            for i, prompt in enumerate(self.prompts)
        )
        return Storyboard(cards=cards, **sampling.options(self.seed)), []


@dataclass(frozen=True)
class StoryTruth(ClipTruth):
    """The shots as the simulator films them."""

    question: StoryQuestion

    @cached_property
    def clip(self) -> Clip:
        return film(self.question.scenes)


def film(scenes: tuple[Scene, ...]) -> Clip:
    """The shots of scenes, one after another."""
    with Renderer(width=SIDE, height=SIDE) as renderer:
        shots = [renderer.film(simulate(each, seconds=SHOT / FPS, fps=FPS)) for each in scenes]
    return Clip(frames=np.concatenate(shots), fps=FPS)


def questions(count: int) -> list[StoryQuestion]:
    return [_question(index) for index in range(count)]


def _question(index: int) -> StoryQuestion:
    scenes = _scenes(index, SHOTS[index % len(SHOTS)])
    prompts = tuple(_prompt(scene, (index, shot)) for shot, scene in enumerate(scenes))
    return StoryQuestion(
        key=f"M14-{index:04d}",
        prompt=" | ".join(prompts),
        seed=index,
        about=f"{len(scenes)} shots",
        seconds=SHOT * len(scenes) / FPS,
        scenes=scenes,
        prompts=prompts,
    )


def _scenes(index: int, count: int) -> tuple[Scene, ...]:
    """`count` scenes with one person, each with another event than the one before."""
    for attempt in range(200):
        rng = np.random.default_rng((FIRST_SEED + 42_000, index, attempt))
        shots = sample_shots(rng, ALONE, count)
        if len(shots[0].people) == 1:
            return tuple(shots)
    raise AssertionError("no scene with one person")


def _prompt(scene: Scene, seed: tuple[int, int]) -> str:
    """A full caption that says what the hair is like."""
    for attempt in range(200):
        text, facts = stated(
            scene, np.random.default_rng((*seed, attempt)), language="en", detail="full"
        )
        if any(kind == "hair0" for kind, _ in facts):
            return text
    raise AssertionError("no caption says what the hair is like")


def judge(question: StoryQuestion, answer: Answer, truth: StoryTruth) -> Verdict:
    clip = at_fps(answer[0], FPS)  # of a model with another frame rate
    del truth
    shots = list(_shots(clip, len(question.scenes)))
    seen = [person_in(shot) for shot in shots]
    cuts = [SHOT * i for i in range(1, len(shots))]
    verdict = {
        "cuts": all(cut_at(clip.frames, cut) for cut in cuts),
        "somebody": all(each.there for each in seen),
        **{
            kind: all(same_chance(kind, *pair) >= AGREES for pair in combinations(seen, 2))
            for kind in ("clothes", "hair")
        },
    }
    whole = verdict["cuts"] and verdict["somebody"] and verdict["clothes"]
    return {**{name: float(value) for name, value in verdict.items()}, "all": float(whole)}


def _shots(clip: Clip, count: int) -> Iterator[np.ndarray]:
    """The frames of each shot that are looked at; of a clip that ends early the last one."""
    frames = clip.resize(SIDE, SIDE).frames
    for shot in range(count):
        at = [min(round(SHOT * (shot + share)), len(frames) - 1) for share in LOOKED_AT]
        yield frames[at]


SUITE = Suite(
    name="M14",
    title="The same person",
    count=48,
    quick=8,
    batch_size=1,
    questions=questions,
    judge=judge,
    goals=(
        Goal(measure="all", least=0.8, share=True),
        *(Goal(measure=name, share=True) for name in ("cuts", "somebody", "clothes", "hair")),
    ),
)
