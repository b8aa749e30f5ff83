"""The fields that say which part of a given video is changed, and how a bridge leads over."""

from __future__ import annotations

from sorairo.generation.requests.region import check_region
from sorairo.generation.requests.texts import check_texts
from sorairo.server.api.fields.compound import Curve
from sorairo.server.api.fields.content_fields import MAX_PROMPT_LENGTH
from sorairo.server.api.fields.references import Picture
from sorairo.server.api.fields.request_field import Endpoint, RequestField
from sorairo.server.api.fields.scalars import Number, Text

EDIT = frozenset({Endpoint.EDIT})
CONNECT = frozenset({Endpoint.CONNECT})
EXTEND = frozenset({Endpoint.EXTEND})
MAX_CURVE_POINTS = 64
CHANGE_FIELDS: tuple[RequestField, ...] = (
    RequestField(
        name="region",
        type=Text(max_length=100, strict=True),
        description="The rectangle that is changed: x,y,width,height in pixels of the video or in"
        " percent, such as 25%,0%,50%,100%. Default: all of the picture.",
        endpoints=EDIT,
        check=lambda text, _: check_region(text),
        parameter="region",
    ),
    RequestField(
        name="mask",
        type=Picture(),
        description="A picture in the shape of the video that is white where it is changed, in"
        " place of `region`.",
        endpoints=EDIT,
        aliases=("mask_image", "mask_url"),
        file=True,
    ),
    RequestField(
        name="start",
        type=Number(low=0, example="1.5"),
        description="Where the change begins, in seconds. Default: 0.",
        endpoints=EDIT,
        aliases=("start_time",),
        parameter="start",
    ),
    RequestField(
        name="end",
        type=Number(low=0, example="3"),
        description="Where it ends, in seconds. Default: at the end of the video.",
        endpoints=EDIT,
        aliases=("end_time",),
        parameter="end",
    ),
    RequestField(
        name="start_prompt",
        type=Text(max_length=MAX_PROMPT_LENGTH, strict=True),
        description="What the bridge shows at its beginning. Default: `prompt`.",
        endpoints=CONNECT,
        check=lambda text, limits: check_texts(limits, start_prompt=text),
        parameter="prompt_a",
    ),
    RequestField(
        name="end_prompt",
        type=Text(max_length=MAX_PROMPT_LENGTH, strict=True),
        description="What it shows at its end. Default: `prompt`.",
        endpoints=CONNECT,
        check=lambda text, limits: check_texts(limits, end_prompt=text),
        parameter="prompt_b",
    ),
    RequestField(
        name="start",
        type=Number(low=0, example="1.5"),
        description="Where the part of the video begins that is kept, in seconds. Default: 0.",
        endpoints=EXTEND,
        parameter="start",
    ),
    RequestField(
        name="end",
        type=Number(low=0, example="3"),
        description="Where that part ends, in seconds. Default: at the end of the video.",
        endpoints=EXTEND,
        parameter="end",
    ),
    RequestField(
        name="curve",
        type=Curve(MAX_CURVE_POINTS),
        description="How much `end_prompt` counts over the bridge, 0 to 1: numbers at equal"
        " distances. Default: it rises evenly.",
        endpoints=CONNECT,
        parameter="curve",
    ),
)
