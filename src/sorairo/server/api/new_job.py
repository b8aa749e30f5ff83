"""A job that a request asks for, before it is accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from sorairo.generation.prompts.other_models import has_unknown, other_model
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.effort import effort_of
from sorairo.generation.requests.limits import Limits
from sorairo.generation.requests.reading import character_names, read_request
from sorairo.jobs.characters import Character
from sorairo.notes import details_of
from sorairo.server.api.uploaded_file import Upload
from sorairo.server.job_spec import JobSpec, VideoFields


class StoredFiles(Protocol):
    """Finds stored files that a request refers to."""

    def picture(self, video: str) -> str:
        """The name of the thumbnail of a finished video. Raises ApiError."""
        ...

    def clip(self, video: str) -> tuple[str, float]:
        """The name of the clip of a finished video, and its length in seconds. Raises ApiError."""
        ...

    def character(self, character: str) -> tuple[str, Character]:
        """The name of a character's clip in the media store, and the character. Raises
        ApiError."""
        ...


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """A job that has not been accepted yet."""

    request: Request
    """What the worker generates."""
    video: VideoFields
    """Fields of the Video object."""
    files: tuple[Upload | str, ...] = ()
    """The given files: uploads, or the names of files in the media store."""
    cost: float = 0.0
    """What counts against the quota, in pixels times seconds."""
    body_digest: str = ""
    """The digest of the fields that it was built from, to recognize a repeated request."""
    runs_on: str = ""
    """The name of the model by which workers find it; "" for the one that they were started
    with."""
    effort: float = 1.0
    """How often the network runs, relative to a request with the defaults of the model."""

    def spec(self, media: tuple[str, ...], *, filtered: bool = False) -> JobSpec:
        """The payload of the job; `media` are the names of its given files in the media store.
        `filtered`: whether the output filter looks at its result."""
        return JobSpec(
            request=self.request,
            video=self.video,
            media=media,
            body_digest=self.body_digest,
            runs_on=self.runs_on,
            filtered=filtered,
            effort=self.effort,
        )

    def read(self, limits: Limits, others: Callable[[], Mapping[str, str]]) -> NewJob:
        """The same job with its prompts in words of the model, and what it asks of the network. A
        prompt that names nothing the model can draw is accepted, with a note: programs written for
        other models send any. `others` gives the worlds of the other models by their names, of
        which a note names one that knows more of the prompts."""
        found = read_request(self.request, limits, lenient=True)
        notes = found.notes
        if has_unknown(notes):
            names = character_names(self.request)
            better = other_model(self.request.to_read, limits.world, others(), names)
            notes = (*notes, better) if better else notes
        details = tuple(details_of(notes)) or None
        video = replace(self.video, notes=notes or None, note_details=details)
        return replace(
            self, request=found.request, video=video, effort=effort_of(found.request, limits)
        )

    def with_later_seed(self, offset: int) -> NewJob:
        """The same job with a seed that is higher by `offset`."""
        seed = self.request.seed + offset
        request, video = replace(self.request, seed=seed), replace(self.video, seed=seed)
        return replace(self, request=request, video=video)
