"""What a clip that sorairo made says about itself, for its import.

Anybody can write such a clip: its request counts as one that a client sends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from sorairo.errors import RequestError
from sorairo.generation.requests.base import Request, read_record
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.metadata import request_of
from sorairo.generation.requests.storyboard.request import Storyboard
from sorairo.models.lora.choices import SUFFIX, check_loras, parse_lora
from sorairo.server.imports.records import Record
from sorairo.server.job_spec import JobSpec, VideoFields
from sorairo.video.clip import Clip


@dataclass(frozen=True, kw_only=True)
class OwnClip:
    """The request that a clip was made from."""

    request: Request
    model_digest: str = ""
    """The digest of the model that made it; "" where the clip does not say it."""

    @property
    def record(self) -> Record:
        """What the clip says, as an archive would say it."""
        return Record(prompt=self.request.prompt, seed=self.request.seed)

    @property
    def is_complete(self) -> bool:
        """Whether the request alone makes the clip again, on any server: it is of a clip that was
        made from text, without LoRAs of a path of its machine."""
        request = self.request
        if isinstance(request, Storyboard):
            needs_files = bool(request.names) or any(card.footage for card in request.cards)
        else:
            needs_files = not isinstance(request, GenerateRequest)
        try:
            check_loras(request.loras)
        except RequestError:
            return False
        names = (parse_lora(each)[0] for each in request.loras)
        return not (needs_files or request.inputs or any(map(_is_path, names)))

    def payload(self, video: VideoFields) -> dict[str, Any]:
        """The payload of the job that makes the clip again. `video` shows the clip; what it costs
        is by the size and length that its request asks for."""
        request = self.request
        if request.width and request.height:
            video = replace(video, size=f"{request.width}x{request.height}")
        if isinstance(request, GenerateRequest | Storyboard):
            video = replace(video, seconds=f"{request.seconds:g}")
        return JobSpec(request=request, video=video).to_json()

    @property
    def result(self) -> dict[str, str]:
        """What the result of that job says beside its files."""
        return {"model_digest": self.model_digest} if self.model_digest else {}


def own_clip(clip: Clip) -> OwnClip | None:
    """What is stored in a clip; None where sorairo did not make it, or it cannot be read."""
    request = request_of(clip)
    if request is None:
        return None
    digest = read_record(clip.metadata.get("comment", "")).get("model_digest")
    return OwnClip(request=request, model_digest=digest if isinstance(digest, str) else "")


def _is_path(lora: str) -> bool:
    path = PurePath(lora)
    return path.suffix == SUFFIX or len(path.parts) > 1
