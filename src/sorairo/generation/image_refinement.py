"""Large pictures: composed at the model's native size, then refined level by level.

Each level enlarges the picture about twice with the upscaler and samples it again from a noise
level below 1, as an edit does (SDEdit, Meng et al., arXiv 2108.01073), so that the model draws the
detail that a small picture cannot hold. The picture spans the same positions at every level, with
denser tokens; so a window of tokens has the positions of the part that it shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from sorairo.flow.schedules import sampling_sigmas
from sorairo.generation.canvas.canvas import Canvas, Stack
from sorairo.generation.output.delivery import deliver
from sorairo.generation.progress import Progress, ProgressCallback
from sorairo.generation.sampling.checkpoint import SamplingCheckpoint
from sorairo.generation.sampling.sampler import Velocity, sample
from sorairo.generation.sampling.seeding import seeded
from sorairo.generation.sampling.tiled import tiled_velocity
from sorairo.generation.sampling.window_sampling import Sampling, estimate
from sorairo.generation.settings import RefineConfig, Settings
from sorairo.generation.tasks.edit import edit
from sorairo.generation.tasks.layout import CanvasLayout, CanvasSpec
from sorairo.models.protocols import VideoModel
from sorairo.video import Clip

Size = tuple[int, int]  # width, height
Preview = Callable[[], np.ndarray]
"""Draws the current estimate of the picture: uint8 [h, w, 3]."""


@runtime_checkable
class PictureEngine(Protocol):
    """The methods of an engine that refinement uses."""

    model: VideoModel

    @property
    def spec(self) -> CanvasSpec: ...

    def sampling(self, settings: Sequence[Settings]) -> Sampling: ...

    def run(
        self,
        layout: CanvasLayout,
        settings: Settings = ...,
        on_progress: ProgressCallback | None = ...,
        checkpoint: SamplingCheckpoint | None = ...,
    ) -> Clip: ...

    def encode_layout(self, layout: CanvasLayout) -> Canvas: ...

    def velocity(self, stack: Stack, *, negative: str, scale: float | None) -> Velocity: ...

    def decode(self, layout: CanvasLayout, latents: Tensor) -> np.ndarray: ...

    def preview(self, latents: Tensor) -> np.ndarray: ...


def sizes(native: Size, wanted: Size, *, multiple: int, least: float) -> list[Size]:
    """The sizes (width, height) of the levels, each about twice the one before. The last covers
    `wanted`; all have the native aspect ratio and sides that are multiples of `multiple`. Empty if
    `wanted` is less than `least` times the native size."""
    scale = max(wanted[0] / native[0], wanted[1] / native[1])
    found: list[Size] = []
    while scale >= least:
        width, height = (-(-round(side * scale, 6) // multiple) * multiple for side in native)
        found.insert(0, (int(width), int(height)))
        scale /= 2
    return found


def refined(
    engine: PictureEngine,
    layout: CanvasLayout,
    settings: Settings,
    on_progress: ProgressCallback | None = None,
    checkpoint: SamplingCheckpoint | None = None,
) -> Clip:
    """The picture of a layout of one frame, refined to the size of the settings."""
    native, config = (layout.width, layout.height), settings.refine
    assert config is not None
    size = (settings.width or native[0], settings.height or native[1])
    refiner = Refiner(engine, native, size, config)
    composing = engine.sampling([settings]).steps
    total = composing + refiner.total

    def composed(now: Progress) -> None:
        if on_progress:
            on_progress(replace(now, total=total))

    def on_window(done: int, preview: Preview) -> None:
        if on_progress:
            on_progress(
                Progress(
                    done=composing + done,
                    total=total,
                    preview=lambda: preview()[None],
                    preview_fps=1.0,
                )
            )

    compose = replace(settings, width=None, height=None, refine=None)
    clip = engine.run(layout, compose, composed, checkpoint)
    large = refiner(
        clip.frames[0],
        layout.prompts[0],
        seed=settings.seed,
        negative=settings.negative,
        on_window=on_window,
    )
    return replace(clip, frames=large[None])


class Refiner:
    """Makes pictures of `native` size larger, to `size`."""

    def __init__(
        self, engine: PictureEngine, native: Size, size: Size, config: RefineConfig
    ) -> None:
        self.engine, self.size, self.config = engine, size, config
        multiple = engine.spec.multiple
        self.sizes = sizes(native, size, multiple=multiple, least=config.least)
        boxes = [config.windows.boxes(h // multiple, w // multiple) for w, h in self.sizes]
        self.total = config.steps * sum(map(len, boxes)) if config.strength else 0

    def __call__(
        self,
        picture: np.ndarray,
        prompt: str,
        *,
        seed: int = 0,
        negative: str = "",
        on_window: Callable[[int, Preview], None] = lambda done, preview: None,
    ) -> np.ndarray:
        """Enlarges a picture uint8 [h, w, 3] to the requested size, uint8 [height, width, 3].

        `on_window` is called after every window with the number of windows done, of `total`, and a
        preview; an exception that it raises stops the refinement.
        """
        generator, done = seeded(seed), 0

        def on_preview(preview: Preview) -> None:
            nonlocal done
            done += 1
            on_window(done, preview)

        fps, upscale = self.engine.spec.fps, self.engine.model.upscale
        for level in self.sizes:
            clip = Clip(frames=deliver(picture[None], fps, *level, fps, upscale=upscale), fps=fps)
            if self.config.strength:
                clip = self._sampled_again(clip, prompt, negative, generator, on_preview)
            picture = clip.frames[0]
        return Clip(frames=picture[None], fps=fps).fit(*self.size).frames[0]

    def _sampled_again(
        self,
        clip: Clip,
        prompt: str,
        negative: str,
        generator: torch.Generator,
        on_preview: Callable[[Preview], None],
    ) -> Clip:
        """A picture, sampled again from noise level `strength` at its own size."""
        engine, config = self.engine, self.config
        spec = replace(engine.spec, area=clip.width * clip.height)
        layout = edit(clip, prompt, spec=spec, strength=config.strength)
        canvas = engine.encode_layout(layout)
        _, rows, columns = canvas.grid
        places = engine.model.positions.crop((rows, columns), (0, 0, rows, columns))
        canvas = now = replace(canvas, positions=places[None])
        schedule = sampling_sigmas(config.steps, config.shift)
        noise = torch.randn(canvas.tokens().shape, generator=generator)

        def velocity_of(part: Canvas) -> Velocity:
            return engine.velocity(Stack((part,)), negative=negative, scale=config.guidance)

        with torch.inference_mode():
            velocity = tiled_velocity(
                canvas,
                velocity_of,
                config.windows,
                lambda: on_preview(lambda: engine.preview(now.latents)[0]),
            )
            for step, _ in sample(velocity, Stack((canvas,)), schedule, noise[None]):
                now = canvas.with_tokens(estimate(step)[0])
        return replace(clip, frames=engine.decode(layout, now.latents))
