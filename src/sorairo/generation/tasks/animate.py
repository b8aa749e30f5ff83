"""Image to video: pictures at their times, the frames between them generated. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sorairo.errors import RequestError
from sorairo.generation.tasks.context import Size, shaped, size_for, still
from sorairo.generation.tasks.layout import (
    CanvasLayout,
    CanvasSpec,
    GeneratedSegment,
    GivenFrames,
    GivenSegment,
    Keyframe,
    single_prompt,
)
from sorairo.notes import Note
from sorairo.video import Clip
from sorairo.video.resampling import onto, squeezed_aspect


def animate(
    pictures: Sequence[tuple[float, Clip]],
    prompt: str,
    *,
    spec: CanvasSpec,
    num_frames: int,
    strength: Sequence[float] = (),
) -> CanvasLayout:
    """A canvas with `pictures` at their times in seconds.

    A picture at time 0 is the first frame. A picture whose `strength` is below 1 is a hint: the
    model sees it at its time, with noise added, and the result does not show it. Raises
    RequestError for a time outside the clip and for two pictures on one frame.
    """
    shape = pictures[0][1]  # the first one decides the shape of the canvas
    size = size_for(shape, spec)
    placed = sorted(
        (
            _Placed(frame=round(at * spec.fps), at=at, clip=clip, strength=closeness)
            for (at, clip), closeness in zip(
                pictures, strength or [1.0] * len(pictures), strict=True
            )
        ),
        key=lambda each: each.frame,
    )
    _check_times(placed, spec, num_frames)
    canvas = _Pictures(spec=spec, size=size, shape=shape)
    for each in placed:
        canvas.put(each)
    canvas.generate(num_frames)
    prompts, prompt_weights = single_prompt(prompt, num_frames)
    return CanvasLayout(
        spec=spec,
        num_frames=num_frames,
        width=size[0],
        height=size[1],
        prompts=prompts,
        prompt_weights=prompt_weights,
        segments=tuple(canvas.segments),
        given=tuple(canvas.given),
        keyframes=tuple(canvas.keyframes),
        padding_frames=spec.frames_per_latent_frame - 1,
        aspect=squeezed_aspect(shape, *size),
    )


@dataclass(frozen=True, kw_only=True)
class _Placed:
    frame: int  # of the canvas
    at: float  # seconds, as the request says
    clip: Clip  # of one frame
    strength: float  # 1: shown exactly


def _check_times(placed: Sequence[_Placed], spec: CanvasSpec, num_frames: int) -> None:
    following = [*(each.frame for each in placed[1:]), num_frames]
    for each, next_frame in zip(placed, following, strict=True):
        if not 0 <= each.frame < num_frames:
            raise RequestError(
                Note(
                    f"A picture at {each.at:g} s lies outside the clip: choose a time from 0 to"
                    f" {(num_frames - 1) / spec.fps:.2f} s, or make the clip longer.",
                    "picture_outside",
                    time=each.at,
                    most=round((num_frames - 1) / spec.fps, 2),
                )
            )
        if each.frame == next_frame:
            raise RequestError(
                Note(
                    f"Two pictures are at {each.at:g} s: give them different times, at least"
                    f" {1 / spec.fps:.2f} s apart.",
                    "pictures_together",
                    time=each.at,
                    apart=round(1 / spec.fps, 2),
                )
            )


@dataclass(kw_only=True)
class _Pictures:
    """The parts of the layout, put together picture by picture."""

    spec: CanvasSpec
    size: Size
    shape: Clip
    done: int = 0  # frames of the result that have a segment
    segments: list[GivenSegment | GeneratedSegment] = field(default_factory=list)
    given: list[GivenFrames] = field(default_factory=list)
    keyframes: list[Keyframe] = field(default_factory=list)

    def put(self, one: _Placed) -> None:
        picture = onto(shaped(one.clip, self.shape), *self.size).frames[:1]
        if one.strength < 1:
            noise = 1 - one.strength
            self.keyframes.append(Keyframe(at=one.frame, picture=picture[0], noise=noise))
            return
        if one.frame == 0:
            self.given.append(GivenFrames(first=0, frames=picture))
        else:
            self.keyframes.append(Keyframe(at=one.frame, picture=picture[0]))
            self.generate(one.frame)
        shown = still(one.clip, self.spec.fps)
        self.segments.append(GivenSegment(clip=shown, edges=(one.frame, one.frame)))
        self.done = one.frame + 1

    def generate(self, until: int) -> None:
        """A generated segment from the last one to frame `until`."""
        if self.done < until:
            self.segments.append(GeneratedSegment(first=self.done, last=until))
            self.done = until
