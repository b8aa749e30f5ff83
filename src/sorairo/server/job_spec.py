"""What is stored with a job: its request, its files, and fields of its Video object. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from sorairo import config
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.metadata import read_comment, request_from_json


@dataclass(frozen=True, kw_only=True)
class VideoFields:
    """The fields of a Video object that are known when its job is accepted."""

    model: str = ""
    """The model's name, as the client sent it."""
    prompt: str = ""
    """The prompt, as the client sent it; the model may read less of it."""
    size: str = ""
    """The size that was asked for, "" where it is that of an uploaded clip."""
    seconds: str = ""
    """The length that was asked for."""
    remixed_from_video_id: str | None = None
    """The id of the video that it is a remix of."""
    seed: int | None = None
    """The seed of the request."""
    videos: tuple[str, ...] | None = None
    """The ids of all videos that were asked for at once, where there are several."""

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> VideoFields:
        """Those of a job's payload. Raises ConfigError."""
        stored = payload.get("video", payload.get("told"))  # the former name of the key
        names = {field.name for field in fields(cls)}
        return config.from_json(cls, {k: v for k, v in (stored or {}).items() if k in names})


@dataclass(frozen=True, kw_only=True)
class JobSpec:
    """The payload of a job."""

    request: Request
    """What the worker makes."""
    video: VideoFields
    """What the client is told of the job before it is done."""
    media: tuple[str, ...] = ()
    """The names of the request's given files in the media store, in order."""

    def to_json(self) -> dict[str, Any]:
        """The payload that `from_json` reads."""
        return {
            "command": self.request.command,
            "request": config.to_json(self.request),
            "video": config.to_json(self.video),
            "media": list(self.media),
        }

    @classmethod
    def from_json(cls, payload: Mapping[str, Any]) -> JobSpec:
        """The spec of a job's payload. Payloads of earlier versions, in which the request is the
        text of a clip's comment, are read too. Raises RequestError, ConfigError and
        UnknownNameError."""
        record = payload.get("request")
        return cls(
            request=(
                read_comment(record)
                if isinstance(record, str)
                else request_from_json(payload.get("command"), record)
            ),
            video=VideoFields.from_payload(payload),
            media=tuple(payload.get("media", ())),
        )
