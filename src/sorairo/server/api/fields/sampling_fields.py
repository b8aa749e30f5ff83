"""The fields that say how videos are made: how many, from which noise, at which rate; and other
ways to give their size and length."""

from __future__ import annotations

from sorairo.generation.requests.limits import check_fps, check_sampling
from sorairo.generation.requests.texts import check_texts
from sorairo.generation.settings import QUALITIES
from sorairo.server.api.fields.compound import Loras
from sorairo.server.api.fields.content_fields import MAX_PROMPT_LENGTH
from sorairo.server.api.fields.request_field import (
    CREATING,
    IMAGING,
    MANY_AT_ONCE,
    ONE_AT_ONCE,
    SAMPLING,
    SIZED,
    Endpoint,
    RequestField,
)
from sorairo.server.api.fields.scalars import (
    Choice,
    Flag,
    Number,
    Ratio,
    Resolution,
    Seed,
    Text,
    check_seed,
)

MAX_VIDEOS = 10  # of one request
MAX_STYLE_LENGTH = 200
ORIENTATIONS = {"landscape": (16, 9), "portrait": (9, 16), "square": (1, 1)}
RESOLUTIONS = {"sd": 480, "hd": 720, "full_hd": 1080, "fullhd": 1080, "fhd": 1080}

SAMPLING_FIELDS: tuple[RequestField, ...] = (
    RequestField(
        name="n",
        type=Number(low=1, high=MAX_VIDEOS, whole=True),
        description="How many videos to create, with consecutive seeds. Default: 1.",
        endpoints=MANY_AT_ONCE,
        aliases=(
            *("n_variants", "num_videos", "num_outputs", "num_generations"),
            *("num_videos_per_prompt", "num_outputs_per_prompt"),
        ),
    ),
    RequestField(
        name="n",
        type=Number(low=1, high=1, whole=True),
        description="How many videos to create: one.",
        endpoints=ONE_AT_ONCE,
        aliases=(
            *("n_variants", "num_videos", "num_outputs", "num_generations"),
            *("num_videos_per_prompt", "num_outputs_per_prompt"),
        ),
    ),
    RequestField(
        name="strength",
        type=Number(low=0, high=1, example="0.6"),
        description="How much to change: 0 keeps everything, 1 keeps nothing. Default: 0.6.",
        endpoints=frozenset({Endpoint.EDIT, Endpoint.IMAGE_EDIT}),
        aliases=("denoising_strength", "edit_strength"),
        parameter="strength",
    ),
    RequestField(
        name="seed",
        type=Seed(),
        description="The random seed. Default: a new one, which the response contains, as with -1;"
        " for a remix, that of the video.",
        endpoints=SAMPLING | IMAGING,
        check=check_seed,
        parameter="seed",
    ),
    RequestField(
        name="fps",
        type=Number(example="24"),
        description="Frames per second of the video. Default: 24; for a video that is made from"
        " another one, its own.",
        endpoints=SAMPLING,
        aliases=("frame_rate", "framerate", "frames_per_second", "video_fps"),
        check=check_fps,
        parameter="fps",
    ),
    RequestField(
        name="num_inference_steps",
        type=Number(whole=True, example="20"),
        description="Sampling steps. Default: the model's.",
        endpoints=SAMPLING | IMAGING,
        aliases=("steps", "infer_steps", "num_steps", "sample_steps", "sampling_steps"),
        check=lambda steps, limits: check_sampling(0, steps, None, limits),
        parameter="steps",
    ),
    RequestField(
        name="guidance_scale",
        type=Number(example="4"),
        description="How strongly to follow the prompt; 1 is off. Default: the model's.",
        endpoints=SAMPLING | IMAGING,
        aliases=("cfg_scale", "cfg", "guidance", "sample_guide_scale"),
        check=lambda guidance, limits: check_sampling(0, None, guidance, limits),
        parameter="guidance",
    ),
    RequestField(
        name="quality",
        type=Choice(values=QUALITIES),
        description="`draft` makes a rougher result in about half the time, with models of 30 steps"
        " or more: the network does not run where its output hardly changes. Values of other"
        " services (`auto`, `low`, `standard`, `hd`, ...) are ignored. Default: `full`.",
        endpoints=SAMPLING | IMAGING,
        ignores=frozenset({"auto", "low", "medium", "high", "standard", "hd"}),
        parameter="quality",
    ),
    RequestField(
        name="negative_prompt",
        type=Text(max_length=MAX_PROMPT_LENGTH),
        description="What the video should not show.",
        endpoints=SAMPLING | IMAGING,
        aliases=("negative", "neg_prompt"),
        check=lambda text, limits: check_texts(limits, negative_prompt=text),
        parameter="negative",
    ),
    RequestField(
        name="loras",
        type=Loras(),
        description="LoRAs that change the model: names of files in the server's folder of LoRAs,"
        ' each with a weight: `[{"name": "paper", "weight": 0.8}]`, or `["paper:0.8"]`.',
        endpoints=SAMPLING | IMAGING,
        aliases=("lora", "lora_names"),
        parameter="loras",
    ),
    RequestField(
        name="fast",
        type=Flag(),
        description="Whether to use the model's own LoRA for few steps, before other `loras`: 15 to"
        " 30 times as fast, with less motion. An error where the model has none, or it is not"
        " installed (`GET /v1/server` says it for each model). Default: only the shipped model does"
        " so, where steps, guidance, quality, negative_prompt and loras are not given.",
        endpoints=SAMPLING | IMAGING,
    ),
    RequestField(
        name="style",
        type=Text(max_length=MAX_STYLE_LENGTH),
        description="A style: one of `styles` of the model, or other words, which are put after the"
        " prompt.",
        endpoints=SAMPLING,
        check=lambda text, limits: check_texts(limits, style=text),
        parameter="style",
    ),
    RequestField(
        name="rewrite",
        type=Flag(),
        description="Whether the prompt is put in words that the model was trained on; `notes` of"
        " the video say how it is read. With false it is used as it is. Default: true.",
        endpoints=SAMPLING,
        parameter="rewrite",
    ),
    RequestField(
        name="vary",
        type=Flag(),
        description="Whether size, direction, floor and light that a prompt without pictures leaves"
        " open are drawn from the seed. Default: true.",
        endpoints=SAMPLING,
        parameter="vary",
    ),
    RequestField(
        name="width",
        type=Number(low=1, high=999_999, whole=True),
        description="With `height`: another way to give `size`.",
        endpoints=SIZED,
        aliases=("target_width",),
    ),
    RequestField(
        name="height",
        type=Number(low=1, high=999_999, whole=True),
        description="With `width`: another way to give `size`.",
        endpoints=SIZED,
        aliases=("target_height",),
    ),
    RequestField(
        name="aspect_ratio",
        type=Ratio(ORIENTATIONS),
        description="WIDTH:HEIGHT, for example 16:9: another way to give `size`, with `resolution`."
        " Default: 16:9.",
        endpoints=SIZED,
        aliases=("ratio", "orientation"),
    ),
    RequestField(
        name="resolution",
        type=Resolution(RESOLUTIONS),
        description="The shorter side, for example 720p: another way to give `size`, with"
        " `aspect_ratio`. Default: 720p.",
        endpoints=SIZED,
    ),
    RequestField(
        name="num_frames",
        type=Number(low=1, high=1_000_000, whole=True),
        description="Frames of the video: another way to give `seconds`, with `fps`.",
        endpoints=CREATING,
        aliases=("frames", "n_frames", "target_video_length"),
    ),
)
