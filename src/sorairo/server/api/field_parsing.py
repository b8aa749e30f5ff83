"""The fields of a request, looked at one by one: each is what it should be, or refused with its
name."""

from __future__ import annotations

import base64
import binascii
import math
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sorairo.server.api.body_parsing import Upload
from sorairo.server.api.errors import ApiError, invalid_type
from sorairo.server.api.upload_validation import check_upload

MOST_PROMPT = 32_000  # characters
LONGEST_DATA_URL = 20_971_520  # characters
EDIT_STRENGTH = 0.6
MOST_AT_ONCE = 10  # videos of one request
# A field of ours: the parameter of a request that it sets, and its type.
EXTRA: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "seed": ("seed", int),
    "fps": ("fps", float),
    "num_inference_steps": ("steps", int),
    "guidance_scale": ("guidance", float),
    "negative_prompt": ("negative", str),
}


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
            if isinstance(value, Upload | dict | list | bool):
                raise invalid_type(name, "a string" if kind is str else "a number", value)
            try:
                asked[parameter] = kind(value)
            except (TypeError, ValueError, OverflowError) as error:
                what = "a string" if kind is str else "a number"
                raise invalid_type(name, what, value) from error
        return asked

    def number(self, name: str, default: float) -> float:
        value = self.found.get(name, default)
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise invalid_type(name, "a number", value) from error
        if not math.isfinite(number):
            raise invalid_type(name, "a number", value)
        return number

    def count(self) -> int:
        """How many videos are asked for (`n`)."""
        number = self.number("n", 1)
        if number != int(number) or not 1 <= number <= MOST_AT_ONCE:
            message = f"'n' must be a whole number from 1 to {MOST_AT_ONCE}, not {number:g}."
            raise ApiError(400, message, param="n", code="invalid_value")
        return int(number)

    def objects(self, name: str, most: int) -> list[Fields]:
        """A list of objects; empty where there is none."""
        value = self.found.get(name) or []
        if not isinstance(value, list):
            raise invalid_type(name, "an array", value)
        if len(value) > most:
            message = f"'{name}' has {len(value)} entries: name at most {most}."
            raise ApiError(400, message, param=name, code="invalid_value")
        for each in value:
            if not isinstance(each, Mapping):
                raise invalid_type(name, "an array of objects", each)
        return [Fields(each) for each in value]

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
        if isinstance(value, Upload):
            check_upload(value.data, name)
            return value
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise invalid_type(name, "an object", value)
        if "image_url" in value:
            return from_url(value["image_url"], f"{name}.image_url")
        raise ApiError(
            400,
            f"'{name}' must be a file, or an object with 'image_url'.",
            param=name,
            code="invalid_value",
        )


def from_url(url: object, name: str) -> Upload:
    """A picture in a data URL. Raises ApiError."""
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
        data = base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise ApiError(400, f"'{name}' is no base64.", param=name, code="invalid_image_url") from (
            error
        )
    check_upload(data, name)
    return Upload(name="image", data=data)
