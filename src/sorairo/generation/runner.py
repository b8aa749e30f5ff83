"""Runs requests: the task of a request writes a layout, and a subclass (the engine) generates the
clip from it. No torch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sorairo.errors import RequestError
from sorairo.generation.progress import ProgressCallback, part_of_whole
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.limits import Limits, Size
from sorairo.generation.settings import Settings
from sorairo.generation.tasks.context import size_for
from sorairo.generation.tasks.layout import CanvasLayout, CanvasSpec
from sorairo.generation.tasks.registry import layout_of
from sorairo.notes import Note
from sorairo.video import Clip

if TYPE_CHECKING:
    from sorairo.generation.sampling.checkpoint import SamplingCheckpoint


class RequestRunner(ABC):
    """Makes clips of requests. A subclass runs the layouts."""

    @property
    @abstractmethod
    def spec(self) -> CanvasSpec:
        """The canvas that layouts are written for."""

    @property
    @abstractmethod
    def limits(self) -> Limits:
        """The limits of requests to the model."""

    @property
    @abstractmethod
    def model_digest(self) -> str:
        """The digest of the model, which results carry."""

    @property
    def model_notes(self) -> tuple[str, ...]:
        """Sentences about how the model was changed for the last run, such as by LoRAs."""
        return ()

    @property
    def prompt_notes(self) -> tuple[str, ...]:
        """Sentences about what of the prompts of the last run was not read."""
        return ()

    @property
    def run_notes(self) -> tuple[str, ...]:
        """All sentences about the last run."""
        return (*self.prompt_notes, *self.model_notes)

    @abstractmethod
    def accepts_latents(self, clip: Clip, size: Size) -> bool:
        """Whether the latents kept with a clip are this model's, for a canvas of this size."""

    @abstractmethod
    def run(
        self,
        layout: CanvasLayout,
        settings: Settings = Settings(),
        on_progress: ProgressCallback | None = None,
        checkpoint: SamplingCheckpoint | None = None,
    ) -> Clip:
        """The clip of a `layout`, sampled and delivered with `settings`.

        `on_progress` is called after every step. A run is saved to its `checkpoint` as it goes on,
        and resumed from it. Raises RequestError before it starts if the result does not fit into
        memory.
        """

    @abstractmethod
    def run_together(self, asked: Sequence[tuple[CanvasLayout, Settings]]) -> list[Clip]:
        """The clips of several layouts (`asked`), those of equal shape sampled as one batch."""

    def make(
        self,
        request: Request,
        clips: Sequence[Clip] = (),
        *,
        on_progress: ProgressCallback | None = None,
        checkpoint: SamplingCheckpoint | None = None,
    ) -> Clip:
        """The clip of a `request` and of its input `clips`, in the order of its `inputs`.

        The request is not validated. `on_progress` and `checkpoint` are those of `run`. Raises
        RequestError.
        """
        given, stages = clips, request.stages()
        for index, stage in enumerate(stages):
            spec = self.spec.sized(stage.width, stage.height)
            layout = layout_of(stage, self._usable(given, spec), spec)
            part = part_of_whole(on_progress, index, len(stages))
            given = [self.run(layout, stage.settings(), part, checkpoint)]
        return delivered(request, clips, given[0])

    def make_together(self, asked: Sequence[tuple[Request, Sequence[Clip]]]) -> list[Clip]:
        """The clips of several requests with their input clips (`asked`), sampled in as few batches
        as they have shapes.

        Raises RequestError as `make` does, and for a request that needs more than one run
        (extending in both directions, refining a picture): make such a request alone.
        """
        layouts = []
        for request, clips in asked:
            settings = request.settings()
            if len(request.stages()) > 1 or settings.refine is not None:
                raise RequestError(
                    Note(
                        "This request needs more than one run and cannot be batched: make it"
                        " alone.",
                        "not_batched",
                    )
                )
            spec = self.spec.sized(request.width, request.height)
            layouts.append((layout_of(request, self._usable(clips, spec), spec), settings))
        made = self.run_together(layouts)
        return [delivered(*each, clip) for each, clip in zip(asked, made, strict=True)]

    def _usable(self, clips: Sequence[Clip], spec: CanvasSpec) -> list[Clip]:
        """The clips, without kept latents that are not this model's for such a canvas."""
        return [
            clip
            if self.accepts_latents(clip, size_for(clip, spec))
            else replace(clip, latents=None)
            for clip in clips
        ]


def delivered(request: Request, clips: Sequence[Clip], result: Clip) -> Clip:
    """The result, cut to its first frame if the request is for a picture."""
    return replace(result, frames=result.frames[:1]) if request.makes_picture(clips) else result
