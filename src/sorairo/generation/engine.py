"""The engine: a model loaded once, any number of drafts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sorairo.generation.api import Capabilities
from sorairo.generation.canvas.canvas import Canvas, Stack
from sorairo.generation.canvas.encode import paint
from sorairo.generation.image_refinement import refined
from sorairo.generation.memory_check import check_memory
from sorairo.generation.output.assembly import assemble
from sorairo.generation.output.decode import decode_layout, encode_groups, start_where_still
from sorairo.generation.output.delivery import FRAMES_A_STEP, Delivery, deliver
from sorairo.generation.output.latent_cache import kept_ends, usable
from sorairo.generation.progress import Progress, ProgressCallback, ProgressReporter
from sorairo.generation.requests.limits import Limits
from sorairo.generation.sampling.batches import batch_groups
from sorairo.generation.sampling.checkpoint import CanvasState, SamplingCheckpoint
from sorairo.generation.sampling.coarse_to_fine import led, outline
from sorairo.generation.sampling.guidance import guided_velocity
from sorairo.generation.sampling.sampler import Velocity
from sorairo.generation.sampling.seeding import seeded
from sorairo.generation.sampling.temporal_windows import windows
from sorairo.generation.sampling.window_sampling import Sampling, fill
from sorairo.generation.settings import Settings
from sorairo.generation.tasks.layout import CanvasLayout, CanvasSpec
from sorairo.models.loading import load_model
from sorairo.models.protocols import VideoModel
from sorairo.nn.precision import choose_device
from sorairo.video import Clip


def load(name: str | Path = "tabletop", *, device: str | None = None) -> Engine:
    """The engine of a model, by name or directory; on a GPU if there is one and `device` does not
    say otherwise.

    Raises UnknownNameError, ModelError, and RequestError for a device that is not there.
    """
    return Engine(load_model(name, choose_device(device)))


class Engine(Capabilities):
    """One model and all that can be made with it. Not for use from several threads at once."""

    def __init__(self, model: VideoModel) -> None:
        self.model = model

    @property
    def info(self) -> dict[str, Any]:
        """Name, digest, native sizes, frame rate, longest clip and sampling defaults, as JSON."""
        info, sampling = self.model.info, self.model.sampling
        return {
            "name": info.name,
            "digest": info.digest,
            "native_sizes": [list(size) for size in info.native_sizes],
            "fps": info.fps,
            "max_frames": info.max_frames,
            "steps": sampling.steps,
            "guidance": sampling.guidance_of(None).scale,
        }

    @property
    def limits(self) -> Limits:
        info = self.model.info
        return Limits(
            max_frames=info.max_frames,
            native_fps=info.fps,
            native_size=info.native_sizes[0],
            multiple=self.spec.multiple,
        )

    @property
    def spec(self) -> CanvasSpec:
        info, law = self.model.info, self.model.codec.law
        width, height = info.native_sizes[0]
        return CanvasSpec(
            fps=info.fps,
            group=law.time_factor,
            multiple=law.space_factor * self.model.denoiser.patch,
            area=width * height,
            size=(width, height),
            window=law.latent_frames(info.window_frames),
            world=info.world,
        )

    def knows(self, clip: Clip, size: tuple[int, int]) -> bool:
        """Whether the latents kept with a clip are this model's, for a canvas of this size."""
        law = self.model.codec.law
        return usable(clip, self.model.info.digest, size, law.space_factor)

    def run(
        self,
        layout: CanvasLayout,
        settings: Settings = Settings(),
        on_progress: ProgressCallback | None = None,
        checkpoint: SamplingCheckpoint | None = None,
    ) -> Clip:
        """The clip of a layout. Raises RequestError before it starts if the result does not fit
        into memory."""
        if settings.refine is not None:
            return refined(self, layout, settings, on_progress, checkpoint)
        delivery = Delivery.of(layout, settings.width, settings.height, settings.fps)
        check_memory(layout, delivery, self.model.info.memory)
        course = (
            ProgressReporter(on_progress, delivery.steps(layout), FRAMES_A_STEP)
            if on_progress
            else None
        )
        latents = self.fill(layout, settings, course.sampled if course else None, checkpoint)
        return self._delivered(layout, settings, delivery, latents, course)

    def run_together(self, asked: Sequence[tuple[CanvasLayout, Settings]]) -> list[Clip]:
        """The clips of several drafts. Those of equal shape are sampled as one batch: how many may
        be asked for is for the caller to know. Raises RequestError as `run` does, for the first."""
        found: list[Clip | None] = [None] * len(asked)
        for places in batch_groups(asked):
            layouts, settings = zip(*(asked[place] for place in places), strict=True)
            if len(places) == 1:
                found[places[0]] = self.run(layouts[0], settings[0])
                continue
            for place, latents in zip(places, self._sampled(layouts, settings), strict=True):
                layout, how = asked[place]
                delivery = Delivery.of(layout, how.width, how.height, how.fps)
                found[place] = self._delivered(layout, how, delivery, latents)
        return [clip for clip in found if clip is not None]

    @torch.inference_mode()
    def _sampled(
        self, layouts: Sequence[CanvasLayout], settings: Sequence[Settings]
    ) -> list[Tensor]:
        """Latents of drafts that are alike."""
        for layout, how in zip(layouts, settings, strict=True):
            delivery = Delivery.of(layout, how.width, how.height, how.fps)
            check_memory(layout, delivery, self.model.info.memory)
        moments = self._fill(layouts, settings, self.sampling(settings))
        return [canvas.latents for canvas in moments]

    def _delivered(
        self,
        layout: CanvasLayout,
        settings: Settings,
        delivery: Delivery,
        latents: Tensor,
        course: ProgressReporter | None = None,
    ) -> Clip:
        """Latents as the clip that was asked for."""
        frames = self.decode(layout, latents)
        if layout.cyclic:
            frames, latents = start_where_still(frames, latents, layout.spec.group)
        clip = assemble(
            layout,
            frames,
            width=delivery.width,
            height=delivery.height,
            fps=delivery.fps,
            deliver=partial(
                deliver,
                upscale=self.model.upscale,
                aspect=layout.aspect,
                on_frames=course.delivered if course else None,
            ),
        )
        if not settings.keep_latents:
            return clip
        return replace(clip, latents=kept_ends(layout, latents, self.info["digest"]))

    @torch.inference_mode()
    def fill(
        self,
        layout: CanvasLayout,
        settings: Settings,
        on_progress: ProgressCallback | None = None,
        checkpoint: SamplingCheckpoint | None = None,
    ) -> Tensor:
        """Latents [c, f, h, w] of a draft, by the one sampler; of a long one after its plan."""
        sampling, plan = self.sampling([settings]), outline(layout)
        stages = [plan, layout] if plan else [layout]
        counts = [len(windows(each)) * sampling.steps for each in stages]
        if plan:
            seen = self._on_step(plan, on_progress, 0, sum(counts))
            (planned,) = self._fill([plan], [settings], sampling, seen, checkpoint)
            layout = led(layout, self.decode(plan, planned.latents))
        seen = self._on_step(layout, on_progress, sum(counts[:-1]), sum(counts))
        (canvas,) = self._fill([layout], [settings], sampling, seen, checkpoint)
        return canvas.latents

    def _fill(
        self,
        layouts: Sequence[CanvasLayout],
        settings: Sequence[Settings],
        sampling: Sampling,
        seen: Callable[[int, Canvas], None] = lambda _done, _canvas: None,
        checkpoint: SamplingCheckpoint | None = None,
    ) -> tuple[Canvas, ...]:
        """The canvases of drafts that are alike; `seen` looks at the first after every step, and
        the first has a page in the diary."""
        how = settings[0]
        velocity = partial(self.velocity, negative=how.negative, scale=how.guidance)
        canvases = tuple(self.paint(layout) for layout in layouts)
        name = checkpoint.next_canvas() if checkpoint else ""
        state = checkpoint.read(name) if checkpoint else None
        if state is not None:
            canvases = (replace(canvases[0], latents=state.latents),)
            sampling.generators[0].set_state(state.random)
        begun = state.windows if state else 0
        for moment in fill(canvases, velocity, sampling, windows(layouts[0]), begun):
            canvases = moment.canvases
            if checkpoint and moment.done % sampling.steps == 0:
                filled = moment.done // sampling.steps
                random = sampling.generators[0].get_state()
                checkpoint.write(
                    name, CanvasState(windows=filled, latents=canvases[0].latents, random=random)
                )
            seen(moment.done, canvases[0])
        return canvases

    def _on_step(
        self, layout: CanvasLayout, on_progress: ProgressCallback | None, before: int, total: int
    ):
        """What hears of every step of a stage."""

        def seen(done: int, canvas: Canvas) -> None:
            if on_progress:
                preview = partial(self.decode, layout, canvas.latents)
                on_progress(Progress(done=before + done, total=total, preview=preview))

        return seen

    def sampling(self, settings: Sequence[Settings]) -> Sampling:
        """How drafts that are alike are filled, each from its own seed."""
        own = self.model.sampling
        return Sampling(
            sigmas=own.sigmas(settings[0].steps),
            solver=own.solver,
            generators=[seeded(each.seed) for each in settings],
        )

    def paint(self, layout: CanvasLayout) -> Canvas:
        """The canvas of a layout, as the model sees it."""
        return paint(
            layout,
            self.encode,
            latent_channels=self.model.codec.law.channels,
            patch=self.model.denoiser.patch,
            positions=self.model.positions,
            conditioning=self.model.conditioning,
        )

    def velocity(self, stack: Stack, *, negative: str, scale: float | None) -> Velocity:
        """The velocity of a stack of canvases, guided by that scale; None: the model's own."""
        guidance = self.model.sampling.guidance_of(scale)
        return guided_velocity(self.model, stack, negative=negative, guidance=guidance)

    @torch.inference_mode()
    def encode(self, frames: np.ndarray) -> Tensor:
        """Latents [c, f, h, w] of whole groups of frames uint8 [4 f, H, W, 3]."""
        return encode_groups(self.model, frames)

    @torch.inference_mode()
    def decode(self, layout: CanvasLayout, latents: Tensor) -> np.ndarray:
        """Frames uint8 [n, H, W, 3] of a draft's latents."""
        return decode_layout(self.model, layout, latents)
