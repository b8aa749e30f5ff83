"""Large pictures: composed at the model's own size, then made twice as large again and again.

Each level enlarges the picture with the upscaler and begins it again from noise, as an edit does
(SDEdit, Meng et al., arXiv 2108.01073), so that the model draws what nothing small can tell. The
whole picture spans the same positions at every level: what differs is how close the tokens stand,
and a window of them knows which part of the scene it sees and how large.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from sorairo.flow.schedules import sampling_sigmas
from sorairo.generation.canvas.canvas import Canvas, Stack, crop_positions
from sorairo.generation.output.delivery import deliver
from sorairo.generation.progress import Progress, ProgressCallback
from sorairo.generation.sampling.sampler import Velocity, sample
from sorairo.generation.sampling.tiled import Windows, mosaic
from sorairo.generation.sampling.window_sampling import estimate
from sorairo.generation.settings import Settings
from sorairo.generation.tasks.edit import edit
from sorairo.video import Clip

if TYPE_CHECKING:
    from sorairo.generation.engine import Engine
    from sorairo.generation.tasks.layout import CanvasLayout

Size = tuple[int, int]  # width, height
Preview = Callable[[], np.ndarray]
"""The picture as it will be, as far as one can tell now: uint8 [h, w, 3]."""


@dataclass(frozen=True, kw_only=True)
class RefineConfig:
    """How a picture is made larger.

    strength    where the noise begins at each level (see `Capabilities.edit`); 0: the upscaler
                alone, until a model draws large pictures better than it
    steps       of each level
    guidance    1 is none, and takes half the time
    shift       of the schedule from where the noise begins down to none
    least       the native picture is refined where it is enlarged by this factor at least
    """

    strength: float = 0.0
    steps: int = 6
    guidance: float = 1.0
    shift: float = 1.0
    least: float = 1.5
    windows: Windows = field(default_factory=Windows)


def sizes(native: Size, wanted: Size, *, multiple: int, least: float) -> list[Size]:
    """Sizes (width, height) from the first level to the last, each about twice the one before; the
    last covers `wanted`, and all have the native aspect ratio and sides that are multiples of
    `multiple`. Empty where the native picture is large enough."""
    scale = max(wanted[0] / native[0], wanted[1] / native[1])
    found: list[Size] = []
    while scale >= least:
        width, height = (-(-round(side * scale, 6) // multiple) * multiple for side in native)
        found.insert(0, (int(width), int(height)))
        scale /= 2
    return found


def image(
    engine: Engine,
    layout: CanvasLayout,
    settings: Settings,
    config: RefineConfig,
    on_progress: ProgressCallback | None,
) -> Clip:
    """The picture of a draft of one frame, refined to the size of the settings."""
    assert settings.width
    assert settings.height
    native, size = (layout.width, layout.height), (settings.width, settings.height)
    refiner = Refiner(engine, native, size, config)
    composing = engine.sampling([settings]).steps
    total = composing + refiner.total

    def composed(now: Progress) -> None:
        if on_progress:
            on_progress(Progress(done=now.done, total=total, preview=now.preview))

    def refined(done: int, preview: Preview) -> None:
        if on_progress:
            on_progress(
                Progress(done=composing + done, total=total, preview=lambda: preview()[None])
            )

    clip = engine.run(layout, replace(settings, width=None, height=None), composed)
    large = refiner(
        clip.frames[0],
        layout.prompts[0],
        seed=settings.seed,
        negative=settings.negative,
        seen=refined,
    )
    return replace(clip, frames=large[None])


class Refiner:
    """Makes native pictures of `native` size larger, to `size`."""

    def __init__(self, engine: Engine, native: Size, size: Size, config: RefineConfig) -> None:
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
        seen: Callable[[int, Preview], None] = lambda done, preview: None,
    ) -> np.ndarray:
        """A picture uint8 [h, w, 3] at the wanted size, uint8 [height, width, 3].

        `seen` hears after every window how many of all windows (`total`) are done, and how to look
        at the picture; raise from it to stop.
        """
        from sorairo.generation.engine import seeded

        generator, done = seeded(seed), 0

        def on_preview(preview: Preview) -> None:
            nonlocal done
            done += 1
            seen(done, preview)

        fps, device = self.engine.spec.fps, self.engine.device
        for level in self.sizes:
            clip = Clip(frames=deliver(picture[None], fps, *level, fps, device=device), fps=fps)
            if self.config.strength:
                clip = self._again(clip, prompt, negative, generator, on_preview)
            picture = clip.frames[0]
        return Clip(frames=picture[None], fps=fps).fit(*self.size).frames[0]

    def _again(
        self,
        clip: Clip,
        prompt: str,
        negative: str,
        generator: torch.Generator,
        on_preview: Callable[[Preview], None],
    ) -> Clip:
        """A picture, begun again from noise at its own size."""
        engine, config = self.engine, self.config
        spec = replace(engine.spec, area=clip.width * clip.height)
        layout = edit(clip, prompt, spec=spec, strength=config.strength)
        canvas = engine.paint(layout)
        _, rows, columns = canvas.grid
        places = crop_positions((rows, columns), (0, 0, rows, columns))
        canvas = now = replace(canvas, positions=places[None])
        schedule = sampling_sigmas(config.steps, config.shift)
        noise = torch.randn(canvas.tokens().shape, generator=generator)

        def velocity_of(part: Canvas) -> Velocity:
            return engine.velocity(Stack((part,)), negative=negative, scale=config.guidance)

        with torch.inference_mode():
            velocity = mosaic(
                canvas,
                velocity_of,
                config.windows,
                lambda: on_preview(lambda: engine.decode(layout, now.latents)[0]),
            )
            for step, _ in sample(velocity, Stack((canvas,)), schedule, noise[None]):
                now = canvas.with_tokens(estimate(step)[0])
        return replace(clip, frames=engine.decode(layout, now.latents))
