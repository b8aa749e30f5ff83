"""From the fields of a request to a job: what is to be made, and what the client is told of it."""

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
from sorairo.generation.requests.storyboard_toml import parse_storyboard
from sorairo.server.api.body_parsing import Upload
from sorairo.server.api.errors import ApiError, invalid_type
from sorairo.server.api.field_parsing import EDIT_STRENGTH, Fields
from sorairo.server.job_spec import JobSpec, VideoFields

USUAL_MODEL, USUAL_SIZE, USUAL_SECONDS = "sora-2", "720x1280", "4"
FPS = 24.0
MOST_CONDITIONS, MOST_CHARACTERS = 8, 2
KINDS = ("storyboard", "characters", "conditions", "input_reference")  # that exclude one another


class Finder(Protocol):
    """Files that the server keeps already."""

    def picture(self, video: str) -> str:
        """The name of a picture of a finished video. Raises ApiError."""
        ...

    def character(self, character: str) -> tuple[str, str]:
        """The name of a character's file, and its own. Raises ApiError."""
        ...


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """A job that is not accepted yet."""

    request: Request
    """What the worker makes."""
    video: VideoFields
    """What the client is told of the job."""
    files: tuple[Upload | str, ...] = ()
    """The given files: what was sent, or the names of files in the media store."""
    cost: float = 0.0
    """Pixels times seconds, which a quota counts."""

    def spec(self, media: tuple[str, ...]) -> JobSpec:
        """What is stored with the job; `media` names the files where the worker finds them."""
        return JobSpec(request=self.request, video=self.video, media=media)

    def again(self, number: int) -> NewJob:
        """The same job with a later seed."""
        seed = self.request.seed + number
        request, video = replace(self.request, seed=seed), replace(self.video, seed=seed)
        return replace(self, request=request, video=video)


Made = tuple[Request, tuple[Upload | str, ...]]  # a request, and its files


