"""Decorators that add the shared options to a command, which gets their values as `common`."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sorairo.cli.prompt_expansion import Expander
from sorairo.cli.shared_options import CLIP, EXPAND, NATIVE, PICTURE_SIZE, RESULT, SAMPLING, SIZE
from sorairo.config import to_json
from sorairo.generation.requests.limits import Limits, limits_of, parse_size

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
        """The limits of requests to the model."""
        return limits_of(to_json(self.model.facts))


def not_none(**fields: Any) -> dict[str, Any]:
    """The fields that are not None; the others keep the defaults of the request."""
    return {name: value for name, value in fields.items() if value is not None}


_OTHER_OPTIONS = ("output", "count", "contact_sheet", "gif", "as_json", "device")
_REQUEST_FIELDS = (
    *("seed", "steps", "guidance", "negative", "style", "model", "fps", "keep_latents"),
    *("rewrite", "vary"),
)

Command = Callable[..., None]


def common_options(command: Command) -> Command:
    """Add the options of all commands that make clips; the command gets them as `common`."""
    return _with(command, (SIZE, *SAMPLING, *CLIP, *RESULT))


def text_options(command: Command) -> Command:
    """Add the same options and those that expand the prompt."""
    return _with(command, (SIZE, *SAMPLING, *EXPAND, *CLIP, *RESULT))


def picture_options(command: Command) -> Command:
    """Add the options of commands that make a picture from a prompt."""
    return _with(command, (PICTURE_SIZE, *SAMPLING, *EXPAND, *RESULT))


def _with(command: Command, options: tuple[Callable[[Any], Any], ...]) -> Command:
    @functools.wraps(command)
    def run(**values: Any) -> None:
        rest = {name: values.pop(name) for name in _OTHER_OPTIONS if name in values}
        native = frozenset(name for name in ("size", "fps") if values.get(name) == NATIVE)
        values |= dict.fromkeys(native)
        size = values.pop("size", None)
        width, height = parse_size(size) if size is not None else (None, None)
        fields = {name: values.pop(name) for name in _REQUEST_FIELDS if name in values}
        fields = not_none(**fields, width=width, height=height)
        expander = _expander(values)
        command(
            **values, common=CommonOptions(fields=fields, native=native, expander=expander, **rest)
        )

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
