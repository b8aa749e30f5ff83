"""What the application works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sorairo.generation.requests.limits import Limits
from sorairo.jobs.characters import Characters
from sorairo.jobs.job import Job
from sorairo.jobs.keys import KeyRing
from sorairo.jobs.queue import Queue
from sorairo.server.api.request_builder import Finder, RequestBuilder
from sorairo.server.uploads.media_store import MediaStore
from sorairo.server.video_object import video_of

MOST_BYTES = 100 * 2**20
MOST_WAITING = 10_000  # jobs of one owner
LEAST_ROOM = 512 * 2**20  # bytes of disk


@dataclass(frozen=True, kw_only=True)
class Service:
    """`model` is served under its own name and OpenAI's; `open_here`: no key is needed before the
    first exists. `hosts` are the names under which it answers (None: any). Files are kept for
    `keep` seconds after a job has ended (None: until it is deleted)."""

    queue: Queue
    media: MediaStore
    keys: KeyRing
    characters: Characters
    open_here: bool = True
    model: str = "tabletop"
    limits: Limits = field(default_factory=Limits)
    most_bytes: int = MOST_BYTES
    most_waiting: int = MOST_WAITING
    least_room: int = LEAST_ROOM
    hosts: tuple[str, ...] | None = None
    keep: float | None = None

    def clerk(self, find: Finder) -> RequestBuilder:
        return RequestBuilder(limits=self.limits, find=find)

    def video(self, job: Job) -> dict[str, Any]:
        """What a client is told of a job."""
        return video_of(job, self.keep)
