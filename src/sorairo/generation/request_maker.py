"""Makes the clips of requests; the clips carry their requests. No torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sorairo.generation.api_inputs import ClipSource, clips_of, input_files
from sorairo.generation.api_options import checked_options
from sorairo.generation.progress import ProgressCallback
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.limits import default_seconds
from sorairo.generation.requests.reading import Kind, ReadRequest, read_request
from sorairo.generation.runner import RequestRunner
from sorairo.models.lora.fast import chosen_loras
from sorairo.video import Clip


class RequestMaker(RequestRunner):
    """What the methods of the Python API have in common."""

    def checked(
        self,
        method: Callable[..., Any],
        options: Any,
        on_progress: ProgressCallback | None,
        loras: tuple[str, ...] | None = None,
        said: Mapping[str, Any] = {},
    ) -> tuple[dict[str, Any], ProgressCallback | None]:
        """The options of a call of `method`, checked, and its progress callback; `loras` are those
        of a request that is repeated, and `said` are fields about sampling that it has beside the
        options. Raises TypeError, RequestError and ModelError."""
        asked, on_progress = checked_options(method, options, on_progress)
        fast, limits = asked.pop("fast", None), self.limits
        fields = {**said, **asked}
        asked |= chosen_loras(limits.model, limits.default_loras, fast, fields, loras)
        return asked, on_progress

    def length(self, seconds: float | None) -> float:
        """The length of a clip; None: the default one."""
        return default_seconds(self.limits) if seconds is None else seconds

    def read(self, request: Kind) -> ReadRequest[Kind]:
        """The request, checked, with its prompts in words of the model. Raises RequestError."""
        request.validate(self.limits)
        return read_request(request, self.limits)

    def made(
        self, request: Request, sources: Sequence[ClipSource], on_progress: ProgressCallback | None
    ) -> Clip:
        """The clip of a request and its `sources`, after a check. Raises RequestError."""
        clips = clips_of(sources)
        request = dataclasses.replace(request, inputs=input_files(sources))
        request.validate_inputs(clips, self.limits)
        read = self.read(request)
        return self.with_request(self.make(read.request, clips, on_progress=on_progress), read)

    def with_request(self, clip: Clip, read: ReadRequest[Any]) -> Clip:
        """The result of a request, which carries the request, with the name of this model, and the
        notes about its prompts."""
        request = dataclasses.replace(read.request, model=self.limits.model or read.request.model)
        comment = request.to_comment(model_digest=self.model_digest)
        return dataclasses.replace(
            clip, notes=(*read.notes, *self.run_notes), metadata={"comment": comment}
        )
