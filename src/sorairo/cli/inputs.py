"""Pictures and clips that are given, read and told apart before anything slow begins."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sorairo.cli.options import Common
from sorairo.cli.size_defaults import as_usual
from sorairo.errors import MediaError, RequestError
from sorairo.generation.requests.base import InputFile, Request

if TYPE_CHECKING:
    from sorairo.video.clip import Clip

Kind = TypeVar("Kind", bound=Request)


@dataclass(frozen=True, kw_only=True)
class Input:
    """A file that was given. `request` is what it was made from, if sorairo made it."""

    path: Path
    clip: Clip
    source: InputFile
    request: Request | None

    @property
    def scene(self) -> str:
        """What it shows last, as far as it says itself, with the style that it is in."""
        if self.request is None:
            return ""
        return self.request.reworded(self.request.scene).text


def read_inputs(kind: type[Request], *paths: Path) -> list[Input]:
    """The files for a request of a kind. Raises MediaError."""
    return [read_input(path, max_side=kind.largest_given) for path in paths]


def read_input(path: Path, *, max_side: int | None = None) -> Input:
    """Raises MediaError for a file that is not there or cannot be read."""
    from sorairo.generation.requests.metadata import request_of
    from sorairo.video import Clip
    from sorairo.video.latent_sidecar import load_latents

    clip = Clip.load(path, max_side=max_side)
    clip = dataclasses.replace(clip, latents=load_latents(path))
    return Input(path=path, clip=clip, source=source_of(path), request=request_of(clip))


def source_of(path: Path) -> InputFile:
    from sorairo.video.latent_sidecar import file_digest

    try:
        return InputFile(name=path.name, sha256=file_digest(path))
    except OSError as error:
        raise MediaError(f"Cannot read {path}: {error.strerror}.") from error


def complete(request: Kind, inputs: Sequence[Input], prompt: str | None, common: Common) -> Kind:
    """The request with its inputs, and with what was not asked for: a size and a rate, and where
    `prompt` is None the prompt and the style of the first of them."""
    changes: dict[str, Any] = {"inputs": tuple(each.source for each in inputs)}
    if prompt is None and inputs[0].request is not None:
        changes["prompt"] = inputs[0].request.scene
        changes["style"] = request.style or inputs[0].request.style
    request = dataclasses.replace(request, **changes)
    return as_usual(request, [each.clip for each in inputs], common)


def find_again(sources: Sequence[InputFile], made: Path, elsewhere: Sequence[Path]) -> list[Path]:
    """Where the inputs of a clip are now: among the files named, beside the clip `made`, or here.

    Raises RequestError for one that is gone or has changed.
    """
    named = {source_of(path).sha256: path for path in elsewhere}
    return [named.get(each.sha256) or _beside(each, made) for each in sources]


def _beside(source: InputFile, made: Path) -> Path:
    name = Path(source.name).name  # a comment that someone wrote may hold a path
    places = [path for path in (made.parent / name, Path(name)) if path.is_file()]
    for path in places:
        if source_of(path).sha256 == source.sha256:
            return path
    if places:
        raise RequestError(
            f"{places[0]} is not what {made} was made from: it has changed since; name the old one"
            " with --input."
        )
    raise RequestError(
        f"{made} was made from {name}, which is gone: put it beside the clip, or name it with"
        " --input."
    )
