"""The payload of a job: its request, its given files, and fields of its Video object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from sorairo import config
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.metadata import read_comment, request_from_json

IMPORT = "import"  # the command of videos that were made elsewhere
CUT = "cut"  # the command of videos that are put together from parts of others
WITHOUT_MODEL = (IMPORT, CUT)


@dataclass(frozen=True, kw_only=True)
class VideoFields:
    """The fields of a Video object that are known when its job is accepted."""

    model: str = ""
    """The name of the model, as the client sent it."""
    prompt: str = ""
    """The prompt, as the client sent it; the model may read less of it."""
    size: str = ""
    """The size; "" in jobs of earlier versions that worked on an uploaded clip."""
    seconds: str = ""
    """The length as clients see it."""
    remixed_from_video_id: str | None = None
    """The id of the video of which this is a remix."""
    seed: int | None = None
    """The seed of the request."""
    notes: tuple[str, ...] | None = None
    """How the prompt is read, and what of it is ignored."""
    note_details: tuple[dict[str, Any], ...] | None = None
    """What the notes say, in a form for programs: the `code` and `values` of each."""
    videos: tuple[str, ...] | None = None
    """The ids of all videos of the request, if there are several."""
    ignored: tuple[str, ...] | None = None
    """The names of the request's fields that can do nothing here, if there are any."""
    parents: dict[str, str] | None = None
    """The ids of other videos that it is made from, each with the part that it has, such as
    "extend" or "picture"."""
    characters: tuple[str, ...] | None = None
    """The ids of the characters that it shows."""

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> VideoFields:
        """The fields in the payload of a job. Raises ConfigError."""
        stored = payload.get("video", payload.get("told"))  # the former name of the key
        names = {field.name for field in fields(cls)}
        return config.from_json(cls, {k: v for k, v in (stored or {}).items() if k in names})


@dataclass(frozen=True, kw_only=True)
class JobSpec:
    """The payload of a job."""

    request: Request
    """What the worker generates."""
    video: VideoFields
    """Fields of the Video object."""
    media: tuple[str, ...] = ()
    """The names of the given files in the media store, in the order of the request."""
    body_digest: str = ""
    """The digest of the fields of the request's body; "" where it is not known."""
    source: dict[str, Any] | None = None
    """Of a video that no model made: of an imported one its `file`, the `ids` that it had, and its
    `sha256`; of a cut one its `parts`. Then the request is the edit that a remix of it is, and
    `media` has the clip itself."""

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The parts of other videos that a cut video is put together from."""
        return (self.source or {}).get("parts", [])

    @property
    def given(self) -> tuple[str, ...]:
        """The names of the files that it was made from."""
        return () if self.source else self.media

    runs_on: str = ""
    """The name of the model that generates it; "" for the one that the worker was started with."""
    filtered: bool = False
    """Whether the output filter looks at the result."""
    effort: float = 1.0
    """How often the network runs for it, relative to a request with the defaults of the model."""

    def to_json(self) -> dict[str, Any]:
        """The payload that `from_json` reads."""
        return {
            "command": self.request.command,
            "request": config.to_json(self.request),
            "video": config.to_json(self.video),
            "media": list(self.media),
            "body_digest": self.body_digest,
            **({"runs_on": self.runs_on} if self.runs_on else {}),
            **({"filtered": True} if self.filtered else {}),
            **({"effort": self.effort} if self.effort != 1.0 else {}),
        }

    @classmethod
    def from_json(cls, payload: Mapping[str, Any]) -> JobSpec:
        """Reads a payload. In payloads of earlier versions, the request is a clip comment.

        Raises RequestError, ConfigError and UnknownNameError.
        """
        record, command = payload.get("request"), payload.get("command")
        return cls(
            request=(
                read_comment(record)
                if isinstance(record, str)
                else request_from_json("edit" if command in WITHOUT_MODEL else command, record)
            ),
            video=VideoFields.from_payload(payload),
            media=tuple(payload.get("media", ())),
            body_digest=payload.get("body_digest", ""),
            source=payload.get("source"),
            runs_on=str(payload.get("runs_on", "")),
            filtered=bool(payload.get("filtered", False)),
            effort=float(payload.get("effort", 1.0)),
        )
