"""The fields that say what a video shows, and from what it is made."""

from __future__ import annotations

from sorairo.generation.requests.limits import check_seconds, check_size
from sorairo.jobs.characters import MAX_NAME_LENGTH
from sorairo.server.api.fields.compound import CharacterIds, Conditions, Pictures
from sorairo.server.api.fields.references import Picture, StoredVideo, Video
from sorairo.server.api.fields.request_field import (
    BRIDGING,
    CHANGING,
    CREATING,
    IMAGING,
    SAMPLING,
    SIZED,
    Endpoint,
    RequestField,
)
from sorairo.server.api.fields.scalars import Choice, Flag, Number, Size, Text
from sorairo.server.api.library.boards.field import StoryboardTable

MAX_PROMPT_LENGTH = 32_000
MAX_CONDITIONS, MAX_REFERENCES = 8, 3
MAX_CHARACTERS, MAX_CHARACTERS_OF_BOARD = 2, 8

CONTENT_FIELDS: tuple[RequestField, ...] = (
    RequestField(
        name="prompt",
        type=Text(max_length=MAX_PROMPT_LENGTH, strict=True),
        description="What the video shows, in English or Chinese.",
        endpoints=SAMPLING | IMAGING,
        required_by=CHANGING | {Endpoint.REMIX} | IMAGING,
        keeps_blank=True,
    ),
    RequestField(
        name="name",
        type=Text(max_length=MAX_NAME_LENGTH),
        description="What prompts call it.",
        endpoints=frozenset({Endpoint.CHARACTER}),
        required_by=frozenset({Endpoint.CHARACTER}),
        keeps_blank=True,
    ),
    RequestField(
        name="video",
        type=Video(),
        description="The video to work on: a file, an object with the id of a finished video, or"
        " the id alone.",
        endpoints=CHANGING | {Endpoint.CHARACTER},
        required_by=CHANGING | {Endpoint.CHARACTER},
        aliases=("video_id", "input_video", "source_video", "video_url"),
        file=True,
    ),
    RequestField(
        name="model",
        type=Text(max_length=128),
        description="A name from `GET /v1/models`. Default: `sora-2`; for a video that is made from"
        " another one, its model.",
        endpoints=SAMPLING | IMAGING,
        aliases=("model_name", "model_id"),
    ),
    RequestField(
        name="size",
        type=Size(),
        description="WIDTHxHEIGHT. Default: 720x1280; for a remix, the size of the video.",
        endpoints=SIZED,
        aliases=("video_size",),
        check=lambda size, limits: check_size(size[0], size[1], limits),
    ),
    RequestField(
        name="seconds",
        type=Number(example='"4"', as_text=True),
        description='The length of the video. Default: "4"; for a remix, that of the video.',
        endpoints=SIZED,
        aliases=("duration", "n_seconds", "duration_seconds", "num_seconds"),
        check=check_seconds,
    ),
    RequestField(
        name="seconds",
        type=Number(example='"4"', as_text=True),
        description='How much is added. Default: "4".',
        endpoints=frozenset({Endpoint.EXTEND}),
        aliases=("duration", "n_seconds", "duration_seconds", "num_seconds"),
        check=lambda seconds, limits: check_seconds(seconds, limits, "An extension"),
    ),
    RequestField(
        name="seconds",
        type=Number(example='"2"', as_text=True),
        description='The length of the bridge. Default: "2".',
        endpoints=BRIDGING,
        aliases=("duration", "n_seconds", "duration_seconds", "num_seconds"),
        check=lambda seconds, limits: check_seconds(seconds, limits, "A bridge"),
    ),
    RequestField(
        name="direction",
        type=Choice(("forward", "backward", "both")),
        description="Whether the video goes on after its end, begins earlier, or both, by `seconds`"
        " each. Default: forward.",
        endpoints=frozenset({Endpoint.EXTEND}),
    ),
    RequestField(
        name="next_video",
        type=Video(),
        description="The video that the bridge leads to, as `video`.",
        endpoints=frozenset({Endpoint.CONNECT}),
        required_by=frozenset({Endpoint.CONNECT}),
        file=True,
    ),
    RequestField(
        name="input_reference",
        type=Picture(),
        description="A picture that the video begins with: a file, a data URL, or an object with"
        " `image_url`, a data URL.",
        endpoints=CREATING,
        aliases=(
            *("image", "image_url", "image_reference", "reference_url", "input_image"),
            *("reference_image", "input_references", "images", "image_urls"),
            *("first_frame", "first_frame_image", "first_image", "start_image", "init_image"),
        ),
        file=True,
    ),
    RequestField(
        name="last_frame",
        type=Picture(),
        description="A picture that the video ends with, as `input_reference`; with both, it goes"
        " from one to the other.",
        endpoints=CREATING,
        aliases=(
            *("last_frame_image", "last_frame_url", "last_image", "end_image", "end_frame"),
            *("image_tail", "tail_image"),
        ),
        file=True,
    ),
    RequestField(
        name="reference_images",
        type=Pictures(MAX_REFERENCES),
        description="Pictures of things that the video shows, at no particular time.",
        endpoints=CREATING,
        aliases=("reference_image_urls", "subject_references"),
        file=True,
    ),
    RequestField(
        name="conditions",
        type=Conditions(MAX_CONDITIONS),
        description="Keyframes: each a data URL, or the id of a finished video, at a time in"
        " seconds; shown exactly with the strength 1, used as a hint below 1.",
        endpoints=CREATING,
        aliases=("keyframes",),
    ),
    RequestField(
        name="characters",
        type=CharacterIds(MAX_CHARACTERS_OF_BOARD),
        description="Characters that the prompt, or the cards of a storyboard, mention by name:"
        f" objects with `id`. At most {MAX_CHARACTERS} without a storyboard.",
        endpoints=CREATING,
        aliases=("character_ids",),
    ),
    RequestField(
        name="storyboard",
        type=StoryboardTable(),
        description="Cards, in TOML or as an object; it needs no prompt. `picture` and `clip` of a"
        " card are objects with `image_url` (a data URL), `file_id`, or the `id` of a video.",
        endpoints=CREATING,
    ),
    RequestField(
        name="remixed_from_video_id",
        type=StoredVideo(),
        description="The id of a video to remix, as with `POST /v1/videos/{video_id}/remix`.",
        endpoints=CREATING,
        aliases=("remix_id", "remix_video_id", "remix_from_video_id", "remixed_from"),
    ),
    RequestField(
        name="loop",
        type=Flag(),
        description="Whether the video loops without a visible seam. Default: false.",
        endpoints=CREATING,
    ),
)
