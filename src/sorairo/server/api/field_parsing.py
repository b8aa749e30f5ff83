"""Parsing the fields of a request, each to its type, or to an error that names the field."""

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

MAX_PROMPT_LENGTH = 32_000
MAX_DATA_URL_LENGTH = 20_971_520
DEFAULT_EDIT_STRENGTH = 0.6
MAX_VIDEOS = 10  # of one request
# Fields that OpenAI's API does not have: the parameter of a Request that each sets, and its type.
OWN_FIELDS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "seed": ("seed", int),
    "fps": ("fps", float),
    "num_inference_steps": ("steps", int),
    "guidance_scale": ("guidance", float),
    "negative_prompt": ("negative", str),
}


@dataclass(frozen=True)
class Fields:
    """The fields of a body. Every method parses one field, and raises ApiError if it is invalid."""

    values: Mapping[str, Any]
    """The fields by name, as `read_body` returns them."""

    def text(self, name: str, default: str | None = None) -> str:
        """A string; numbers are accepted, too. Required if there is no default."""
        value = self.values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            if value is None:
                message = f"Missing required parameter: '{name}'."
                raise ApiError(400, message, param=name, code="missing_required_parameter")
            raise invalid_type(name, "a string", value)
        return value if isinstance(value, str) else f"{value:g}"

    def prompt(self) -> str:
        """The required `prompt`."""
        value = self.values.get("prompt")
        if value is not None and not isinstance(value, str):
            raise invalid_type("prompt", "a string", value)
        text = self.text("prompt")
        if not text.strip() or len(text) > MAX_PROMPT_LENGTH:
            message = f"'prompt' must have 1 to {MAX_PROMPT_LENGTH} characters, not {len(text)}."
            raise ApiError(400, message, param="prompt", code="invalid_value")
        return text

    def size(self, default: str) -> str:
        """`size` as text, not parsed."""
        return self.text("size", default).strip().lower()

    def seconds(self, default: str) -> float:
        """`seconds`, of which only the type is checked."""
        text = self.text("seconds", default)
        try:
            return float(text)
        except ValueError as error:
            message = f"'{text[:20]}' is not a number of seconds: write for example \"4\"."
            raise ApiError(400, message, param="seconds", code="invalid_value") from error

    def own(self) -> dict[str, Any]:
        """The parameters that `OWN_FIELDS` set, with a random seed if none is given."""
        parameters: dict[str, Any] = {"seed": secrets.randbelow(2**31)}
        for name, (parameter, kind) in OWN_FIELDS.items():
            value = self.values.get(name)
            if value is None:
                continue
            expected = "a string" if kind is str else "a number"
            if isinstance(value, Upload | dict | list | bool):
                raise invalid_type(name, expected, value)
            try:
                parameters[parameter] = kind(value)
            except (TypeError, ValueError, OverflowError) as error:
                raise invalid_type(name, expected, value) from error
        return parameters

    def number(self, name: str, default: float) -> float:
        """A finite number."""
        value = self.values.get(name, default)
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise invalid_type(name, "a number", value) from error
        if not math.isfinite(number):
            raise invalid_type(name, "a number", value)
        return number

    def count(self) -> int:
        """The number of videos, `n`."""
        number = self.number("n", 1)
        if number != int(number) or not 1 <= number <= MAX_VIDEOS:
            message = f"'n' must be a whole number from 1 to {MAX_VIDEOS}, not {number:g}."
            raise ApiError(400, message, param="n", code="invalid_value")
        return int(number)

    def objects(self, name: str, most: int) -> list[Fields]:
        """A list of up to `most` objects; empty if the field is missing."""
        value = self.values.get(name) or []
        if not isinstance(value, list):
            raise invalid_type(name, "an array", value)
        if len(value) > most:
            message = f"'{name}' has {len(value)} entries: at most {most} are allowed."
            raise ApiError(400, message, param=name, code="invalid_value")
        for each in value:
            if not isinstance(each, Mapping):
                raise invalid_type(name, "an array of objects", each)
        return [Fields(each) for each in value]

    def flag(self, name: str) -> bool:
        """A boolean, false if the field is missing."""
        value = self.values.get(name, False)
        if isinstance(value, str) and value.lower() in ("true", "false", "1", "0", ""):
            value = value.lower() in ("true", "1")
        if not isinstance(value, bool):
            raise invalid_type(name, "a boolean", value)
        return value

    def upload(self, name: str) -> Upload | None:
        """A file, or a picture as a data URL in an object with `image_url`; None if the field is
        missing."""
        value = self.values.get(name)
        if isinstance(value, Upload):
            check_upload(value.data, name)
            return value
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise invalid_type(name, "an object", value)
        if "image_url" in value:
            return decode_data_url(value["image_url"], f"{name}.image_url")
        raise ApiError(
            400,
            f"'{name}' must be a file, or an object with 'image_url'.",
            param=name,
            code="invalid_value",
        )


def decode_data_url(url: object, name: str) -> Upload:
    """The picture in a data URL. Raises ApiError."""
    if not isinstance(url, str):
        raise invalid_type(name, "a string", url)
    head, comma, body = url.partition(",")
    if not head.startswith("data:") or not comma or not head.endswith(";base64"):
        message = f"'{name}' must be a data URL with base64: other URLs are not fetched."
        raise ApiError(400, message, param=name, code="invalid_image_url")
    if len(url) > MAX_DATA_URL_LENGTH:
        message = (
            f"'{name}' is longer than {MAX_DATA_URL_LENGTH} characters: use a smaller picture."
        )
        raise ApiError(400, message, param=name, code="invalid_image_url")
    try:
        data = base64.b64decode(body, validate=True)
    except binascii.Error as error:
        message = f"'{name}' is not valid base64."
        raise ApiError(400, message, param=name, code="invalid_image_url") from error
    check_upload(data, name)
    return Upload(name="image", data=data)
