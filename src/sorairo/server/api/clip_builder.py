"""Builds jobs that work on given clips."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sorairo.errors import RequestError
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.bridge import ConnectRequest, LoopRequest
from sorairo.generation.requests.edit import EditRequest
from sorairo.generation.requests.extend import ExtendRequest
from sorairo.generation.requests.region import check_mask_shape
from sorairo.generation.tasks.context import CONTEXT
from sorairo.generation.tasks.layout import CanvasSpec
from sorairo.notes import Note, sentence_of
from sorairo.server.api.fields.parsing import Fields
from sorairo.server.api.given_clips import (
    GivenClip,
    check_given,
    picture_info,
    whole_seconds,
)
from sorairo.server.api.job_builder import JobBuilder
from sorairo.server.api.memory_budget import check_frames
from sorairo.server.api.new_job import NewJob
from sorairo.server.api.uploaded_file import Upload

DEFAULT_SECONDS, DEFAULT_BRIDGE_SECONDS = 4.0, 2.0
DEFAULT_EDIT_STRENGTH = 0.6


@dataclass(frozen=True, kw_only=True)
class ClipBuilder(JobBuilder):
    """Builds the jobs of requests with given clips. Every method raises ApiError, or RequestError
    if the model cannot generate it."""

    def seeded(self, fields: Fields) -> dict[str, Any]:
        """The parameters that the fields set directly, with a random seed if none is given."""
        return {"seed": random_seed(), **self.sampling(fields)}

    def edit(self, fields: Fields, clip: GivenClip) -> NewJob:
        """An edit of a clip by a prompt."""
        parameters = {"strength": DEFAULT_EDIT_STRENGTH, **self._parameters(fields, clip)}
        request, mask = EditRequest(**parameters), fields.get("mask")
        if mask is not None:
            if request.region is not None:
                message = Note(
                    "'region' and 'mask' cannot be combined: leave one of them out.",
                    "not_together",
                    first="region",
                    second="mask",
                )
                raise fields.error("mask", message)
            name = fields.sent_as.get("mask", "mask")
            try:
                drawn, info = picture_info(mask, name), clip.info
                check_mask_shape((drawn.width, drawn.height), (info.width, info.height))
            except RequestError as error:
                raise fields.error("mask", sentence_of(error)) from error
        more = () if mask is None else (mask,)
        generated = self._edited_seconds(request, clip.info.duration)
        return self._from_clips(request, fields, clip, generated=generated, more=more)

    def _edited_seconds(self, request: EditRequest, duration: float) -> float:
        """How many seconds of a clip an edit of a span generates: with what is seen on both sides
        of it, as `tasks.edit` puts it on the canvas."""
        changed = min(duration, request.end or duration) - request.start
        spec = self.memory.spec if self.memory else CanvasSpec()
        around = (2 * CONTEXT + 2) * spec.frames_per_latent_frame / spec.fps
        return min(duration, max(0.0, changed) + around)

    def extend(self, fields: Fields, clip: GivenClip) -> NewJob:
        """A continuation of a clip, or of a part of it, by some seconds: after its end, before its
        beginning, or both."""
        seconds, direction = fields.get("seconds", DEFAULT_SECONDS), fields.get("direction")
        request = ExtendRequest(
            forward=0.0 if direction == "backward" else seconds,
            backward=seconds if direction in ("backward", "both") else 0.0,
            **self._parameters(fields, clip),
        )
        added, duration = request.forward + request.backward, clip.info.duration
        change = added - (duration - request.kept_seconds(duration))
        return self._from_clips(request, fields, clip, added=change, generated=added)

    def loop(self, fields: Fields, clip: GivenClip) -> NewJob:
        """A clip and a bridge from its end to its beginning."""
        added = fields.get("seconds", DEFAULT_BRIDGE_SECONDS)
        request = LoopRequest(seconds=added, **self._parameters(fields, clip))
        return self._from_clips(request, fields, clip, added=added, generated=added)

    def connect(self, fields: Fields, clip: GivenClip, following: GivenClip) -> NewJob:
        """A clip, a bridge, and another clip."""
        added = fields.get("seconds", DEFAULT_BRIDGE_SECONDS)
        request = ConnectRequest(seconds=added, **self._parameters(fields, clip))
        return self._from_clips(request, fields, clip, following, added=added, generated=added)

    def _from_clips(
        self,
        request: Request,
        fields: Fields,
        *clips: GivenClip,
        generated: float,
        added: float = 0.0,
        more: tuple[Upload, ...] = (),
    ) -> NewJob:
        """A job whose result has the clips in it, and has the size of the first. What they are like
        is known, so a request that does not fit them, or a result that is too large, is refused
        here and not by the worker. `more` are further given files."""
        first = clips[0]
        width, height = size = first.size(self.limits)
        self.check(request, fields, "video")
        check_given(request, [clip.info for clip in clips], first.name, self.limits)
        read = [clip.info.within(request.reading_side) for clip in clips]
        for clip, info in zip(clips, read, strict=True):
            check_frames(info, clip.name)
        seconds = sum(clip.info.duration for clip in clips) + added
        if self.memory:
            self.memory.check(
                size,
                frames=seconds * (request.fps or read[0].fps),
                generated=generated,
                given=read[0],
                name=first.name,
                task=request.command,
            )
        return self.new_job(
            request,
            fields,
            f"{width}x{height}",
            _shown_seconds(clips, added),
            files=(*(clip.file for clip in clips), *more),
            parents={each.video_id: request.command for each in clips if each.video_id},
            model=self.model_of_result(first.model),
            cost=width * height * seconds,
        )

    def _parameters(self, fields: Fields, clip: GivenClip) -> dict[str, Any]:
        """The parameters of a request for a clip, whose result has the clip's size."""
        width, height = clip.size(self.limits)
        prompt = self.shorten(fields.require("prompt"))
        return {"prompt": prompt, "width": width, "height": height, **self.seeded(fields)}


def _shown_seconds(clips: Sequence[GivenClip], added: float) -> float:
    """The length of a result as clients see it: with an upload in whole seconds."""
    if any(isinstance(clip.file, Upload) for clip in clips):
        return whole_seconds(sum(clip.info.duration for clip in clips) + added)
    return sum(clip.seconds for clip in clips) + added


def random_seed() -> int:
    """The seed of a video whose request has none."""
    return secrets.randbelow(2**31)
