"""What all builders of jobs share: the checks of a request, and the job that is made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from sorairo.errors import ModelError, RequestError
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.limits import Limits, parse_size
from sorairo.models.lora.fast import chosen_loras
from sorairo.notes import Note, sentence_of
from sorairo.server.api.fields.digest import digest_of
from sorairo.server.api.fields.other_spellings import DEFAULT_FPS
from sorairo.server.api.fields.parsing import Fields
from sorairo.server.api.memory_budget import MemoryBudget
from sorairo.server.api.new_job import NewJob, StoredFiles
from sorairo.server.api.served_models import ServedModel
from sorairo.server.api.uploaded_file import Upload
from sorairo.server.job_spec import VideoFields

DEFAULT_MODEL, DEFAULT_SIZE = "sora-2", (720, 1280)


@dataclass(frozen=True, kw_only=True)
class JobBuilder:
    """Makes jobs of requests that are built from fields."""

    stored_files: StoredFiles
    """Finds videos and characters that the request names."""
    limits: Limits = field(default_factory=Limits)
    """What the model can generate."""
    models: tuple[str, ...] | None = None
    """The names that `model` accepts; None: any."""
    memory: MemoryBudget | None = None
    """The memory that jobs may need; None: it is checked when they run."""
    served: Callable[[str], ServedModel] | None = None
    """Gives the model that a name stands for; None: there is only one."""
    runs_on: str = ""
    """The name of the model by which workers find it; "" for the one that they were started
    with."""

    def for_model(self, name: str) -> Self:
        """The builder of jobs for the model that a request names."""
        if self.served is None:
            return self
        found = self.served(name)
        return replace(self, limits=found.limits, memory=found.memory, runs_on=found.name)

    def sampling(
        self,
        fields: Fields,
        loras: tuple[str, ...] | None = None,
        said: Mapping[str, Any] = {},
    ) -> dict[str, Any]:
        """The parameters of a request that the fields set directly, and its LoRAs where `fast`
        decides them. `loras` are those of a request that is repeated, and `said` are fields about
        sampling that it has beside these. Raises ApiError."""
        found, limits = fields.parameters(), self.limits
        try:
            return found | chosen_loras(
                limits.model, limits.default_loras, fields.get("fast"), {**said, **found}, loras
            )
        except ModelError as error:
            raise fields.error("fast", sentence_of(error)) from error

    def new_job(
        self,
        request: Request,
        fields: Fields,
        size: str,
        seconds: float,
        *,
        files: Sequence[Upload | str] = (),
        prompt: str = "",
        model: str = DEFAULT_MODEL,
        cost: float | None = None,
        parents: Mapping[str, str] = {},
    ) -> NewJob:
        """The job of a request. Its Video object shows the prompt as the client sent it, even if
        the model reads less of it; for a storyboard, `prompt` is the whole storyboard. `model` is
        the name where the client sent none. Without a `cost`, it is that of size and seconds.
        `parents` are the videos that it is made from."""
        video = VideoFields(
            model=self.model_name(fields, model),
            prompt=prompt or fields.require("prompt"),
            size=size,
            seconds=f"{seconds:g}",
            seed=request.seed,
            ignored=fields.ignored or None,
            parents=dict(parents) or None,
            characters=fields.get("characters") or None,
        )
        return NewJob(
            request=request,
            video=video,
            files=tuple(files),
            cost=cost_of(video) if cost is None else cost,
            body_digest=digest_of(fields),
            runs_on=self.runs_on,
        )

    def shorten(self, prompt: str) -> str:
        """The beginning of a prompt that is too long for the model, up to the last space."""
        if len(prompt) <= self.limits.max_prompt:
            return prompt
        cut = prompt[: self.limits.max_prompt]
        return cut[: cut.rindex(" ")] if " " in cut else cut

    def model_name(self, fields: Fields, default: str) -> str:
        """The name of the model, as the client sent it. Raises ApiError."""
        name = fields.get("model", default)
        if self.models is None or "model" not in fields.values or name in self.models:
            return name
        message = Note(
            f"There is no model '{name[:80]}': choose {', '.join(self.models)}.",
            "no_model",
            model=name[:80],
            known=", ".join(self.models),
        )
        raise fields.error("model", message, "model_not_found")

    def model_of_result(self, of: str | None) -> str:
        """The name of the model for a result that is made from a clip of the model `of`: the same,
        unless it makes no clips from prompts (a played world) or is no longer installed."""
        return of if of and (self.models is None or of in self.models) else DEFAULT_MODEL

    def check(self, request: Request, fields: Fields, name: str | None) -> None:
        """Raises ApiError if the model cannot do it, with the field `name` as its `param`: the
        values of the other fields have been checked."""
        try:
            request.validate(self.limits)
        except RequestError as error:
            raise fields.error(name or "prompt", sentence_of(error)) from error
        if request.seed + fields.get("n", 1) - 1 > self.limits.max_seed:
            raise fields.error(
                "seed",
                Note(
                    "The seed is too large for so many videos: choose a smaller.", "seed_too_large"
                ),
            )

    def check_memory(self, request: Request, seconds: float, *, in_pieces: bool) -> None:
        """Raises ApiError if the result of a checked request does not fit into memory."""
        if self.memory is None or request.width is None or request.height is None:
            return
        self.memory.check(
            (request.width, request.height),
            frames=seconds * (request.fps or DEFAULT_FPS),
            generated=seconds,
            in_pieces=in_pieces,
            task=request.command,
        )


def cost_of(video: VideoFields) -> float:
    """What a video counts against a quota; one of an unknown size counts as the default one."""
    width, height = parse_size(video.size) if video.size else DEFAULT_SIZE
    return width * height * float(video.seconds)
