"""The stores and settings that the routes work with (`app.state.service`)."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sorairo.generation.requests.limits import Limits
from sorairo.jobs.characters import CharacterStore
from sorairo.jobs.job import Job
from sorairo.jobs.keys import ApiKeyStore
from sorairo.jobs.library.changes import Library
from sorairo.jobs.queue import Queue
from sorairo.jobs.stored.batches import BatchStore
from sorairo.jobs.stored.files import FileStore
from sorairo.jobs.stored.ledger import StorageLedger
from sorairo.server.api.memory_budget import MemoryBudget
from sorairo.server.api.new_job import NewJob
from sorairo.server.api.served_models import InstalledModels, ServedModel
from sorairo.server.play.sessions import PlaySessions
from sorairo.server.uploads.media_store import MediaStore
from sorairo.server.uploads.picture_fetcher import PictureFetcher
from sorairo.server.video_object import video_of

OPENAI_MODELS = (
    *("sora-2", "sora-2-pro"),
    *("sora-2-2025-10-06", "sora-2-pro-2025-10-06", "sora-2-2025-12-08"),
)
PRO_MODELS = tuple(name for name in OPENAI_MODELS if name.startswith("sora-2-pro"))
IMAGE_MODELS = (  # names that requests for pictures may use, too
    *("gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5", "gpt-image-2", "chatgpt-image-latest"),
    *("dall-e-2", "dall-e-3"),
)
MAX_BODY_BYTES = 100 * 2**20
MAX_UNFINISHED_JOBS = 10_000
MIN_FREE_BYTES = 512 * 2**20


@dataclass(frozen=True, kw_only=True)
class Service:
    """What one API server works with. Tests replace single fields."""

    queue: Queue
    """Where jobs are submitted."""
    media: MediaStore
    """Where files are stored."""
    keys: ApiKeyStore
    """The API keys that are accepted."""
    characters: CharacterStore
    """The characters that requests may name."""
    files: FileStore
    """The files that requests may name."""
    storage: StorageLedger
    """How much each owner stores."""
    allow_anonymous: bool = True
    """Whether no key is needed until the first key exists."""
    model: str = "tabletop"
    """The name of the served model; OpenAI's model names are accepted for it, too."""
    accept_any_model: bool = False
    """Whether requests may name any model."""
    pro_model: ServedModel | None = None
    """The model that the names of OpenAI's larger model stand for; None: the served one."""
    installed: InstalledModels | None = None
    """Further models that requests may name; None: there are none."""
    limits: Limits = field(default_factory=Limits)
    """What the served model can generate."""
    memory: MemoryBudget | None = None
    """The memory of the machine where jobs run; None: not known here."""
    filter_output: bool = False
    """Whether the output filter looks at the results of new jobs."""
    fetcher: PictureFetcher | None = None
    """Fetches pictures from addresses; None: addresses are refused."""
    max_body_bytes: int = MAX_BODY_BYTES
    """The largest request body."""
    max_unfinished_jobs: int = MAX_UNFINISHED_JOBS
    """How many queued or running jobs an owner without a limit of its own may have."""
    min_free_bytes: int = MIN_FREE_BYTES
    """With less free disk space, no jobs are accepted."""
    hosts: tuple[str, ...] | None = None
    """The host names for which requests are served while no key is required; None: any."""
    allow_origins: tuple[str, ...] = ()
    """The origins of web pages that may use the server while no key is required."""
    retention_seconds: float | None = None
    """Files are deleted so long after their job has ended; None: never."""
    play: PlaySessions = field(default_factory=PlaySessions)
    """The sessions of play."""
    waiting: Counter[str] = field(default_factory=Counter)
    """How many synchronous requests wait for a job, by its id."""
    stopping: threading.Event = field(default_factory=threading.Event)
    """Set when the server begins to stop: open streams and waiting requests then end."""

    @property
    def library(self) -> Library:
        """Marks, tags and the trash."""
        return Library(self.queue.database, clock=self.queue.clock)

    @property
    def batches(self) -> BatchStore:
        """The batches of jobs."""
        return BatchStore(self.queue.database)

    def requires_key(self) -> bool:
        """Whether requests need a key: from the start, or since the first key was created."""
        return not self.allow_anonymous or self.keys.any_exist()

    @property
    def models(self) -> tuple[str, ...]:
        """The names that requests for videos may use."""
        installed = self.installed.all() if self.installed else ()
        return tuple(dict.fromkeys((*OPENAI_MODELS, self.model, *installed)))

    def served(self, name: object) -> ServedModel:
        """The model that a name in a request stands for: where nothing else has that name, the
        served one."""
        if name in PRO_MODELS and self.pro_model:
            return self.pro_model
        default = ServedModel(name="", limits=self.limits, memory=self.memory)
        if not isinstance(name, str) or name == self.model or self.installed is None:
            return default
        return self.installed.all().get(name, default)

    def read(self, job: NewJob) -> NewJob:
        """The job with its prompts in words of its model (see `NewJob.read`)."""
        limits = self.served(job.video.model).limits

        def others() -> dict[str, str]:
            installed = self.installed.all() if self.installed else {}
            return {
                name: each.limits.world for name, each in installed.items() if name != limits.model
            }

        return job.read(limits, others)

    def video(self, job: Job) -> dict[str, Any]:
        """The Video object of a job."""
        return video_of(job, self.retention_seconds)
