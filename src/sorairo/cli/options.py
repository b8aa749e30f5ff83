"""Decorators that add the shared options to a command, which gets their values as `common`."""

from __future__ import annotations

import functools
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sorairo.cli.prompt_expansion import Expander
from sorairo.cli.shared_options import (
    CLIP,
    EXPAND,
    NATIVE,
    PICTURE_RESULT,
    PICTURE_SIZE,
    RESULT,
    SAMPLING,
    SIZE,
)
from sorairo.config import to_json
from sorairo.generation.requests.limits import (
    Limits,
    Size,
    check_shape,
    limits_of,
    parse_size,
    size_within,
)

if TYPE_CHECKING:
    from sorairo.models.hub import ModelDirectory


@dataclass(frozen=True, kw_only=True)
class CommonOptions:
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
    gif_side: int = 256
    """Pixels of the GIF's longer side, at most."""
    gif_fps: float = 12.0
    """Frames a second of the GIF, at most."""
    dry_run: bool = False
    """Whether to print what would be made, and make nothing."""
    show: bool = False
    """Whether to open the results."""
    seed_drawn: bool = False
    """Whether the seed in `fields` is a new one, because none was set."""
    device: str | None
    """The torch device; None: a GPU if there is one."""
    offload: bool | None = None
    """Whether weights rest in host memory; None: those that do not fit on the device."""
    fast: bool | None = None
    """Whether the model's LoRA for few steps is used; None: as it is usual for the model (see
    `with_fast`)."""
    weights: str | None = None
    """The format that weights are rounded to; None: as they are stored."""
    expander: Expander | None = None
    """Expands the prompts; None: they are used as they are."""
    size: str | None = None
    """What --size says, until `with_size` has read it."""

    @functools.cached_property
    def model(self) -> ModelDirectory:
        """The model to use. Raises UnknownNameError and ModelError."""
        from sorairo.models import hub

        return hub.info_for_clips(self.fields.get("model", "tabletop"))

    @property
    def placed(self) -> dict[str, Any]:
        """Where the model is loaded to, for `engine.load`."""
        return {"device": self.device, "offload": self.offload, "weights": self.weights}

    @property
    def stated(self) -> dict[str, Any]:
        """The fields without a seed that was drawn."""
        drawn = ("seed",) if self.seed_drawn else ()
        return {name: value for name, value in self.fields.items() if name not in drawn}

    @property
    def limits(self) -> Limits:
        """The limits of requests to the model."""
        return limits_of(to_json(self.model.facts), self.model.digest)


def size_of_words(text: str, common: CommonOptions) -> Size:
    """The (width, height) of "1280x720", "512", "720p" or "16:9", a shape within the model's
    default size. Raises RequestError."""
    shape = re.fullmatch(r"\s*(\d{1,3})\s*:\s*(\d{1,3})\s*", text)
    if not shape or not int(shape[1]) or not int(shape[2]):
        return named_size(text)
    box = common.model.delivery.size or common.limits.native_size
    check_shape(int(shape[1]), int(shape[2]), common.limits, f"The shape {text}")
    return size_within(int(shape[1]), int(shape[2]), box, common.limits)


def named_size(text: str) -> Size:
    """The (width, height) of "1280x720", "512" or "720p". Raises RequestError."""
    found = re.fullmatch(r"\s*(\d{1,5})\s*([pP]?)\s*", text)
    if not found:
        return parse_size(text)
    lines = int(found[1])
    return (round(lines * 16 / 9 / 2) * 2 if found[2] else lines, lines)


def not_none(**fields: Any) -> dict[str, Any]:
    """The fields that are not None; the others keep the defaults of the request."""
    return {name: value for name, value in fields.items() if value is not None}


