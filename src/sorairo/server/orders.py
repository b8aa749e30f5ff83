"""From the fields of a request to a job: what is to be made, and what the client is told of it."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sorairo.generation.limits import Limits, parse_size
from sorairo.generation.request import GenerateRequest, Request
from sorairo.generation.request_given import AnimateRequest, EditRequest, ExtendRequest
from sorairo.server.forms import Upload
from sorairo.server.refusals import ApiError, invalid_type

USUAL_MODEL, USUAL_SIZE, USUAL_SECONDS = "sora-2", "720x1280", "4"
FPS = 24.0
MOST_PROMPT = 32_000  # characters
LONGEST_DATA_URL = 20_971_520  # characters
EDIT_STRENGTH = 0.6
# A field of ours: the parameter of a request that it sets, and its type.
EXTRA: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "seed": ("seed", int),
    "fps": ("fps", float),
    "num_inference_steps": ("steps", int),
    "guidance_scale": ("guidance", float),
    "negative_prompt": ("negative", str),
}


@dataclass(frozen=True, kw_only=True)
class Order:
    """`request` is what the worker makes; `files` are what was sent with it; `told` are fields of
    the Video object."""

    request: Request
    told: dict[str, Any]
    files: tuple[Upload, ...] = ()

    def payload(self, media: tuple[str, ...]) -> dict[str, Any]:
        """As it is kept with the job: `media` names the files where the worker finds them."""
        return {"request": self.request.to_comment(), "told": self.told, "media": list(media)}


@dataclass(frozen=True)
class Fields:
    """The fields of a body, looked at one by one."""

    found: Mapping[str, Any]

    def text(self, name: str, default: str | None = None) -> str:
        value = self.found.get(name, default)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            if value is None:
                message = f"Missing required parameter: '{name}'."
                raise ApiError(400, message, param=name, code="missing_required_parameter")
            raise invalid_type(name, "a string", value)
        return value if isinstance(value, str) else f"{value:g}"

    def prompt(self) -> str:
        value = self.found.get("prompt")
        if value is not None and not isinstance(value, str):
            raise invalid_type("prompt", "a string", value)
        text = self.text("prompt")
        if not text.strip() or len(text) > MOST_PROMPT:
            message = f"'prompt' must have 1 to {MOST_PROMPT} characters, not {len(text)}."
            raise ApiError(400, message, param="prompt", code="invalid_value")
        return text

    def size(self, default: str) -> str:
        return self.text("size", default).strip().lower()

    def seconds(self, default: str) -> float:
        text = self.text("seconds", default)
        try:
            return float(text)
        except ValueError as error:
            message = f"'{text[:20]}' is no number of seconds: write for example \"4\"."
            raise ApiError(400, message, param="seconds", code="invalid_value") from error

    def extra(self) -> dict[str, Any]:
        """What a request of sorairo's can be told beside what OpenAI's can."""
        asked: dict[str, Any] = {"seed": secrets.randbelow(2**31)}
        for name, (parameter, kind) in EXTRA.items():
            value = self.found.get(name)
            if value is None:
                continue
            try:
                asked[parameter] = kind(value)
            except (TypeError, ValueError, OverflowError) as error:
                what = "a string" if kind is str else "a number"
                raise invalid_type(name, what, value) from error
        return asked

    def strength(self) -> float:
        value = self.found.get("strength", EDIT_STRENGTH)
        try:
            return float(value)
        except (TypeError, ValueError) as error:
            raise invalid_type("strength", "a number", value) from error

    def flag(self, name: str) -> bool:
        value = self.found.get(name, False)
        if isinstance(value, str) and value.lower() in ("true", "false", "1", "0", ""):
            value = value.lower() in ("true", "1")
        if not isinstance(value, bool):
            raise invalid_type(name, "a boolean", value)
        return value

    def upload(self, name: str) -> Upload | None:
        """A file, or a picture in an object's `image_url` (a data URL)."""
        value = self.found.get(name)
        if value is None or isinstance(value, Upload):
            return value
        if not isinstance(value, Mapping):
            raise invalid_type(name, "an object", value)
        if "image_url" in value:
            return _from_url(value["image_url"], f"{name}.image_url")
        raise ApiError(
            400,
            f"'{name}' must be a file, or an object with 'image_url'.",
            param=name,
            code="invalid_value",
        )


