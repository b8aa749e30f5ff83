"""The click options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sorairo.cli.number_types import FiniteRange
from sorairo.generation.settings import QUALITIES
from sorairo.models.model_info import DeliveryDefaults

NATIVE = "native"  # value of --size and --fps: the model's own size or frame rate


class _Rate(click.ParamType):
    """The type of --fps: a number or `native`."""

    name = "float"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | str:
        return NATIVE if value == NATIVE else click.FLOAT.convert(value, param, ctx)


_DEFAULTS = DeliveryDefaults()  # of models that set no others

_OUTPUT = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="File to write: .mp4, .gif, or .png for a single frame."
    "  [default: named after the prompt and the seed]",
)
SIZE = click.option(
    "--size",
    metavar="SIZE",
    help="Width x height in pixels, 64 to 2048 each; 512 (a square), 720p or 1080p; a shape such as"
    " 16:9; or `native` for the model's own size."
    f"  [default: that of the input clip, else {'x'.join(map(str, _DEFAULTS.size or ()))}]",
)
PICTURE_SIZE = click.option(
    "--size",
    metavar="SIZE",
    help="Width x height in pixels, 64 to 2048 each; 512 (a square), 720p or 1080p; a shape such as"
    " 16:9; or `native` for the model's own size."
    "  [default: 512x512]",
)
_FPS = click.option(
    "--fps",
    type=_Rate(),
    help="Frames per second, 1 to 60, or `native` for the model's own rate."
    f"  [default: that of the input clip, else {_DEFAULTS.fps:g}]",
)
_SEED = click.option(
    "--seed",
    type=int,
    help="Random seed: the same seed and options give the same result.  [default: a new one each"
    " time, which is printed]",
)
_STEPS = click.option(
    "--steps",
    type=int,
    help="Number of sampling steps: more are slower and finer.  [default: the model's]",
)
_GUIDANCE = click.option(
    "--guidance",
    type=float,
    help="How strongly to follow the prompt; 1 is off. With tabletop it has no effect in edits with"
    " --strength below 0.44.  [default: the model's]",
)
_QUALITY = click.option(
    "--quality",
    type=click.Choice(QUALITIES),
    help="`draft` makes a rougher result in about half the time, with models of 30 steps or more:"
    " the network does not run where its output hardly changes.  [default: full]",
)
_NEGATIVE = click.option(
    "--negative",
    help="What the result should not show. It has no effect where --guidance has none.",
)
_STYLE = click.option(
    "--style",
    metavar="NAME",
    help="A style: film_noir, black_and_white, pencil, oil, pixel_art or neon. Other words are"
    " added to the prompt, and named if the model does not know them.",
)
_COUNT = click.option(
    "-n",
    "--n",
    "count",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="Number of results, with the seeds SEED, SEED+1, ...",
)
_MODEL = click.option(
    "--model", help="Name of the model, or a model directory.  [default: tabletop]"
)
_LORA = click.option(
    "--lora",
    "loras",
    metavar="NAME[:WEIGHT]",
    multiple=True,
    help="A LoRA that changes the model: its name in the folder of LoRAs, or a .safetensors file,"
    " and how strongly it counts (1 if left out). Repeatable.",
)
_FAST = click.option(
    "--fast/--no-fast",
    default=None,
    help="Use the LoRA by which the model samples in 3 or 4 steps and without guidance: 15 to 30"
    " times as fast for open models, with less motion (sorairo models pull wan2.2-5b-fast). "
    " [default: only the shipped model, without --steps, --guidance, --quality, --negative and"
    " --lora]",
)
_LATENTS = click.option(
    "--keep-latents",
    is_flag=True,
    default=None,
    help="Also write the latents of the clip, so that extending it is faster and exact.",
)
_SHEET = click.option(
    "--contact-sheet", is_flag=True, help="Also write a picture of several frames."
)
_GIF = click.option("--gif", is_flag=True, help="Also write an animated GIF, small enough to send.")
_GIF_SIZE = click.option(
    "--gif-size",
    type=click.IntRange(16, 2048),
    default=256,
    show_default=True,
    help="Longer side of that GIF in pixels, at most that of the result.",
)
_GIF_FPS = click.option(
    "--gif-fps",
    type=FiniteRange(1, 50),
    default=12.0,
    show_default=True,
    help="Frames per second of that GIF, at most those of the result.",
)
_JSON = click.option(
    "--json", "as_json", is_flag=True, help="Print a JSON object for each result, not its paths."
)
_DRY_RUN = click.option(
    "--dry-run",
    is_flag=True,
    help="Make nothing: print what would be made, its memory, time and file names.",
)
_OPEN = click.option("--open", "show", is_flag=True, help="Open the results in their programs.")
_QUIET = click.option(
    "-q", "--quiet", is_flag=True, help="Print no progress, notes or warnings, only results."
)
DEVICE = click.option(
    "--device", help="Device to run on: cpu, cuda, mps.  [default: cuda if there is one, else cpu]"
)
OFFLOAD = click.option(
    "--offload/--no-offload",
    default=None,
    help="Keep the weights of a large model in the host's memory and copy them to the GPU block by"
    " block.  [default: as many as do not fit there]",
)
WEIGHTS = click.option(
    "--weights",
    type=click.Choice(["int8", "fp8", "int8+text", "fp8+text"]),
    help="Round the weights of a large model to this format when they are loaded, with +text also"
    " those of its text encoder, to int8: half the memory, a little less exact.  [default: as they"
    " are stored]",
)

_REWRITE = click.option(
    "--rewrite/--no-rewrite",
    default=None,
    help="Put the prompt in words that the model was trained on, and say how it is read."
    "  [default: rewrite]",
)
_VARY = click.option(
    "--vary/--no-vary",
    default=None,
    help="Draw size, direction, floor and light from the seed where a prompt without pictures"
    " leaves them open.  [default: vary]",
)

EXPAND = (
    click.option("--expand", is_flag=True, help="Add details that the prompt leaves open."),
    click.option(
        "--expand-url",
        metavar="URL",
        help="Expand the prompt with the chat model at this OpenAI-compatible API; its key is read"
        " from SORAIRO_EXPAND_KEY.  [default: SORAIRO_EXPAND_URL, else built-in rules]",
    ),
    click.option(
        "--expand-model",
        metavar="NAME",
        help="Name of that chat model.  [default: SORAIRO_EXPAND_MODEL]",
    ),
)

_SAID = (_DRY_RUN, _OPEN, _QUIET)
_PLACE = (DEVICE, OFFLOAD, WEIGHTS)
PICTURE_RESULT = (_OUTPUT, _COUNT, _SHEET, _JSON, *_SAID, *_PLACE)
RESULT = (_OUTPUT, _COUNT, _SHEET, _GIF, _GIF_SIZE, _GIF_FPS, _JSON, *_SAID, *_PLACE)
SAMPLING = (
    *(_SEED, _STEPS, _GUIDANCE, _QUALITY, _NEGATIVE, _STYLE),
    *(_REWRITE, _VARY, _MODEL, _LORA, _FAST),
)
CLIP = (_FPS, _LATENTS)