_OTHER_OPTIONS = (
    "output",
    "count",
    "contact_sheet",
    "gif",
    "gif_size",
    "gif_fps",
    "as_json",
    "dry_run",
    "show",
    "device",
    "offload",
    "weights",
    "fast",
)
_SEEDS = 1_000_000  # drawn ones have six digits at most: they are part of file names
_REQUEST_FIELDS = (
    *("seed", "steps", "guidance", "negative", "style", "model", "fps", "keep_latents"),
    *("rewrite", "vary", "loras", "quality"),
)

Command = Callable[..., None]


def common_options(command: Command) -> Command:
    """Add the options of all commands that make clips; the command gets them as `common`."""
    return _with(command, (SIZE, *SAMPLING, *CLIP, *RESULT))


def remix_options(command: Command) -> Command:
    """Those, where a given file says more of the model or of how to sample: the command calls
    `with_fast` and `with_size`."""
    return _with(command, (SIZE, *SAMPLING, *EXPAND, *CLIP, *RESULT), knows_model=False)


def text_options(command: Command) -> Command:
    """Add the same options and those that expand the prompt."""
    return _with(command, (SIZE, *SAMPLING, *EXPAND, *CLIP, *RESULT))


def picture_options(command: Command) -> Command:
    """Add the options of commands that make a picture from a prompt."""
    return _with(command, (PICTURE_SIZE, *SAMPLING, *EXPAND, *PICTURE_RESULT))


def with_fast(
    common: CommonOptions,
    loras: tuple[str, ...] | None = None,
    said: Mapping[str, Any] = {},
) -> CommonOptions:
    """The options with the LoRA for few steps before other LoRAs, if `--fast` is given or usual for
    the model. `loras` are those of a request that is repeated, and `said` are fields about sampling
    that it has beside the options. Raises ModelError where the model has none."""
    from sorairo.models.lora.fast import chosen_loras

    limits, fields = common.limits, {**said, **common.fields}
    found = chosen_loras(limits.model, limits.default_loras, common.fast, fields, loras)
    return replace(common, fields={**common.fields, **found})


def with_size(common: CommonOptions) -> CommonOptions:
    """The options with the width and height that --size says. Raises RequestError."""
    if common.size is None:
        return common
    width, height = size_of_words(common.size, common)
    fields = {**common.fields, "width": width, "height": height}
    return replace(common, size=None, fields=fields)


def _with(
    command: Command, options: tuple[Callable[[Any], Any], ...], *, knows_model: bool = True
) -> Command:
    @functools.wraps(command)
    def run(**values: Any) -> None:
        values.pop("quiet", None)  # `console` looks it up
        rest = {name: values.pop(name) for name in _OTHER_OPTIONS if name in values}
        rest["gif_side"] = rest.pop("gif_size", 256)
        rest.setdefault("gif", False)
        native = frozenset(name for name in ("size", "fps") if values.get(name) == NATIVE)
        values |= dict.fromkeys(native)
        size = values.pop("size", None)
        fields = {name: values.pop(name) for name in _REQUEST_FIELDS if name in values}
        fields["loras"] = tuple(fields.get("loras") or ()) or None
        rest["seed_drawn"] = fields["seed"] is None
        if fields["seed"] is None:
            fields["seed"] = secrets.randbelow(_SEEDS)
        common = CommonOptions(
            fields=not_none(**fields), native=native, size=size, expander=_expander(values), **rest
        )
        if knows_model:
            common = with_size(with_fast(common))
        command(**values, common=common)

    for option in reversed(options):
        run = option(run)
    return run


def _expander(values: dict[str, Any]) -> Expander | None:
    """The expander for the --expand options, which are removed from `values`."""
    names = ("expand", "expand_url", "expand_model")
    expand, url, model = (values.pop(name, None) for name in names)
    if model is not None and url is None and not os.environ.get("SORAIRO_EXPAND_URL"):
        raise click.UsageError("--expand-model needs --expand-url, the address of the chat model.")
    return Expander(**not_none(url=url, model=model)) if expand or url or model else None
