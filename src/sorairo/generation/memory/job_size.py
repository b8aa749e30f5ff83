"""The sizes and lengths of a job, as far as its memory depends on them. No torch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sorairo.generation.output.delivery import Delivery
from sorairo.generation.tasks.layout import CanvasLayout, CanvasSpec, GivenSegment
from sorairo.models.model_info import MemoryNeeds, Size, Workload
from sorairo.video.resampling import canvas_size

COPIES = 2.2  # times the result's frames: the segments, and the whole that they are joined to
WHOLE = 1.1  # times the result's frames, where it is one segment
AT_ONCE = 16  # latent frames that are decoded together
MANY_RUNS = 8  # of tokens with one noise level: with more, each token has a level of its own
LEAST_SIDE, STEP = 64, 16  # pixels of a result


@dataclass(frozen=True, kw_only=True)
class JobSize:
    """A job: its result, and the canvas that it is made from."""

    spec: CanvasSpec
    """The canvas of the model."""
    result: Size
    """Pixels of the result."""
    result_frames: float
    copies: float
    """How often the frames of the result are held: COPIES or WHOLE."""
    canvas: Size
    """Pixels of the canvas."""
    canvas_frames: float
    latent_frames: int
    """Of the canvas."""
    upscaled: bool
    """Whether the result has another size or rate than the canvas."""
    given_bytes: float = 0.0
    """Frames that are given, at their own size."""
    given_frames: int = 0
    """Frames of the canvas that are given at once."""
    references: int = 0
    """Pictures that the denoiser sees beside the canvas."""
    prompts: int = 1
    views: int = 1
    """How often the denoiser sees the canvas: twice, if it is cyclic."""
    guided: bool = True
    token_levels: bool = False
    """Whether tokens have noise levels of their own."""

    @classmethod
    def of(cls, layout: CanvasLayout, delivery: Delivery, *, guided: bool = True) -> JobSize:
        """That of a layout that is delivered so."""
        own = (delivery.width, delivery.height, delivery.fps)
        held = [
            each.clip if isinstance(each, GivenSegment) else each.under for each in layout.segments
        ]
        frames = [clip.frames for clip in held if clip] + [each.frames for each in layout.given]
        whole = len(layout.segments) == 1 and not layout.aspect
        levels = len(layout.given) + len(layout.keyframes) > MANY_RUNS
        return cls(
            spec=layout.spec,
            result=(delivery.width, delivery.height),
            result_frames=delivery.frames(layout),
            copies=WHOLE if whole else COPIES,
            canvas=(layout.width, layout.height),
            canvas_frames=layout.num_frames,
            latent_frames=len(layout.latent_frames()),
            upscaled=own != (layout.width, layout.height, layout.spec.fps),
            given_bytes=sum({id(each): each.nbytes for each in frames}.values()),
            given_frames=max(
                [
                    *(len(each.frames) for each in layout.given if each.latents is None),
                    *(layout.spec.frames_per_latent_frame for _ in layout.keyframes),
                ],
                default=0,
            ),
            references=len(layout.keyframes),
            prompts=len(layout.prompts),
            views=2 if layout.cyclic else 1,
            guided=guided,
            token_levels=levels or any(each.region is not None for each in layout.given),
        )

    @property
    def result_bytes(self) -> float:
        return frame_bytes(self.result_frames, self.result)

    @property
    def native_bytes(self) -> float:
        """The frames of the canvas."""
        return frame_bytes(self.canvas_frames, self.canvas)

    def load(self, needs: MemoryNeeds) -> Workload:
        """What the networks of a model with these needs see at once."""
        width, height = self.canvas
        grid = (width // self.spec.multiple) * (height // self.spec.multiple)
        seen = min(self.latent_frames, self.spec.window) + self.references
        decoded = AT_ONCE * self.spec.frames_per_latent_frame
        return Workload(
            tokens=seen * grid,
            pixels=width * height,
            rows=(2 if self.guided else 1) * self.views,
            prompts=self.prompts,
            token_levels=seen * grid if self.token_levels else 0,
            encoded_frames=int(self.canvas_frames) if needs.encodes_all else self.given_frames,
            decoded_frames=min(decoded, int(self.canvas_frames)),
        )

    def smaller(self) -> Iterator[JobSize]:
        """The same at smaller sizes of its shape, the largest first. The canvas becomes smaller
        only where the model's does."""
        width, height = self.result
        longest = max(width, height)
        for side in range((longest - 1) // STEP * STEP, LEAST_SIDE - 1, -STEP):
            sides = [max(LEAST_SIDE, each * side // longest // STEP * STEP) for each in self.result]
            yield self.sized(sides[0], sides[1])

    def sized(self, width: int, height: int) -> JobSize:
        """The same with a result of another size."""
        canvas, area = self.canvas, min(self.canvas[0] * self.canvas[1], width * height)
        if self.spec.smaller_sizes:
            canvas = canvas_size(*canvas, multiple=self.spec.multiple, area=area)
        upscaled = self.upscaled or (width, height) != canvas
        return replace(self, result=(width, height), canvas=canvas, upscaled=upscaled)

    def shortest(self) -> JobSize:
        """The same with one latent frame to generate."""
        frames = min(self.canvas_frames, self.spec.frames_per_latent_frame)
        kept = self.result_frames - self.canvas_frames
        return replace(
            self,
            canvas_frames=frames,
            latent_frames=1,
            result_frames=max(1, kept + frames),
            given_frames=min(self.given_frames, int(frames)),
        )


def frame_bytes(frames: float, size: Size) -> float:
    """The size of RGB frames in memory."""
    return frames * size[0] * size[1] * 3
