"""Builds jobs from the fields of HTTP requests."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from sorairo.errors import RequestError
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.characters import CastRequest
from sorairo.generation.requests.edit import EditRequest
from sorairo.generation.requests.extend import ExtendRequest
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.limits import Limits, parse_size
from sorairo.generation.requests.storyboard.toml import parse_storyboard
from sorairo.server.api.body_parsing import Upload
from sorairo.server.api.errors import ApiError, invalid_type
from sorairo.server.api.field_parsing import DEFAULT_EDIT_STRENGTH, Fields
from sorairo.server.job_spec import JobSpec, VideoFields

DEFAULT_MODEL, DEFAULT_SIZE, DEFAULT_SECONDS = "sora-2", "720x1280", "4"
DEFAULT_FPS = 24.0
MAX_CONDITIONS, MAX_CHARACTERS = 8, 2
# At most one of these fields may be given.
EXCLUSIVE_FIELDS = ("storyboard", "characters", "conditions", "input_reference")


class StoredFiles(Protocol):
    """Finds stored files that a request refers to."""

    def picture(self, video: str) -> str:
        """The name of the thumbnail of a finished video. Raises ApiError."""
        ...

    def character(self, character: str) -> tuple[str, str]:
        """The name of a character's clip in the media store, and the character's own name. Raises
        ApiError."""
        ...


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """A job that has not been accepted yet."""

    request: Request
    """What the worker generates."""
    video: VideoFields
    """Fields of the Video object."""
    files: tuple[Upload | str, ...] = ()
    """The given files: uploads, or the names of files in the media store."""
    cost: float = 0.0
    """What counts against the quota, in pixels times seconds."""

    def spec(self, media: tuple[str, ...]) -> JobSpec:
        """The payload of the job; `media` are the names of its given files in the media store."""
        return JobSpec(request=self.request, video=self.video, media=media)

    def with_later_seed(self, offset: int) -> NewJob:
        """The same job with a seed that is higher by `offset`."""
        seed = self.request.seed + offset
        request, video = replace(self.request, seed=seed), replace(self.video, seed=seed)
        return replace(self, request=request, video=video)


Built = tuple[Request, tuple[Upload | str, ...]]  # a request and its given files


@dataclass(frozen=True, kw_only=True)
class RequestBuilder:
    """Builds the jobs of one request. Every method raises ApiError, or RequestError if the model
    cannot generate it."""

    stored_files: StoredFiles
    """Finds videos and characters that the request names."""
    limits: Limits = field(default_factory=Limits)
    """What the model can generate."""

    def create(self, fields: Fields) -> NewJob:
        """A new video from a text, from pictures, with characters, or from a storyboard."""
        given = [name for name in EXCLUSIVE_FIELDS if fields.values.get(name)]
        if len(given) > 1:
            message = f"'{given[0]}' and '{given[1]}' cannot be combined: leave one of them out."
            raise ApiError(400, message, param=given[1], code="invalid_value")
        size = fields.size(DEFAULT_SIZE)
        width, height = parse_size(size)
        parameters = {"fps": DEFAULT_FPS, "width": width, "height": height, **fields.own()}
        if fields.flag("loop"):
            if given:
                message = f"A video from '{given[0]}' cannot loop: leave one of them out."
                raise ApiError(400, message, param="loop", code="invalid_value")
            parameters["loop"] = True
        if given == ["storyboard"]:
            return self._from_storyboard(fields, size, parameters)
        kinds = {
            "characters": self._from_characters,
            "conditions": self._from_pictures,
            "input_reference": self._from_pictures,
        }
        make = kinds[given[0]] if given else self._from_text
        parameters["prompt"] = self._shorten(fields.prompt())
        parameters["seconds"] = fields.seconds(DEFAULT_SECONDS)
        request, files = make(fields, parameters)
        return self._new_job(request, fields, size, parameters["seconds"], files=files)

    def _from_text(self, _fields: Fields, parameters: dict[str, Any]) -> Built:
        return GenerateRequest(**parameters), ()

    def _from_pictures(self, fields: Fields, parameters: dict[str, Any]) -> Built:
        """With `input_reference` as the first frame, or `conditions` as keyframes."""
        reference = fields.upload("input_reference")
        if reference is not None:
            return AnimateRequest(**parameters), (reference,)
        found = [self._condition(each) for each in fields.objects("conditions", MAX_CONDITIONS)]
        times, strengths, pictures = zip(*found, strict=True) if found else ((), (), ())
        return AnimateRequest(at=times, strength=strengths, **parameters), pictures

    def _condition(self, fields: Fields) -> tuple[float, float, Upload | str]:
        """The time, the strength and the picture of a keyframe."""
        settings = fields.number("time", 0.0), fields.number("strength", 1.0)
        if "id" in fields.values:
            return *settings, self.stored_files.picture(fields.text("id"))
        if "image_url" in fields.values:
            picture = Fields({"conditions": fields.values}).upload("conditions")
        else:
            picture = fields.upload("file")
        if picture is None:
            message = "Each of 'conditions' needs 'file', 'image_url' or the 'id' of a video."
            raise ApiError(400, message, param="conditions", code="invalid_value")
        return *settings, picture

    def _from_characters(self, fields: Fields, parameters: dict[str, Any]) -> Built:
        ids = [each.text("id") for each in fields.objects("characters", MAX_CHARACTERS)]
        found = [self.stored_files.character(each) for each in ids]
        names = tuple(name for _, name in found)
        return CastRequest(names=names, **parameters), tuple(path for path, _ in found)

    def _from_storyboard(self, fields: Fields, size: str, parameters: dict[str, Any]) -> NewJob:
        """With cards in TOML or as an object, without files."""
        table = _storyboard_table(fields)
        try:
            board, _ = parse_storyboard(table)
        except RequestError as error:
            raise ApiError(400, str(error), param="storyboard", code="invalid_value") from error
        # What the storyboard itself sets wins over the other fields and the defaults.
        own = {name for name in ("seed", "steps", "guidance", "fps") if name in table} | {"prompt"}
        board = replace(board, **{k: v for k, v in parameters.items() if k not in own})
        if fields.values.get("prompt"):
            board = replace(board, prompt=self._shorten(fields.prompt()))
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
        request = EditRequest(
            prompt=self._shorten(fields.prompt()),
            strength=fields.number("strength", DEFAULT_EDIT_STRENGTH),
            **self._parameters(fields, parent),
        )
        return self._from_clip(request, fields, parent)

    def extend(self, fields: Fields, parent: Mapping[str, Any] | None) -> NewJob:
        """A continuation of a clip by some seconds; `parent` as in `edit`."""
        request = ExtendRequest(
            prompt=self._shorten(fields.prompt()),
            forward=fields.seconds(DEFAULT_SECONDS),
            **self._parameters(fields, parent),
        )
        return self._from_clip(request, fields, parent)

    def remix(self, fields: Fields, old: JobSpec, parent: str, cost: float) -> NewJob:
        """The request of an old job, including its seed, with another prompt; `parent` is the id of
        the old job, and `cost` its cost."""
        prompt = fields.prompt()
        video = replace(old.video, prompt=prompt, remixed_from_video_id=parent, videos=None)
        request = old.request.reworded(self._shorten(prompt))
        return NewJob(request=self._checked(request), video=video, cost=cost)

    def _parameters(self, fields: Fields, parent: Mapping[str, Any] | None) -> dict[str, Any]:
        parameters = fields.own()
        if parent is None:
            return parameters
        width, height = parse_size(str(parent["size"]))
        return {"width": width, "height": height, **parameters}

    def _from_clip(
        self, request: Request, fields: Fields, parent: Mapping[str, Any] | None
    ) -> NewJob:
        if parent is not None:
            size, before = str(parent["size"]), float(str(parent["seconds"]))
            files = ()
        else:
            video = fields.upload("video")
            if video is None:
                raise ApiError(400, "'video' must be a file or an object with 'id'.", param="video")
            size, before, files = "", 0.0, (video,)
        added = request.forward if isinstance(request, ExtendRequest) else 0.0
        return self._new_job(request, fields, size, before + added, files=files)

    def _new_job(
        self,
        request: Request,
        fields: Fields,
        size: str,
        seconds: float,
        files: Sequence[Upload | str] = (),
        prompt: str = "",
    ) -> NewJob:
        """The job of a request. Its Video object shows the prompt as the client sent it, even if
        the model reads less of it; for a storyboard, `prompt` is the whole storyboard."""
        width, height = parse_size(size) if size else parse_size(DEFAULT_SIZE)
        video = VideoFields(
            model=fields.text("model", DEFAULT_MODEL)[:128],
            prompt=prompt or fields.prompt(),
            size=size,
            seconds=f"{seconds:g}",
            seed=request.seed,
        )
        return NewJob(
            request=self._checked(request),
            video=video,
            files=tuple(files),
            cost=width * height * seconds,
        )

    def _checked(self, request: Request) -> Request:
        """The same request. Raises RequestError if the model cannot do it."""
        request.validate(self.limits)
        return request


def _storyboard_table(fields: Fields) -> dict[str, Any]:
    """The field `storyboard` as the table of a storyboard file. Raises ApiError."""
    source = fields.values["storyboard"]
    try:
        table = tomllib.loads(source) if isinstance(source, str) else source
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        message = f"'storyboard' cannot be read as TOML: {error}."
        raise ApiError(400, message, param="storyboard", code="invalid_value") from error
    if not isinstance(table, dict):
        raise invalid_type("storyboard", "an object", table)
    for card in table.get("card") or ():
        if isinstance(card, dict) and {"picture", "clip"} & set(card):
            message = "Cards cannot contain files: use 'conditions', or `sorairo storyboard`."
            raise ApiError(400, message, param="storyboard", code="invalid_value")
    if "seconds" in fields.values and "seconds" not in table:
        table = {**table, "seconds": fields.seconds(DEFAULT_SECONDS)}
    return table
