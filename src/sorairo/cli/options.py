"""Options that several commands share, and the values they give."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sorairo.cli.prompt_expansion import Expander
from sorairo.generation.requests.limits import Limits, limits_of, parse_size
from sorairo.models.model_info import DeliveryDefaults

if TYPE_CHECKING:
    from sorairo.models.hub import ModelDirectory


@dataclass(frozen=True, kw_only=True)
class Common:
    """The values of the shared options of one command."""

    fields: dict[str, Any]
    """The fields of a request that were set by an option."""
    native: frozenset[str] = frozenset()
    """Which of "size" and "fps" were set to `native`, the model's own."""
    output: Path | None
    """The file to write; None: named after the prompt and the seed."""
    count: int
    """How many results to make."""
    contact_sheet: bool
    """Whether to write a contact sheet as well."""
    gif: bool
    """Whether to write a GIF as well."""
    as_json: bool
    """Whether to print a JSON object for each result in place of its paths."""
    device: str | None
    """The torch device; None: a GPU if there is one."""
    expander: Expander | None = None
    """Expands the prompts; None: they are used as they are."""

    @functools.cached_property
    def model(self) -> ModelDirectory:
        """The model to use. Raises UnknownNameError and ModelError."""
        from sorairo.models import hub

        return hub.info(hub.find(self.fields.get("model", "tabletop")))

    @property
    def limits(self) -> Limits:
        """What the model can be asked for."""
        return limits_of(self.model.record["config"])


def given(**fields: Any) -> dict[str, Any]:
    """The fields that are not None; the others keep the defaults of the request."""
    return {name: value for name, value in fields.items() if value is not None}


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
_SIZE = click.option(
    "--size",
    metavar="WxH",
    help="Width x height in pixels, 64 to 2048 each, or `native` for the model's own size."
    f"  [default: that of the input clip, else {'x'.join(map(str, _DEFAULTS.size or ()))}]",
)
_PICTURE_SIZE = click.option(
    "--size",
    metavar="WxH",
    help="Width x height in pixels, 64 to 2048 each, or `native` for the model's own size."
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
    help="Random seed: the same seed and options give the same result.  [default: 0]",
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
_NEGATIVE = click.option(
    "--negative",
    help="What the result should not show. It has no effect where --guidance has none.",
)
_STYLE = click.option(
    "--style",
    metavar="NAME",
    help="A style: film_noir, black_and_white, pencil, oil, pixel_art or neon. Other words are"
    " added to the prompt.",
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
_LATENTS = click.option(
    "--keep-latents",
    is_flag=True,
    default=None,
    help="Also write the latents of the clip, so that extending it is faster and exact.",
)
_SHEET = click.option(
    "--contact-sheet", is_flag=True, help="Also write a picture of several frames."
)
_GIF = click.option("--gif", is_flag=True, help="Also write an animated GIF.")
_JSON = click.option(
    "--json", "as_json", is_flag=True, help="Print a JSON object for each result, not its paths."
)
_DEVICE = click.option(
    "--device", help="Device to run on: cpu, cuda, ...  [default: a GPU if there is one]"
)

_EXPAND = (
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

_RESULT = (_OUTPUT, _COUNT, _SHEET, _GIF, _JSON, _DEVICE)
_SAMPLING = (_SEED, _STEPS, _GUIDANCE, _NEGATIVE, _STYLE, _MODEL)
_CLIP = (_FPS, _LATENTS)

_OTHER_OPTIONS = ("output", "count", "contact_sheet", "gif", "as_json", "device")
_REQUEST_FIELDS = ("seed", "steps", "guidance", "negative", "style", "model", "fps", "keep_latents")

Command = Callable[..., None]


def common_options(command: Command) -> Command:
    """Add the options of all commands that make clips; the command gets them as `common`."""
    return _with(command, (_SIZE, *_SAMPLING, *_CLIP, *_RESULT))


def text_options(command: Command) -> Command:
    """Add the same options and those that expand the prompt."""
    return _with(command, (_SIZE, *_SAMPLING, *_EXPAND, *_CLIP, *_RESULT))


def picture_options(command: Command) -> Command:
    """Add the options of commands that make a picture from a prompt."""
    return _with(command, (_PICTURE_SIZE, *_SAMPLING, *_EXPAND, *_RESULT))


def _with(command: Command, options: tuple[Callable[[Any], Any], ...]) -> Command:
    @functools.wraps(command)
    def run(**values: Any) -> None:
        rest = {name: values.pop(name) for name in _OTHER_OPTIONS if name in values}
        native = frozenset(name for name in ("size", "fps") if values.get(name) == NATIVE)
        values |= dict.fromkeys(native)
        size = values.pop("size", None)
        width, height = parse_size(size) if size is not None else (None, None)
        fields = {name: values.pop(name) for name in _REQUEST_FIELDS if name in values}
        fields = given(**fields, width=width, height=height)
        expander = _expander(values)
        command(**values, common=Common(fields=fields, native=native, expander=expander, **rest))

    for option in reversed(options):
        run = option(run)
    return run


def _expander(values: dict[str, Any]) -> Expander | None:
    """The expander for the --expand options, which are removed from `values`."""
    names = ("expand", "expand_url", "expand_model")
    expand, url, model = (values.pop(name, None) for name in names)
    if model is not None and url is None and not os.environ.get("SORAIRO_EXPAND_URL"):
        raise click.UsageError("--expand-model needs --expand-url, the address of the chat model.")
    return Expander(**given(url=url, model=model)) if expand or url or model else None
