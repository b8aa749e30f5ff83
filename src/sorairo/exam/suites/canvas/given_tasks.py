"""The tasks that the suite `given` asks for, on true clips and on photographs and footage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sorairo.exam.held_out_scenes import STILL, film, prompt_of, scenes
from sorairo.exam.question import Answer, KnownAnswer, Question, Sampling, Truth
from sorairo.generation.api import Capabilities
from sorairo.generation.tasks.context import size_for
from sorairo.generation.tasks.layout import CanvasSpec
from sorairo.video import Clip

GIVEN, MADE = 2.0, 1.0  # seconds
RETAKEN = 4 / 3  # seconds: whole latent frames of four
REGION = (slice(24, 72), slice(8, 56))  # rows and columns of 96 that are edited
KEYS = (0, 1.25, 2.5)  # seconds
FIRST_SCENE = 1000


@dataclass(frozen=True, kw_only=True)
class GivenTask(Question):
    """Calls a method of the model, with content that must come back unchanged."""

    method: str
    """The method of the model."""
    arguments: Sequence[Any] = field(repr=False)
    """Its positional arguments."""
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Its keyword arguments, without those of `Sampling`."""
    kept: Sequence[tuple[int, np.ndarray]] = field(repr=False)
    """(first frame of the result, frames that must be there)."""
    joints: Sequence[int] = ()
    """The frames of the result after which given and generated frames meet; -1: last and first."""
    region: np.ndarray | None = field(default=None, repr=False)
    """The pixels that may change [H, W], 0 or 1."""
    true: Clip | None = field(default=None, repr=False)
    """A right answer, if one is known."""

    def truth(self) -> KnownAnswer:
        return KnownAnswer(answer=() if self.true is None else [self.true])

    def ask(self, model: Capabilities, truth: Truth, sampling: Sampling) -> Answer:
        call = getattr(model, self.method)
        return [call(*self.arguments, **self.options, **sampling.options(self.seed))]


@dataclass(frozen=True, kw_only=True)
class Source:
    """What the questions about one clip have in common."""

    key: str
    name: str
    """What the question shows as its prompt."""
    prompt: str
    """What the model gets as its prompt."""
    seed: int

    def question(self, task: str, method: str, *arguments: object, **fields: Any) -> GivenTask:
        return GivenTask(
            key=f"{self.key}-{task}",
            prompt=fields.pop("name", self.name),
            seed=self.seed,
            about=task,
            method=method,
            arguments=arguments,
            **fields,
        )


def tasks_on_scene(index: int) -> Iterator[GivenTask]:
    """Every task on one true clip."""
    scene, other = scenes(2, STILL, skip=FIRST_SCENE + 2 * index)
    prompt, second = prompt_of(scene), prompt_of(other)
    source = Source(key=f"given-{index:04d}", name=prompt, prompt=prompt, seed=index)
    true = film(scene, 2 * MADE + GIVEN)
    made, given = round(MADE * true.fps), round(GIVEN * true.fps)
    middle = _cut(true, made, made + given)
    yield _animate(source, middle, _cut(true, made, None))
    yield from _extend(source, middle, true, made)
    yield _loop(source, middle)
    after = film(other, GIVEN)
    yield source.question(
        "connect",
        "connect",
        middle,
        after,
        (prompt, second),
        name=f"{prompt} | {second}",
        options={"seconds": MADE},
        kept=((0, middle.frames), (-after.num_frames, after.frames)),
        joints=(given - 1, given + made - 1),
    )
    yield _keyframes(source, true)
    yield _region(source, true, second)
    yield _span(source, true)


def tasks_on_footage(path: Path) -> Iterator[GivenTask]:
    """The tasks for a photograph or footage without a prompt, fitted to the canvas."""
    clip = Clip.load(path, end=GIVEN) if path.suffix == ".mp4" else Clip.load(path)
    clip = clip.fit(*size_for(clip, CanvasSpec()))
    source = Source(key=f"given-footage-{path.stem}", name=path.stem, prompt="", seed=0)
    if clip.num_frames == 1:
        still = Clip(frames=clip.frames.repeat(24, axis=0), fps=12.0)
        yield _animate(source, clip, still)
        return
    yield from _extend(source, clip, None, round(MADE * clip.fps))
    yield _loop(source, clip)


def _animate(source: Source, clip: Clip, true: Clip) -> GivenTask:
    picture = _cut(clip, 0, 1)
    return source.question(
        "animate",
        "animate",
        picture,
        source.prompt,
        options={"seconds": GIVEN},
        kept=((0, picture.frames),),
        joints=(0,),
        true=true,
    )


def _extend(source: Source, clip: Clip, true: Clip | None, made: int) -> Iterator[GivenTask]:
    """`true` has `made` more frames before and after the clip."""
    count = clip.num_frames
    yield source.question(
        "forward",
        "extend",
        clip,
        source.prompt,
        options={"forward": MADE},
        kept=((0, clip.frames),),
        joints=(count - 1,),
        true=true and _cut(true, made, None),
    )
    yield source.question(
        "backward",
        "extend",
        clip,
        source.prompt,
        options={"backward": MADE},
        kept=((-count, clip.frames),),
        joints=(made - 1,),
        true=true and _cut(true, 0, made + count),
    )


def _loop(source: Source, clip: Clip) -> GivenTask:
    """The truth is the clip forwards and then backwards."""
    frames = np.concatenate([clip.frames, clip.frames[-2:0:-1]])
    return source.question(
        "loop",
        "loop",
        clip,
        source.prompt,
        options={"seconds": MADE},
        kept=((0, clip.frames),),
        joints=(clip.num_frames - 1, -1),
        true=Clip(frames=frames, fps=clip.fps),
    )


def _keyframes(source: Source, true: Clip) -> GivenTask:
    at = [round(seconds * true.fps) for seconds in KEYS]
    pictures = [(frame / true.fps, _cut(true, frame, frame + 1)) for frame in at]
    return source.question(
        "keyframes",
        "animate",
        pictures,
        source.prompt,
        options={"seconds": true.duration},
        kept=[(frame, true.frames[frame : frame + 1]) for frame in at],
        joints=[joint for frame in at for joint in (frame - 1, frame) if joint >= 0],
        true=true,
    )


def _region(source: Source, true: Clip, other: str) -> GivenTask:
    """An edit of a region."""
    region = np.zeros((true.height, true.width), np.float32)
    region[REGION] = 1
    return source.question(
        "region",
        "edit",
        true,
        other,
        name=f"{source.name} -> {other}",
        options={"strength": 0.9, "region": region},
        kept=((0, true.frames),),
        region=region,
        true=true,
    )


def _span(source: Source, true: Clip) -> GivenTask:
    """A retake of a span of time."""
    start, end = round(MADE * true.fps), round((MADE + RETAKEN) * true.fps)
    return source.question(
        "span",
        "edit",
        true,
        source.prompt,
        options={"strength": 1.0, "start": start / true.fps, "end": end / true.fps},
        kept=((0, true.frames[:start]), (end, true.frames[end:])),
        joints=(start - 1, end - 1),
        true=true,
    )


def _cut(clip: Clip, first: int, last: int | None) -> Clip:
    return Clip(frames=clip.frames[first:last], fps=clip.fps)
