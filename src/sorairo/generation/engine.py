"""The engine: a loaded model, and the one way from a layout to a clip.

It depends on the protocols in `sorairo.models.protocols`, not on a particular model or task: every
layout is encoded, sampled, decoded, corrected and delivered in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import torch
from torch import Tensor

from sorairo.generation.api import Capabilities
from sorairo.generation.canvas.canvas import Canvas, Stack
from sorairo.generation.canvas.encode import encode_for
from sorairo.generation.image_refinement import refined
from sorairo.generation.loras import RequestLoras
from sorairo.generation.memory.check import check_memory
from sorairo.generation.memory.job_size import JobSize
from sorairo.generation.model_limits import canvas_spec, request_limits
from sorairo.generation.output.assembly import assemble
from sorairo.generation.output.decode import decode_layout, encode_frames, start_where_still
from sorairo.generation.output.delivery import FRAMES_A_STEP, Delivery, deliver
from sorairo.generation.output.latent_cache import end_latents, usable
from sorairo.generation.progress import Progress, ProgressCallback, ProgressReporter
from sorairo.generation.requests.limits import Limits
from sorairo.generation.sampling.batches import batch_groups
from sorairo.generation.sampling.checkpoint import SamplingCheckpoint
from sorairo.generation.sampling.coarse_to_fine import follow_plan, plan_of
from sorairo.generation.sampling.drafts import reuse_of
from sorairo.generation.sampling.guidance import guided_velocity
from sorairo.generation.sampling.prompt_reader import PromptReader, reads_prompts
from sorairo.generation.sampling.sampler import Velocity
from sorairo.generation.sampling.seeding import seeded
from sorairo.generation.sampling.temporal_windows import windows
from sorairo.generation.sampling.window_sampling import Filled, Sampling, fill
from sorairo.generation.settings import Settings
from sorairo.generation.tasks.layout import CanvasLayout, CanvasSpec
from sorairo.models import hub
from sorairo.models.loading import load_model
from sorairo.models.lora.report import LoraReport
from sorairo.models.preview.fit import fit_preview
from sorairo.models.preview.preview_map import PreviewMap, read_preview
from sorairo.models.protocols import VideoModel
from sorairo.models.sizing.placement import LoadOptions, placement_of
from sorairo.video import Clip


def load(name: str | Path = "tabletop", **asked: Unpack[LoadOptions]) -> Engine:
    """The engine of a model, by name or directory.

    Raises UnknownNameError, ModelError, and RequestError for a device or memory that is not there.
    """
    model = load_model(name, placement_of(**asked))
    return Engine(model, read_preview(hub.find(str(name)), model))


class Engine(Capabilities):
    """A loaded model that generates clips. Not safe to use from several threads at once."""

    def __init__(self, model: VideoModel, preview_map: PreviewMap | None = None) -> None:
        """`preview_map` is that of the model's codec; None: it is fitted when it is needed."""
        self.model = model
        self._preview_map = preview_map
        self._loras = RequestLoras(model)
        self.reader = PromptReader(model)

    @property
    def model_digest(self) -> str:
        return self.model.info.digest

    @property
    def info(self) -> dict[str, Any]:
        """Name, digest, licence of the weights, tasks that it was trained for, native sizes, frame
        rate, longest clip and sampling defaults, as JSON."""
        info, sampling = self.model.info, self.model.sampling
        return {
            "name": info.name,
            "digest": info.digest,
            "licence": info.licence,
            "trained_for": list(info.trained_for),
            "native_sizes": [list(size) for size in info.native_sizes],
            "fps": info.fps,
            "max_frames": info.max_frames,
            "steps": sampling.steps,
            "guidance": sampling.guidance_of(None).scale,
        }

    @property
    def lora_reports(self) -> tuple[LoraReport, ...]:
        """What became of the LoRAs of the last run."""
        return self._loras.reports

    @property
    def model_notes(self) -> tuple[str, ...]:
        return self._loras.notes

    @property
    def prompt_notes(self) -> tuple[str, ...]:
        return self.reader.notes

    @property
    def limits(self) -> Limits:
        return request_limits(self.model)

    @property
    def spec(self) -> CanvasSpec:
        return canvas_spec(self.model)

    def accepts_latents(self, clip: Clip, size: tuple[int, int]) -> bool:
        """Whether the latents kept with a clip are this model's, for a canvas of this size."""
        law = self.model.codec.law
        return usable(clip, self.model.info.digest, size, law.space_factor)

    @reads_prompts
    def run(
        self,
        layout: CanvasLayout,
        settings: Settings = Settings(),
        on_progress: ProgressCallback | None = None,
        checkpoint: SamplingCheckpoint | None = None,
    ) -> Clip:
        """The clip of a layout. Raises RequestError at once if it does not fit into memory."""
        settings = self._loras.use(settings)
        if settings.refine is not None:
            return refined(self, layout, settings, on_progress, checkpoint)
        delivery = Delivery.of(layout, settings.width, settings.height, settings.fps)
        self._check_memory(layout, delivery, settings)
        report = None
        if on_progress:
            report = ProgressReporter(on_progress, delivery.steps(layout), FRAMES_A_STEP)
        latents = self.fill(layout, settings, report.sampled if report else None, checkpoint)
        return self._delivered(layout, settings, delivery, latents, report)

    def run_together(self, asked: Sequence[tuple[CanvasLayout, Settings]]) -> list[Clip]:
        """The clips of several layouts, in order. Those of equal shape are sampled as one batch;
        the caller knows how many fit. Raises RequestError as `run` does."""
        found: dict[int, Clip] = {}
        asked = [(layout, self._loras.scheduled(settings)) for layout, settings in asked]
        for group in batch_groups(asked):
            layouts, settings = zip(*(asked[index] for index in group), strict=True)
            self._loras.use(settings[0])
            if len(group) == 1:
                found[group[0]] = self.run(layouts[0], settings[0])
                continue
            deliveries = [
                Delivery.of(layout, each.width, each.height, each.fps)
                for layout, each in zip(layouts, settings, strict=True)
            ]
            for layout, delivery, each in zip(layouts, deliveries, settings, strict=True):
                self._check_memory(layout, delivery, each)
            canvases = self._fill(layouts, settings, self.sampling(settings))
            for index, delivery, canvas in zip(group, deliveries, canvases, strict=True):
                found[index] = self._delivered(*asked[index], delivery, canvas.latents)
        return [found[index] for index in range(len(asked))]

    def _check_memory(self, layout: CanvasLayout, delivery: Delivery, settings: Settings) -> None:
        model = self.model
        guided = model.sampling.guidance_of(settings.guidance).needed
        check_memory(JobSize.of(layout, delivery, guided=guided), model.info.memory, model.device)

    def _delivered(
        self,
        layout: CanvasLayout,
        settings: Settings,
        delivery: Delivery,
        latents: Tensor,
        report: ProgressReporter | None = None,
    ) -> Clip:
        """The result of sampled latents [c, f, h, w]."""
        frames = self.decode(layout, latents)
        if layout.cyclic:
            length = layout.spec.frames_per_latent_frame
            frames, latents = start_where_still(frames, latents, length)
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
                on_frames=report.delivered if report else None,
            ),
            corrects_seams=self.model.info.corrects_seams,
        )
        digest = self.model.info.digest
        kept = end_latents(layout, latents, digest, delivery.fps) if settings.keep_latents else None
        return replace(clip, latents=kept)

    @torch.inference_mode()
    def fill(
        self,
        layout: CanvasLayout,
        settings: Settings,
        on_progress: ProgressCallback | None = None,
        checkpoint: SamplingCheckpoint | None = None,
    ) -> Tensor:
        """Sampled latents [c, f, h, w] of a layout. For a long one, a sparse plan is sampled
        first."""
        sampling, plan = self.sampling([settings]), plan_of(layout)
        stages = [plan, layout] if plan else [layout]
        counts = [len(windows(each)) * sampling.steps for each in stages]
        if plan:
            on_step = self._on_step(plan, on_progress, 0, sum(counts))
            (planned,) = self._fill([plan], [settings], sampling, on_step, checkpoint)
            layout = follow_plan(layout, self.decode(plan, planned.latents))
        on_step = self._on_step(layout, on_progress, sum(counts[:-1]), sum(counts))
        (canvas,) = self._fill([layout], [settings], sampling, on_step, checkpoint)
        return canvas.latents

    @reads_prompts
    @torch.inference_mode()
    def _fill(
        self,
        layouts: Sequence[CanvasLayout],
        settings: Sequence[Settings],
        sampling: Sampling,
        on_step: Callable[[int, Canvas], None] = lambda _done, _canvas: None,
        checkpoint: SamplingCheckpoint | None = None,
    ) -> tuple[Canvas, ...]:
        """The filled canvases of layouts that are sampled as one batch. `on_step` is called with
        the first of them after every step; with a checkpoint there is only one."""
        first = settings[0]
        negative = first.negative or self.model.info.negative
        velocity = partial(self.velocity, negative=negative, scale=first.guidance)
        guided = self.model.sampling.guidance_of(first.guidance).needed
        self.reader.encode([*chain(*(each.prompts for each in layouts)), *([negative] * guided)])
        canvases = tuple(self.encode_layout(layout) for layout in layouts)
        record = checkpoint.begin_canvas(sampling) if checkpoint else None
        if record:
            canvases = (record.resumed(canvases[0]),)
        filled = record.filled if record else Filled()
        for state in fill(canvases, velocity, sampling, windows(layouts[0]), filled):
            canvases = state.canvases
            if record:
                record.keep(state)
            on_step(state.done, canvases[0])
        return canvases

    def _on_step(
        self, layout: CanvasLayout, on_progress: ProgressCallback | None, before: int, total: int
    ) -> Callable[[int, Canvas], None]:
        """Reports each step of a stage that `before` steps of other stages precede."""
        rate = layout.spec.fps / layout.spec.frames_per_latent_frame

        def on_step(done: int, canvas: Canvas) -> None:
            if on_progress:
                preview = partial(self.preview, canvas.latents)
                now = Progress(done=before + done, total=total, preview=preview, preview_fps=rate)
                on_progress(now)

        return on_step

    def sampling(self, settings: Sequence[Settings]) -> Sampling:
        """How layouts are sampled as one batch, each from its own seed."""
        own, few = self.model.sampling, self._loras.few_steps(settings[0])
        sigmas = torch.tensor(few.sigmas).double() if few else own.sigmas(settings[0].steps)
        return Sampling(
            sigmas=sigmas,
            solver=own.solver if few is None else few.solver,
            generators=[seeded(each.seed) for each in settings],
            reuse=reuse_of(settings[0].quality, sigmas),
        )

    def encode_layout(self, layout: CanvasLayout) -> Canvas:
        """The canvas of a layout, as the model sees it."""
        return encode_for(self.model, layout, self.encode)

    def velocity(self, stack: Stack, *, negative: str, scale: float | None) -> Velocity:
        """The velocity of a stack of canvases, with guidance of `scale`; None: the default."""
        guidance = self.model.sampling.guidance_of(scale)
        return guided_velocity(self.model, self.reader, stack, negative=negative, guidance=guidance)

    @torch.inference_mode()
    def encode(self, frames: np.ndarray, shown: np.ndarray | None = None) -> Tensor:
        """Latents [c, f, h, w] of whole latent frames, uint8 [n, H, W, 3]; grey where `shown`
        [n, H, W] is 0."""
        return encode_frames(self.model, frames, shown)

    def preview(self, latents: Tensor) -> np.ndarray:
        """A picture of each latent frame, uint8 [f, h / 2, w / 2, 3] of a canvas of h x w pixels,
        by a linear map; the codec is not run."""
        if self._preview_map is None:
            self._preview_map = fit_preview(self.model.codec, self.model.device)
        return self._preview_map(latents)

    @torch.inference_mode()
    def decode(self, layout: CanvasLayout, latents: Tensor) -> np.ndarray:
        """Frames uint8 [n, H, W, 3] of a layout's latents."""
        return decode_layout(self.model, layout, latents)
