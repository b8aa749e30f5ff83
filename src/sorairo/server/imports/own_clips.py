"""What a clip that sorairo made says about itself, for its import.

Anybody can write such a clip: its request counts as one that a client sends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from sorairo.errors import RequestError
from sorairo.generation.requests.base import Request, read_record
from sorairo.generation.requests.characters import CastRequest
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.metadata import is_cut, request_of
from sorairo.generation.requests.storyboard.request import Storyboard
from sorairo.jobs.characters import MAX_NAME_LENGTH
from sorairo.models.lora.choices import SUFFIX, check_loras, parse_lora
from sorairo.server.imports.records import Record
from sorairo.server.job_spec import JobSpec, VideoFields
from sorairo.video.clip import Clip

LENGTHS = ("seconds", "forward", "backward")  # fields of requests, in seconds


@dataclass(frozen=True, kw_only=True)
class OwnClip:
    """The request that a clip was made from."""

    request: Request
    model_digest: str = ""
    """The digest of the model that made it; "" where the clip does not say it."""
    is_cut: bool = False
    """Whether it was cut from others, of which the request made the first."""

    @property
    def record(self) -> Record:
        """What the clip says, as an archive would say it."""
        return Record(prompt=self.request.prompt, seed=self.request.seed)

    def is_complete(self, digests: Sequence[str] = ()) -> bool:
        """Whether the request makes the clip again, on any server, with given files of these
        digests: of a clip that was made from text there are none. It may have no LoRAs of a path of
        its machine."""
        if self.is_cut:
            return False
        request = self.request
        if not all(each.isprintable() and len(each) <= MAX_NAME_LENGTH for each in self.names):
            return False
        needed = _files_of(request)
        if needed != len(request.inputs) or len(digests) != needed:
            return False
        pairs = zip(request.inputs, digests, strict=True)
        if any(each.sha256 not in ("", own) for each, own in pairs):
            return False
        try:
            check_loras(request.loras)
        except RequestError:
            return False
        return not any(_is_path(parse_lora(each)[0]) for each in request.loras)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the characters that it shows, whose clips are the last given files."""
        return tuple(getattr(self.request, "names", ()))

    def payload(
        self, video: VideoFields, media: Sequence[str] = (), seconds: float = 0.0
    ) -> dict[str, Any]:
        """The payload of the job that makes the clip again, from given files in the media store
        that have so many seconds. `video` shows the clip; what it costs is by the size and length
        that its request asks for."""
        request = replace(self.request, inputs=())
        if request.width and request.height:
            video = replace(video, size=f"{request.width}x{request.height}")
        if isinstance(request, GenerateRequest | CastRequest | Storyboard):
            video = replace(video, seconds=f"{request.seconds:g}")
        else:
            asked = sum(float(getattr(request, name, 0) or 0) for name in LENGTHS)
            video = replace(video, seconds=f"{max(float(video.seconds), asked + seconds):g}")
        return JobSpec(request=request, video=video, media=tuple(media)).to_json()

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
    return OwnClip(
        request=request,
        model_digest=digest if isinstance(digest, str) else "",
        is_cut=is_cut(clip),
    )


def _files_of(request: Request) -> int:
    """How many given files a request needs."""
    if isinstance(request, GenerateRequest):
        return 0
    if isinstance(request, Storyboard):
        return sum(bool(card.footage) for card in request.cards) + len(request.names)
    if isinstance(request, CastRequest) and request.names:
        return len(request.names)
    return max(1, len(request.inputs))


def _is_path(lora: str) -> bool:
    path = PurePath(lora)
    return path.suffix == SUFFIX or len(path.parts) > 1
