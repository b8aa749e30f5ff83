"""Builds jobs from the fields of HTTP requests."""

from __future__ import annotations

import dataclasses
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sorairo.errors import RequestError, SorairoError
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.characters import CastRequest
from sorairo.generation.requests.edit import EditRequest
from sorairo.generation.requests.extend import ExtendRequest
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.limits import Limits, parse_size
from sorairo.generation.requests.storyboard.toml import parse_storyboard
from sorairo.server.api.fields.digest import digest_of
from sorairo.server.api.fields.other_spellings import DEFAULT_FPS
from sorairo.server.api.fields.parsing import Fields
from sorairo.server.api.fields.references import VideoReference
from sorairo.server.api.new_job import NewJob, StoredFiles
from sorairo.server.api.uploaded_file import Upload
from sorairo.server.job_spec import JobSpec, VideoFields

DEFAULT_MODEL, DEFAULT_SIZE, DEFAULT_SECONDS = "sora-2", (720, 1280), 4.0
DEFAULT_EDIT_STRENGTH = 0.6
BOARD_SETTINGS = ("seed", "steps", "guidance", "fps", "negative")  # parameters of any request
# At most one of these fields may be given.
EXCLUSIVE_FIELDS = ("storyboard", "characters", "conditions", "input_reference")

Built = tuple[Request, tuple[Upload | str, ...]]  # a request and its given files


