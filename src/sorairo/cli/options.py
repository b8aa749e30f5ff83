"""Options that all commands share, and what they come to."""

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
    """What was asked of every command: `asked` are fields of a request, only those that were given;
    `native` names what is to be the model's own ("size", "fps"); the rest is about files, machines
    and how results are told."""

    asked: dict[str, Any]
    native: frozenset[str] = frozenset()
    output: Path | None
    count: int
    contact_sheet: bool
    gif: bool
    as_json: bool
    device: str | None
    expander: Expander | None = None

    @functools.cached_property
    def model(self) -> ModelDirectory:
        """Raises UnknownNameError and ModelError."""
        from sorairo.models import hub

        return hub.info(hub.find(self.asked.get("model", "tabletop")))

    @property
    def limits(self) -> Limits:
        return limits_of(self.model.record["config"])


def given(**fields: Any) -> dict[str, Any]:
    """The fields that are not None: a request's own defaults stand for the others."""
    return {name: value for name, value in fields.items() if value is not None}


NATIVE = "native"  # the model's own size or rate, for --size and --fps


class _Rate(click.ParamType):
    """A number, or the word native."""

    name = "float"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | str:
        return NATIVE if value == NATIVE else click.FLOAT.convert(value, param, ctx)


_USUAL = DeliveryDefaults()  # of models that do not say otherwise

_OUTPUT = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="File to write: .mp4, .gif or, for one frame, .png.  [default: from prompt and seed]",
)
_SIZE = click.option(
    "--size",
    metavar="WxH",
    help="Width x height in pixels, 64 to 2048, or `native`: as the model paints it."
    f"  [default: of a given clip its own, else {'x'.join(map(str, _USUAL.size or ()))}]",
)
_PICTURE_SIZE = click.option(
    "--size",
    metavar="WxH",
    help="Width x height in pixels, 64 to 2048, or `native`.  [default: 512x512]",
)
_FPS = click.option(
    "--fps",
    type=_Rate(),
    help="Frames a second, 1 to 60, or `native`."
    f"  [default: of a given clip its own, else {_USUAL.fps:g}]",
)
_SEED = click.option("--seed", type=int, help="Same seed, same clip.  [default: 0]")
_STEPS = click.option("--steps", type=int, help="Sampling steps: more is slower and finer.")
_GUIDANCE = click.option(
    "--guidance",
    type=float,
    help="How closely to follow the prompt; 1 is off. It counts, as --negative does, where there is"
    " much noise yet: with tabletop not in an edit of a strength below 0.44.",
)
_NEGATIVE = click.option("--negative", help="What the clip should not look like.")
_STYLE = click.option(
    "--style",
    metavar="NAME",
    help="film_noir, black_and_white, pencil, oil, pixel_art, neon, or any words.",
)
_COUNT = click.option(
    "-n",
    "--n",
    "count",
    type=click.IntRange(1, 1000),
    default=1,
    help="Results to make, with the seeds SEED, SEED+1, ...",
)
_MODEL = click.option("--model", help="A name or a model directory.  [default: tabletop]")
_LATENTS = click.option(
    "--keep-latents",
    is_flag=True,
    default=None,
    help="Also write what makes a later `extend` quicker and exact.",
)
_SHEET = click.option("--contact-sheet", is_flag=True, help="Also write a picture of the frames.")
_GIF = click.option("--gif", is_flag=True, help="Also write an animated GIF.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each result.")
_DEVICE = click.option("--device", help="cpu, cuda, ...  [default: a GPU if there is one]")

_EXPAND = (
    click.option("--expand", is_flag=True, help="Fill in what PROMPT leaves open."),
    click.option(
        "--expand-url",
        metavar="URL",
        help="Let a chat model do that, behind this OpenAI-compatible API; its key is in"
        " the variable SORAIRO_EXPAND_KEY.  [default: SORAIRO_EXPAND_URL, else by rules]",
    ),
    click.option(
        "--expand-model", metavar="NAME", help="Its name.  [default: SORAIRO_EXPAND_MODEL]"
    ),
)

_RESULT = (_OUTPUT, _COUNT, _SHEET, _GIF, _JSON, _DEVICE)
_SAMPLING = (_SEED, _STEPS, _GUIDANCE, _NEGATIVE, _STYLE, _MODEL)
_CLIP = (_FPS, _LATENTS)

_NOT_ASKED = ("output", "count", "contact_sheet", "gif", "as_json", "device")
_ASKED = ("seed", "steps", "guidance", "negative", "style", "model", "fps", "keep_latents")

Command = Callable[..., None]


def common_options(command: Command) -> Command:
    """The options of all commands that make clips; the command takes them as one `common`."""
    return _with(command, (_SIZE, *_SAMPLING, *_CLIP, *_RESULT))


def text_options(command: Command) -> Command:
    """The same, for what is made from a prompt alone."""
    return _with(command, (_SIZE, *_SAMPLING, *_EXPAND, *_CLIP, *_RESULT))


def picture_options(command: Command) -> Command:
    """The options of commands that make pictures from a prompt."""
    return _with(command, (_PICTURE_SIZE, *_SAMPLING, *_EXPAND, *_RESULT))


def _with(command: Command, options: tuple[Callable[[Any], Any], ...]) -> Command:
    @functools.wraps(command)
    def run(**values: Any) -> None:
        rest = {name: values.pop(name) for name in _NOT_ASKED if name in values}
        native = frozenset(name for name in ("size", "fps") if values.get(name) == NATIVE)
        values |= dict.fromkeys(native)
        size = values.pop("size", None)
        width, height = parse_size(size) if size is not None else (None, None)
        asked = {name: values.pop(name) for name in _ASKED if name in values}
        asked = given(**asked, width=width, height=height)
        expander = _expander(values)
        command(**values, common=Common(asked=asked, native=native, expander=expander, **rest))

    for option in reversed(options):
        run = option(run)
    return run


def _expander(values: dict[str, Any]) -> Expander | None:
    """How prompts are filled in; takes its options out of `values`."""
    names = ("expand", "expand_url", "expand_model")
    expand, url, model = (values.pop(name, None) for name in names)
    if model is not None and url is None and not os.environ.get("SORAIRO_EXPAND_URL"):
        raise click.UsageError("Say where the chat model is: --expand-model needs --expand-url.")
    return Expander(**given(url=url, model=model)) if expand or url or model else None
