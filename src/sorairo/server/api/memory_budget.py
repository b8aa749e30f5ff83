"""The memory that jobs may need, checked before they are accepted."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from sorairo.errors import RequestError
from sorairo.generation.memory.estimate import shortage
from sorairo.generation.memory.job_size import COPIES, WHOLE, JobSize, frame_bytes
from sorairo.generation.memory.planned import use_instead
from sorairo.generation.memory.sentences import too_large_for_server
from sorairo.generation.tasks.layout import CanvasSpec
from sorairo.models.hub import ModelDirectory
from sorairo.models.model_info import MemoryNeeds
from sorairo.models.sizing.before_loading import Placing, check_loading, planned_needs
from sorairo.models.sizing.machine import Machine
from sorairo.notes import Note
from sorairo.server.api.errors import ApiError
from sorairo.server.api.worker_machine import worker_machine
from sorairo.server.uploads.media_info import MediaInfo
from sorairo.server.uploads.rlimits import ResourceLimits
from sorairo.video.resampling import canvas_size


@dataclass(frozen=True, kw_only=True)
class MemoryBudget:
    """The memory of the machine on which jobs run."""

    available: float
    """Bytes of the host's memory."""
    needs: MemoryNeeds | None = None
    """What a model takes whose networks fit everywhere; None: it is found by its files."""
    directory: ModelDirectory | None = None
    """The model, where `needs` is None."""
    spec: CanvasSpec = field(default_factory=CanvasSpec)
    """The canvas of the model."""
    machine: Callable[[float], Machine] = worker_machine
    """Says where workers compute, on a machine with so many bytes of memory."""

    @functools.cached_property
    def placed(self) -> tuple[MemoryNeeds | None, Machine]:
        """What the model takes where workers load it, and the machine. Raises ModelError."""
        if self.needs is not None or self.directory is None:
            return self.needs, Machine(host=self.available)
        machine = self.machine(self.available)
        return planned_needs(self.directory, machine), machine

    def check_model(self) -> None:
        """Raises RequestError for a model of which workers could run no job."""
        if self.needs is None and self.directory is not None:
            with suppress(RequestError):
                check_loading(self.directory, Machine(host=self.available, number=4), Placing())
                return  # it fits without a GPU, whose kind is not asked for then
            check_loading(self.directory, self.machine(self.available), Placing())

    def check(
        self,
        size: tuple[int, int],
        *,
        frames: float,
        generated: float,
        given: MediaInfo | None = None,
        in_pieces: bool = False,
        name: str = "size",
        task: str = "",
    ) -> None:
        """Raises ApiError if a result does not fit into memory.

        Args:
            size: Width and height of the result.
            frames: The number of its frames.
            generated: How many seconds of it are generated.
            given: The clip that it is made from.
            in_pieces: Whether it is put together from several segments, as with a given clip.
            name: The field that the error names.
            task: The name of the command that makes it.
        """
        needs, machine = self.placed
        if needs is None:
            return
        job = self._job(size, frames, generated, given)
        job = job if in_pieces or given else replace(job, copies=WHOLE)
        short = shortage(job, needs, machine)
        if short is None:
            return
        if given and (short.size or short.given):
            short = replace(short, given=True)
        model = use_instead(short, job, task, machine)
        raise ApiError(400, too_large_for_server(short, model), param=name, code="too_large")

    def _job(
        self, size: tuple[int, int], frames: float, generated: float, given: MediaInfo | None
    ) -> JobSize:
        spec = self.spec.sized(*size)
        made = max(1.0, generated * spec.fps)
        seen = spec.window * spec.frames_per_latent_frame
        return JobSize(
            spec=spec,
            result=size,
            result_frames=frames,
            copies=COPIES,
            canvas=canvas_size(*size, multiple=spec.multiple, area=spec.area),
            canvas_frames=made,
            latent_frames=1 + int(made / spec.frames_per_latent_frame),
            upscaled=True,
            given_bytes=frame_bytes(given.num_frames, (given.width, given.height))
            if given
            else 0.0,
            given_frames=min(seen, int(given.duration * spec.fps) + 1) if given else 0,
        )


def check_frames(info: MediaInfo, name: str) -> None:
    """Raises ApiError if the frames of a given clip are more than a worker decodes."""
    most = ResourceLimits().pixels
    if (needed := frame_bytes(info.num_frames, (info.width, info.height))) > most:
        raise ApiError(
            400,
            Note(
                f"'{name}' has {info.num_frames} frames of {info.width}x{info.height}, which are"
                f" {needed / 2**30:.1f} GB of pixels, more than {most / 2**30:.0f} GB: make it"
                f" smaller"
                " or shorter first.",
                "too_much_footage",
                frames=info.num_frames,
                size=f"{info.width}x{info.height}",
                needed=round(needed / 2**30, 1),
                most=round(most / 2**30),
            ),
            param=name,
            code="too_large",
        )
