"""What the application works on."""

from __future__ import annotations

from dataclasses import dataclass, field

from sorairo.generation.limits import Limits
from sorairo.jobs.keys import KeyRing
from sorairo.jobs.queue import Queue
from sorairo.server.media import MediaStore
from sorairo.server.orders import Clerk

MOST_BYTES = 100 * 2**20


@dataclass(frozen=True, kw_only=True)
class Service:
    """`model` is served under its own name and OpenAI's; `open_here`: no key is needed before the
    first exists."""

    queue: Queue
    media: MediaStore
    keys: KeyRing
    open_here: bool = True
    model: str = "tabletop"
    limits: Limits = field(default_factory=Limits)
    most_bytes: int = MOST_BYTES

    @property
    def clerk(self) -> Clerk:
        return Clerk(limits=self.limits)
