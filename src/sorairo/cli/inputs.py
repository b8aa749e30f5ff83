"""Input pictures and clips, read and identified before the model is loaded."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sorairo.cli.options import CommonOptions
from sorairo.cli.size_defaults import with_size_and_rate
from sorairo.errors import MediaError, RequestError
from sorairo.generation.requests.base import InputFile, Request

if TYPE_CHECKING:
    from sorairo.video.clip import Clip

Kind = TypeVar("Kind", bound=Request)


@dataclass(frozen=True, kw_only=True)
class Input:
    """An input file that has been read."""

    path: Path
    clip: Clip
    source: InputFile
    """Its name and digest, as a request records them."""
    request: Request | None
    """The request that is stored in it, if sorairo made it."""

    @property
    def scene(self) -> str:
        """The prompt, with its style, for what the file shows at its end; "" if none is stored."""
        if self.request is None:
            return ""
        return self.request.reworded(self.request.scene).text


def read_inputs(kind: type[Request], *paths: Path) -> list[Input]:
    """Read the input files of a request of type `kind`. Raises MediaError."""
    return [read_input(path, max_side=kind.largest_given) for path in paths]


def read_input(path: Path, *, max_side: int | None = None, seconds: float | None = None) -> Input:
    """Read an input file, or its first `seconds`, and the latents beside it. Raises MediaError."""
    from sorairo.generation.requests.metadata import request_of
    from sorairo.video import Clip
    from sorairo.video.input_files import on_disk
    from sorairo.video.latent_sidecar import load_latents

    with on_disk(path) as file:
        clip = Clip.load(file, max_side=max_side, end=seconds)
        if seconds is None:  # they are of both ends
            clip = dataclasses.replace(clip, latents=load_latents(file))
        return Input(path=path, clip=clip, source=source_of(file), request=request_of(clip))


def source_of(path: Path) -> InputFile:
    """The name and digest of a file. Raises MediaError."""
    from sorairo.video.input_files import check_regular
    from sorairo.video.latent_sidecar import file_digest

    check_regular(path)
    try:
        name = os.fsencode(path.name).decode("utf-8", "replace")  # it becomes part of a comment
        return InputFile(name=name, sha256=file_digest(path))
    except OSError as error:
        raise MediaError(f"Cannot read {path}: {error.strerror}.") from error


def with_inputs(
    request: Kind, inputs: Sequence[Input], prompt: str | None, common: CommonOptions
) -> Kind:
    """The request with its inputs, a size and a frame rate. If `prompt` is None, it gets the prompt
    and the style that are stored in the first input."""
    changes: dict[str, Any] = {"inputs": tuple(each.source for each in inputs)}
    if prompt is None and inputs[0].request is not None:
        changes["prompt"] = inputs[0].request.scene
        changes["style"] = request.style or inputs[0].request.style
    request = dataclasses.replace(request, **changes)
    return with_size_and_rate(request, [each.clip for each in inputs], common)


def locate_inputs(
    sources: Sequence[InputFile], made: Path, elsewhere: Sequence[Path]
) -> list[Path]:
    """The files that the clip `made` was made from, searched for among those of `elsewhere`, beside
    the clip and in the current folder.

    A clip that was given in Python, in memory, has no digest: the first of `elsewhere` that has
    none of the others stands for it. Raises RequestError for one that is missing or has changed,
    and for a file of `elsewhere` that the clip was not made from.
    """
    named = {source_of(path).sha256: path for path in elsewhere}
    digests = {each.sha256 for each in sources}
    others = [path for digest, path in named.items() if digest not in digests]
    found = []
    for each in sources:
        path = named.get(each.sha256)
        if not each.sha256:
            path = others.pop(0) if others else None
        found.append(path or _beside(each, made))
    if others:
        names = ", ".join(Path(each.name).name for each in sources) or "a prompt alone"
        raise RequestError(
            f"{others[0]} is not what {made} was made from ({names}), or has changed since: name"
            " the original file with --input, or leave it out."
        )
    return found


def _beside(source: InputFile, made: Path) -> Path:
    name = Path(source.name).name  # the clip's comment is untrusted and may hold a path
    places = [path for path in (made.parent / name, Path(name)) if os.path.isfile(path)]
    for path in places:
        if source_of(path).sha256 == source.sha256:
            return path
    if places:
        raise RequestError(
            f"{places[0]} has changed since {made} was made from it: name the original file with"
            " --input."
        )
    place = "put it beside the clip, or name it" if source.sha256 else "name its file"
    raise RequestError(f"{made} was made from {name}, which cannot be found: {place} with --input.")