@dataclass(frozen=True, kw_only=True)
class RequestBuilder:
    """Takes orders for a model with these limits."""

    find: Finder
    limits: Limits = field(default_factory=Limits)

    def create(self, fields: Fields) -> NewJob:
        """Text to video; with pictures, these set in motion; with characters, those seen again; or
        a storyboard."""
        named = [name for name in KINDS if fields.found.get(name)]
        if len(named) > 1:
            message = f"'{named[0]}' and '{named[1]}' exclude each other: leave one of them out."
            raise ApiError(400, message, param=named[1], code="invalid_value")
        size = fields.size(USUAL_SIZE)
        width, height = parse_size(size)
        asked = {"fps": FPS, "width": width, "height": height, **fields.extra()}
        if fields.flag("loop"):
            if named:
                message = f"A clip of '{named[0]}' cannot loop: leave one of them out."
                raise ApiError(400, message, param="loop", code="invalid_value")
            asked["loop"] = True
        if named == ["storyboard"]:
            return self._story(fields, size, asked)
        kinds = {
            "characters": self._cast,
            "conditions": self._shown,
            "input_reference": self._shown,
        }
        make = kinds[named[0]] if named else self._said
        asked |= {"prompt": self._heard(fields.prompt()), "seconds": fields.seconds(USUAL_SECONDS)}
        request, files = make(fields, asked)
        return self._order(request, fields, size, asked["seconds"], files=files)

    def _said(self, _fields: Fields, asked: dict[str, Any]) -> Made:
        return GenerateRequest(**asked), ()

    def _shown(self, fields: Fields, asked: dict[str, Any]) -> Made:
        """Pictures at their times, each sent or of a finished video."""
        reference = fields.upload("input_reference")
        if reference is not None:
            return AnimateRequest(**asked), (reference,)
        found = [self._condition(each) for each in fields.objects("conditions", MOST_CONDITIONS)]
        times, strengths, pictures = zip(*found, strict=True) if found else ((), (), ())
        return AnimateRequest(at=times, strength=strengths, **asked), pictures

    def _condition(self, one: Fields) -> tuple[float, float, Upload | str]:
        """The time, the strength and the picture."""
        how = one.number("time", 0.0), one.number("strength", 1.0)
        if "id" in one.found:
            return *how, self.find.picture(one.text("id"))
        if "image_url" in one.found:
            picture = Fields({"conditions": one.found}).upload("conditions")
        else:
            picture = one.upload("file")
        if picture is None:
            message = "Each of 'conditions' needs 'file', 'image_url' or the 'id' of a video."
            raise ApiError(400, message, param="conditions", code="invalid_value")
        return *how, picture

    def _cast(self, fields: Fields, asked: dict[str, Any]) -> Made:
        ids = [each.text("id") for each in fields.objects("characters", MOST_CHARACTERS)]
        found = [self.find.character(each) for each in ids]
        names = tuple(name for _, name in found)
        return CastRequest(names=names, **asked), tuple(path for path, _ in found)

    def _story(self, fields: Fields, size: str, asked: dict[str, Any]) -> NewJob:
        """Cards in TOML, or as an object; without files."""
        written = fields.found["storyboard"]
        try:
            table = tomllib.loads(written) if isinstance(written, str) else written
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            message = f"'storyboard' cannot be read as TOML: {error}."
            raise ApiError(400, message, param="storyboard", code="invalid_value") from error
        if not isinstance(table, dict):
            raise invalid_type("storyboard", "an object", table)
        for card in table.get("card") or ():
            if isinstance(card, dict) and {"picture", "clip"} & set(card):
                message = "Cards have no files here: use 'conditions', or `sorairo storyboard`."
                raise ApiError(400, message, param="storyboard", code="invalid_value")
        if "seconds" in fields.found and "seconds" not in table:
            table = {**table, "seconds": fields.seconds(USUAL_SECONDS)}
        try:
            board, _ = parse_storyboard(table)
        except RequestError as error:
            raise ApiError(400, str(error), param="storyboard", code="invalid_value") from error
        own = {name for name in ("seed", "steps", "guidance", "fps") if name in table}
        board = replace(board, **{k: v for k, v in asked.items() if k not in own and k != "prompt"})
        if fields.found.get("prompt"):
            board = replace(board, prompt=self._heard(fields.prompt()))
        return self._order(board, fields, size, board.seconds, prompt=json.dumps(table))

    def _heard(self, prompt: str) -> str:
        """As much of a prompt as the model takes."""
        if len(prompt) <= self.limits.max_prompt:
            return prompt
        cut = prompt[: self.limits.max_prompt]
        return cut[: cut.rindex(" ")] if " " in cut else cut

    def edit(self, fields: Fields, parent: Mapping[str, Any] | None) -> NewJob:
        """A clip changed to what the prompt says."""
        request = EditRequest(
            prompt=self._heard(fields.prompt()),
            strength=fields.number("strength", EDIT_STRENGTH),
            **self._shape(fields, parent),
        )
        return self._of_clip(request, fields, parent)

    def extend(self, fields: Fields, parent: Mapping[str, Any] | None) -> NewJob:
        """A clip, and so many seconds more."""
        request = ExtendRequest(
            prompt=self._heard(fields.prompt()),
            forward=fields.seconds(USUAL_SECONDS),
            **self._shape(fields, parent),
        )
        return self._of_clip(request, fields, parent)

    def remix(self, fields: Fields, old: JobSpec, parent: str, cost: float) -> NewJob:
        """A finished clip's own request, seed included, with another prompt."""
        prompt = fields.prompt()
        video = replace(old.video, prompt=prompt, remixed_from_video_id=parent, videos=None)
        request = old.request.reworded(self._heard(prompt))
        return NewJob(request=self._checked(request), video=video, cost=cost)

    def _shape(self, fields: Fields, parent: Mapping[str, Any] | None) -> dict[str, Any]:
        asked = fields.extra()
        if parent is None:
            return asked
        width, height = parse_size(str(parent["size"]))
        return {"width": width, "height": height, **asked}

    def _of_clip(
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
        return self._order(request, fields, size, before + added, files=files)

    def _order(
        self,
        request: Request,
        fields: Fields,
        size: str,
        seconds: float,
        files: Sequence[Upload | str] = (),
        prompt: str = "",
    ) -> NewJob:
        """The prompt that the client is told is the one that it sent, even if the model reads less
        of it; of a storyboard it is the whole storyboard."""
        width, height = parse_size(size) if size else parse_size(USUAL_SIZE)
        video = VideoFields(
            model=fields.text("model", USUAL_MODEL)[:128],
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
        """Raises RequestError for what the model cannot do."""
        request.validate(self.limits)
        return request