@dataclass(frozen=True, kw_only=True)
class RequestBuilder:
    """Builds the jobs of one request. Every method raises ApiError, or RequestError if the model
    cannot generate it."""

    stored_files: StoredFiles
    """Finds videos and characters that the request names."""
    limits: Limits = field(default_factory=Limits)
    """What the model can generate."""
    models: tuple[str, ...] | None = None
    """The names that `model` accepts; None: any."""

    def create(self, fields: Fields) -> NewJob:
        """A new video from a text, from pictures, with characters, or from a storyboard."""
        given = [name for name in EXCLUSIVE_FIELDS if fields.get(name)]
        if len(given) > 1:
            message = f"'{given[0]}' and '{given[1]}' cannot be combined: leave one of them out."
            raise fields.error(given[1], message)
        width, height = _size(fields)
        parameters = {"fps": DEFAULT_FPS, "width": width, "height": height, **_sampling(fields)}
        if fields.get("loop"):
            if given:
                message = f"A video from '{given[0]}' cannot loop: leave one of them out."
                raise fields.error("loop", message)
            parameters["loop"] = True
        if given == ["storyboard"]:
            return self._from_storyboard(fields, parameters)
        kinds = {
            "characters": self._from_characters,
            "conditions": self._from_conditions,
            "input_reference": self._from_picture,
        }
        make = kinds[given[0]] if given else self._from_text
        parameters["prompt"] = self._shorten(fields.require("prompt"))
        parameters["seconds"] = fields.get("seconds", DEFAULT_SECONDS)
        request, files = make(fields, parameters)
        self._check(request, fields, given[0] if given else None)
        size = f"{width}x{height}"
        return self._new_job(request, fields, size, parameters["seconds"], files=files)

    def _from_text(self, _fields: Fields, parameters: dict[str, Any]) -> Built:
        return GenerateRequest(**parameters), ()

    def _from_picture(self, fields: Fields, parameters: dict[str, Any]) -> Built:
        return AnimateRequest(**parameters), (fields.get("input_reference"),)

    def _from_conditions(self, fields: Fields, parameters: dict[str, Any]) -> Built:
        conditions = fields.get("conditions")
        request = AnimateRequest(
            at=tuple(each.time for each in conditions),
            strength=tuple(each.strength for each in conditions),
            **parameters,
        )
        return request, tuple(self._file(each.picture) for each in conditions)

    def _file(self, picture: Upload | VideoReference) -> Upload | str:
        if isinstance(picture, Upload):
            return picture
        return self.stored_files.picture(picture.id)

    def _from_characters(self, fields: Fields, parameters: dict[str, Any]) -> Built:
        found = [self.stored_files.character(each) for each in fields.get("characters")]
        names = tuple(name for _, name in found)
        return CastRequest(names=names, **parameters), tuple(path for path, _ in found)

    def _from_storyboard(self, fields: Fields, parameters: dict[str, Any]) -> NewJob:
        """With cards in TOML or as an object, without files."""
        table = fields.get("storyboard")
        if "seconds" in fields.values:
            table = {"seconds": fields.get("seconds"), **table}
        try:
            board, _ = parse_storyboard(table)
        except SorairoError as error:
            raise fields.error("storyboard", str(error)) from error
        # What the storyboard itself sets wins over the other fields and the defaults.
        own = {name for name in BOARD_SETTINGS if name in table} | {"prompt"}
        if "size" in table:
            own |= {"width", "height"}
        board = replace(board, **{k: v for k, v in parameters.items() if k not in own})
        if "prompt" in fields.values:
            board = replace(board, prompt=self._shorten(fields.require("prompt")))
        self._check(board, fields, "storyboard")
        size = f"{board.width}x{board.height}"
        return self._new_job(board, fields, size, board.seconds, prompt=json.dumps(table))

    def _shorten(self, prompt: str) -> str:
        """The beginning of a prompt that is too long for the model, up to the last space."""
        if len(prompt) <= self.limits.max_prompt:
            return prompt
        cut = prompt[: self.limits.max_prompt]
        return cut[: cut.rindex(" ")] if " " in cut else cut

    def edit(self, fields: Fields, parent: Mapping[str, Any] | None) -> NewJob:
        """An edit of a clip by a prompt.

        `parent` is the Video object of the finished video to edit; None: the clip is an upload.
        """
        parameters = {"strength": DEFAULT_EDIT_STRENGTH, **_like_parent(fields, parent)}
        request = EditRequest(prompt=self._shorten(fields.require("prompt")), **parameters)
        return self._from_clip(request, fields, parent)

    def extend(self, fields: Fields, parent: Mapping[str, Any] | None) -> NewJob:
        """A continuation of a clip by some seconds; `parent` as in `edit`."""
        request = ExtendRequest(
            prompt=self._shorten(fields.require("prompt")),
            forward=fields.get("seconds", DEFAULT_SECONDS),
            **_like_parent(fields, parent),
        )
        return self._from_clip(request, fields, parent)

    def remix(self, fields: Fields, old: JobSpec, parent: str, cost: float) -> NewJob:
        """The request of an old job, including its seed, with another prompt and whatever else the
        fields change; `parent` is the id of the old job, and `cost` its cost."""
        given = [name for name in EXCLUSIVE_FIELDS if fields.get(name)]
        if given or fields.get("loop"):
            name = given[0] if given else "loop"
            raise fields.error(name, f"A remix cannot have '{name}': leave it out.")
        prompt, changes = fields.require("prompt"), fields.parameters()
        request = old.request.reworded(self._shorten(prompt))
        video = replace(
            old.video,
            prompt=prompt,
            model=self._model(fields, old.video.model),
            remixed_from_video_id=parent,
            videos=None,
            ignored=fields.ignored or None,
        )
        if "size" in fields.values:
            width, height = fields.get("size")
            changes |= {"width": width, "height": height}
            video = replace(video, size=f"{width}x{height}")
        if "seconds" in fields.values:
            if not any(each.name == "seconds" for each in dataclasses.fields(request)):
                raise fields.error("seconds", "This video keeps its length: leave 'seconds' out.")
            changes["seconds"] = fields.get("seconds")
            video = replace(video, seconds=f"{changes['seconds']:g}")
        request = replace(request, **changes)
        self._check(request, fields, None)
        if {"size", "seconds"} & set(fields.values):
            cost = _cost(video)
        video = replace(video, seed=request.seed)
        body = digest_of(fields, parent)
        return NewJob(request=request, video=video, cost=cost, body_digest=body)

    def _from_clip(
        self, request: Request, fields: Fields, parent: Mapping[str, Any] | None
    ) -> NewJob:
        if parent is not None:
            size, before = str(parent["size"]), float(str(parent["seconds"]))
            files, model = (), str(parent["model"])
        else:
            size, before, files, model = "", 0.0, (fields.require("video"),), DEFAULT_MODEL
        added = request.forward if isinstance(request, ExtendRequest) else 0.0
        self._check(request, fields, "video")
        return self._new_job(request, fields, size, before + added, files=files, model=model)

    def _new_job(
        self,
        request: Request,
        fields: Fields,
        size: str,
        seconds: float,
        *,
        files: Sequence[Upload | str] = (),
        prompt: str = "",
        model: str = DEFAULT_MODEL,
    ) -> NewJob:
        """The job of a request. Its Video object shows the prompt as the client sent it, even if
        the model reads less of it; for a storyboard, `prompt` is the whole storyboard. `model` is
        the name where the client sent none."""
        video = VideoFields(
            model=self._model(fields, model),
            prompt=prompt or fields.require("prompt"),
            size=size,
            seconds=f"{seconds:g}",
            seed=request.seed,
            ignored=fields.ignored or None,
        )
        return NewJob(
            request=request,
            video=video,
            files=tuple(files),
            cost=_cost(video),
            body_digest=digest_of(fields),
        )

    def _model(self, fields: Fields, default: str) -> str:
        name = fields.get("model", default)
        if self.models is None or "model" not in fields.values or name in self.models:
            return name
        message = f"There is no model '{name[:80]}': choose {', '.join(self.models)}."
        raise fields.error("model", message, "model_not_found")

    def _check(self, request: Request, fields: Fields, name: str | None) -> None:
        """Raises ApiError if the model cannot do it, with the field `name` as its `param`: the
        values of the other fields have been checked."""
        try:
            request.validate(self.limits)
        except RequestError as error:
            raise fields.error(name or "prompt", str(error)) from error
        if request.seed + fields.get("n", 1) - 1 > self.limits.max_seed:
            raise fields.error(
                "seed", "The seed is too large for so many videos: choose a smaller."
            )


def _size(fields: Fields) -> tuple[int, int]:
    """The size of a new video, which its storyboard may state. Raises ApiError."""
    stated, board = fields.get("size"), fields.get("storyboard") or {}
    size = board.get("size")
    if stated and isinstance(size, str) and size.strip().lower() != f"{stated[0]}x{stated[1]}":
        raise fields.error("size", "'size' contradicts that of the storyboard: leave one out.")
    return stated or DEFAULT_SIZE


def _sampling(fields: Fields) -> dict[str, Any]:
    """The parameters that the fields set directly, with a random seed if none is given."""
    return {"seed": secrets.randbelow(2**31), **fields.parameters()}


def _like_parent(fields: Fields, parent: Mapping[str, Any] | None) -> dict[str, Any]:
    """The parameters of a request for a clip: the size is that of the finished parent."""
    if parent is None:
        return _sampling(fields)
    width, height = parse_size(str(parent["size"]))
    return {"width": width, "height": height, **_sampling(fields)}


def _cost(video: VideoFields) -> float:
    """What a video counts against a quota; one of an unknown size counts as the default one."""
    width, height = parse_size(video.size) if video.size else DEFAULT_SIZE
    return width * height * float(video.seconds)