def _from_url(url: object, name: str) -> Upload:
    if not isinstance(url, str):
        raise invalid_type(name, "a string", url)
    head, comma, body = url.partition(",")
    if not head.startswith("data:") or not comma or not head.endswith(";base64"):
        message = f"'{name}' must be a data URL with base64: other addresses are not fetched."
        raise ApiError(400, message, param=name, code="invalid_image_url")
    if len(url) > LONGEST_DATA_URL:
        message = f"'{name}' is longer than {LONGEST_DATA_URL} characters: send a smaller picture."
        raise ApiError(400, message, param=name, code="invalid_image_url")
    try:
        return Upload(name="image", data=base64.b64decode(body, validate=True))
    except binascii.Error as error:
        raise ApiError(400, f"'{name}' is no base64.", param=name, code="invalid_image_url") from (
            error
        )


@dataclass(frozen=True, kw_only=True)
class Clerk:
    """Takes orders for a model with these limits."""

    limits: Limits = field(default_factory=Limits)

    def create(self, fields: Fields) -> Order:
        """Text to video; with a reference, that picture set in motion."""
        prompt, reference = fields.prompt(), fields.upload("input_reference")
        size, seconds = fields.size(USUAL_SIZE), fields.seconds(USUAL_SECONDS)
        width, height = parse_size(size)
        asked = {"fps": FPS, "width": width, "height": height, **fields.extra()}
        kind = AnimateRequest if reference else GenerateRequest
        if fields.flag("loop"):
            if reference:
                raise ApiError(400, "A clip of a picture cannot loop.", param="loop")
            asked["loop"] = True
        request = kind(prompt=prompt, seconds=seconds, **asked)
        return self._order(request, fields, size, seconds, files=(reference,) if reference else ())

    def edit(self, fields: Fields, parent: Mapping[str, Any] | None) -> Order:
        """A clip changed to what the prompt says."""
        request = EditRequest(
            prompt=fields.prompt(), strength=fields.strength(), **self._shape(fields, parent)
        )
        return self._of_clip(request, fields, parent)

    def extend(self, fields: Fields, parent: Mapping[str, Any] | None) -> Order:
        """A clip, and so many seconds more."""
        request = ExtendRequest(
            prompt=fields.prompt(),
            forward=fields.seconds(USUAL_SECONDS),
            **self._shape(fields, parent),
        )
        return self._of_clip(request, fields, parent)

    def remix(
        self, fields: Fields, request: Request, parent: str, told: Mapping[str, Any]
    ) -> Order:
        """A finished clip's own request, seed included, with another prompt."""
        told = {**told, "prompt": fields.prompt(), "remixed_from_video_id": parent}
        return Order(request=self._checked(request.reworded(fields.prompt())), told=told)

    def _shape(self, fields: Fields, parent: Mapping[str, Any] | None) -> dict[str, Any]:
        asked = fields.extra()
        if parent is None:
            return asked
        width, height = parse_size(str(parent["size"]))
        return {"width": width, "height": height, **asked}

    def _of_clip(self, request: Request, fields: Fields, parent: Mapping[str, Any] | None) -> Order:
        video = fields.found.get("video")
        if parent is not None:
            size, before = str(parent["size"]), float(str(parent["seconds"]))
            files = ()
        elif isinstance(video, Upload):
            size, before, files = "", 0.0, (video,)
        else:
            raise ApiError(400, "'video' must be a file or an object with 'id'.", param="video")
        added = request.forward if isinstance(request, ExtendRequest) else 0.0
        return self._order(request, fields, size, before + added, files=files)

    def _order(
        self,
        request: Request,
        fields: Fields,
        size: str,
        seconds: float,
        files: tuple[Upload, ...] = (),
    ) -> Order:
        told = {
            "model": fields.text("model", USUAL_MODEL)[:128],
            "prompt": request.prompt,
            "size": size,
            "seconds": f"{seconds:g}",
            "remixed_from_video_id": None,
            "seed": request.seed,
        }
        return Order(request=self._checked(request), told=told, files=files)

    def _checked(self, request: Request) -> Request:
        """Raises RequestError for what the model cannot do."""
        request.validate(self.limits)
        return request
