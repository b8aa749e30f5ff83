"""What is given comes back as it was, and nothing shows where it meets what is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sorairo.exam.canvas_suite import Answer, Plan, Suite
from sorairo.exam.held_out_scenes import STILL, film, prompt_of, scenes
from sorairo.exam.perception.seam_metrics import excess, jump, tint
from sorairo.exam.statistics import Goal, Verdict
from sorairo.generation.engine import Engine
from sorairo.generation.tasks.context import size_for
from sorairo.generation.tasks.layout import CanvasSpec
from sorairo.video import Clip

GIVEN, MADE = 2.0, 1.0  # seconds
REGION = (slice(24, 72), slice(8, 56))  # rows and columns of 96 that are made anew
Make = Callable[[Engine, dict[str, Any]], Clip]
AIMS = (
    Goal(measure="exact", least=1.0, share=True),
    Goal(measure="outside changed", of="highest", most=1.0),
    Goal(measure="jump", of="median"),
    Goal(measure="jump", of="highest"),
    Goal(measure="excess", of="median"),
    Goal(measure="excess", of="highest", most=1.5),
    Goal(measure="tint", of="highest", most=1.5),
)


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """A task, and what of its result is given: `kept` are (first frame of the result, frames);
    `joints` the frames of the result after which given and made meet (-1: last and first)."""

    label: str
    seed: int
    make: Make
    kept: Sequence[tuple[int, np.ndarray]]
    joints: Sequence[int] = ()
    region: np.ndarray | None = None
    true: Clip | None = None

    def ask(self, model: Engine, plan: Plan) -> Answer:
        return [self.make(model, plan.how(self.seed))]

    def truth(self) -> Answer | None:
        return None if self.true is None else [self.true]

    def judge(self, answer: Answer) -> Verdict:
        frames = answer[0].frames
        worst = max(self._changed(frames, first, given) for first, given in self.kept)
        found = {"outside changed" if self.region is not None else "exact": worst}
        if self.region is None:
            found["exact"] = float(worst == 0)
        if self.joints:
            for name, measured in (("jump", jump), ("excess", excess), ("tint", tint)):
                found[name] = max(_at(measured, frames, joint) for joint in self.joints)
        return found

    def _changed(self, frames: np.ndarray, first: int, given: np.ndarray) -> float:
        start = first % len(frames)
        there = frames[start : start + len(given)]
        if there.shape != given.shape:
            return 255.0
        off = np.abs(there.astype(np.int16) - given)
        return float(off[:, self.region < 0.5].max() if self.region is not None else off.max())


def _at(measured: Callable[[np.ndarray, int], float], frames: np.ndarray, joint: int) -> float:
    """A measure at a joint; the joint -1 lies in the middle of the clip begun elsewhere."""
    if joint >= 0:
        return measured(frames, joint)
    half = len(frames) // 2
    return measured(np.roll(frames, half, axis=0), half - 1)


def cases(plan: Plan) -> list[Keeping]:
    """Each task by turns, on held-out clips; then the media, fitted to their canvas."""
    found = [case for index in range(plan.count(16, 2)) for case in _of_world(index)]
    spec = CanvasSpec()
    for path in plan.media:
        clip = Clip.load(path, end=GIVEN) if path.suffix == ".mp4" else Clip.load(path)
        clip = clip.fit(*size_for(clip, spec))
        found += list(_of_footage(path.stem, clip))
    return found


def _of_world(index: int) -> Iterator[Keeping]:
    """Every task on one true clip."""
    scene, other = scenes(2, STILL, skip=1000 + 2 * index)
    prompt, second = prompt_of(scene), prompt_of(other)
    true = film(scene, 2 * MADE + GIVEN)
    fps = true.fps
    made, given = round(MADE * fps), round(GIVEN * fps)
    middle = _cut(true, made, made + given)
    yield _animated(f"animate: {prompt}", index, middle, prompt, _cut(true, made, None))
    yield from _extended(prompt, index, middle, prompt, true, made)
    yield _looped(f"loop: {prompt}", index, middle, prompt)
    after = film(other, GIVEN)
    yield Keeping(
        label=f"connect: {prompt} | {second}",
        seed=index,
        make=lambda m, how: m.connect(middle, after, (prompt, second), seconds=MADE, **how),
        kept=((0, middle.frames), (-after.num_frames, after.frames)),
        joints=(given - 1, given + made - 1),
    )
    yield _keyed(f"keyframes: {prompt}", index, true, prompt)
    yield from _edited(prompt, index, true, second)


def _of_footage(name: str, clip: Clip) -> Iterator[Keeping]:
    """What can be done with a photograph or footage, told nothing about it."""
    if clip.num_frames == 1:
        still = Clip(frames=clip.frames.repeat(24, axis=0), fps=12.0)
        yield _animated(f"animate: {name}", 0, clip, "", still)
        return
    yield from _extended(name, 0, clip, "", None, round(MADE * clip.fps))
    yield _looped(f"loop: {name}", 0, clip, "")


def _animated(label: str, seed: int, clip: Clip, prompt: str, true: Clip) -> Keeping:
    picture = _cut(clip, 0, 1)
    return Keeping(
        label=label,
        seed=seed,
        make=lambda m, how: m.animate(picture, prompt, seconds=GIVEN, **how),
        kept=((0, picture.frames),),
        joints=(0,),
        true=true,
    )


def _extended(
    label: str, seed: int, clip: Clip, prompt: str, true: Clip | None, made: int
) -> Iterator[Keeping]:
    """`true` has `made` more frames before and after the clip."""
    count = clip.num_frames
    yield Keeping(
        label=f"forward: {label}",
        seed=seed,
        make=lambda m, how: m.extend(clip, prompt, forward=MADE, **how),
        kept=((0, clip.frames),),
        joints=(count - 1,),
        true=true and _cut(true, made, None),
    )
    yield Keeping(
        label=f"backward: {label}",
        seed=seed,
        make=lambda m, how: m.extend(clip, prompt, backward=MADE, **how),
        kept=((-count, clip.frames),),
        joints=(made - 1,),
        true=true and _cut(true, 0, made + count),
    )


def _looped(label: str, seed: int, clip: Clip, prompt: str) -> Keeping:
    """The truth: there and back again."""
    back = np.concatenate([clip.frames, clip.frames[-2:0:-1]])
    return Keeping(
        label=label,
        seed=seed,
        make=lambda m, how: m.loop(clip, prompt, seconds=MADE, **how),
        kept=((0, clip.frames),),
        joints=(clip.num_frames - 1, -1),
        true=Clip(frames=back, fps=clip.fps),
    )


def _keyed(label: str, seed: int, true: Clip, prompt: str) -> Keeping:
    at = [round(seconds * true.fps) for seconds in (0, 1.25, 2.5)]
    pictures = [(frame / true.fps, _cut(true, frame, frame + 1)) for frame in at]
    return Keeping(
        label=label,
        seed=seed,
        make=lambda m, how: m.animate(pictures, prompt, seconds=true.duration, **how),
        kept=[(frame, true.frames[frame : frame + 1]) for frame in at],
        joints=[joint for frame in at for joint in (frame - 1, frame) if joint >= 0],
        true=true,
    )


def _edited(prompt: str, seed: int, true: Clip, other: str) -> Iterator[Keeping]:
    """In a region; and retold between two times."""
    region = np.zeros((true.height, true.width), np.float32)
    region[REGION] = 1
    yield Keeping(
        label=f"region: {prompt} -> {other}",
        seed=seed,
        make=lambda m, how: m.edit(true, other, strength=0.9, region=region, **how),
        kept=((0, true.frames),),
        region=region,
        true=true,
    )
    start, end = round(MADE * true.fps), round((MADE + 4 / 3) * true.fps)  # whole groups of four
    yield Keeping(
        label=f"span: {prompt}",
        seed=seed,
        make=lambda m, how: m.edit(
            true, prompt, strength=1.0, start=start / true.fps, end=end / true.fps, **how
        ),
        kept=((0, true.frames[:start]), (end, true.frames[end:])),
        joints=(start - 1, end - 1),
        true=true,
    )


def _cut(clip: Clip, first: int, last: int | None) -> Clip:
    return Clip(frames=clip.frames[first:last], fps=clip.fps)


GIVEN_SUITE = Suite(name="given", cases=cases, aims=AIMS)
