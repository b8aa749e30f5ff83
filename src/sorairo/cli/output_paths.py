"""The paths of results: chosen, checked and reserved before the model is loaded."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sorairo.cli.path_checks import check_inputs_kept, check_suffix, check_writable
from sorairo.cli.reservations import Reservations
from sorairo.errors import MediaError
from sorairo.generation.output.output_files import OutputFiles

SLUG_LENGTH = 48  # characters; four bytes each at most, and file names end at 255 bytes


@dataclass(frozen=True, kw_only=True)
class Extras:
    """Which files are written beside each clip."""

    gif: bool = False
    sheet: bool = False
    latents: bool = False

    def beside(self, clip: Path) -> OutputFiles:
        """The files of a result whose clip has that path."""
        from sorairo.video.latent_sidecar import SUFFIX

        return OutputFiles(
            clip=clip,
            gif=clip.with_suffix(".gif") if self.gif and clip.suffix.lower() != ".gif" else None,
            sheet=clip.with_name(f"{clip.stem}-sheet.png") if self.sheet else None,
            latents=clip.with_name(clip.name + SUFFIX) if self.latents else None,
        )


@dataclass(frozen=True, kw_only=True)
class PlannedOutputs:
    """The files of the results of one command, reserved against other commands."""

    files: list[OutputFiles]
    """Those of each result."""
    overwrite: bool
    """Whether the user named them: then files that exist are overwritten."""
    _prompt: str
    _suffix: str
    _extras: Extras
    _reservations: Reservations

    def renamed(self, seed: int) -> OutputFiles:
        """Other names for the result of a seed, where a file has taken those that were planned."""
        return _free(self._prompt, seed, self._suffix, self._extras, self._reservations)


@contextmanager
def planned_outputs(
    output: Path | None,
    prompt: str,
    seeds: Sequence[int],
    *,
    suffix: str = ".mp4",
    extras: Extras = Extras(),
    inputs: Sequence[Path] = (),
) -> Iterator[PlannedOutputs]:
    """The files for each seed, reserved until the block ends.

    `output` is overwritten, and numbered (-1, -2, ...) if there are several seeds. Without it, the
    name is made from the prompt and the seed and ends in `suffix`; existing files are kept. Raises
    MediaError if a file could not be written, is one of the `inputs`, or is being written by
    another command.
    """
    with Reservations() as reservations:
        if output is None:
            name = partial(_free, suffix=suffix, extras=extras, reservations=reservations)
            files = [name(prompt, seed) for seed in seeds]
        else:
            files = [extras.beside(each) for each in _numbered(output, len(seeds))]
            for path in [path for each in files for path in each.paths]:
                if not reservations.take(path):
                    raise MediaError(
                        f"{path} is being written by another sorairo command: wait for it, or"
                        " choose another name."
                    )
            check_outputs(output, len(seeds), extras, inputs)
        yield PlannedOutputs(
            files=files,
            overwrite=output is not None,
            _prompt=prompt,
            _suffix=suffix,
            _extras=extras,
            _reservations=reservations,
        )


def check_outputs(output: Path, count: int, extras: Extras, inputs: Sequence[Path]) -> None:
    """Raises MediaError if one of the files of `count` results could not be written, or is one of
    the `inputs`."""
    check_suffix(output)
    if count > 1:
        check_writable(output)
    paths = [path for each in _numbered(output, count) for path in extras.beside(each).paths]
    for path in paths:
        check_writable(path)
    check_inputs_kept(paths, inputs)


def slug(text: str) -> str:
    """The letters and digits of `text`, of any script, joined by hyphens; those that the file
    system can store."""
    words = re.findall(r"[^\W_]+", text.lower())
    short = "-".join(words)[:SLUG_LENGTH].rstrip("-")
    try:
        os.fsencode(short)
    except UnicodeEncodeError:
        return slug(short.encode("ascii", "replace").decode())
    return short or "clip"


def _numbered(output: Path, count: int) -> list[Path]:
    if count == 1:
        return [output]
    return [output.with_stem(f"{output.stem}-{index}") for index in range(1, count + 1)]


def _free(
    prompt: str, seed: int, suffix: str, extras: Extras, reservations: Reservations
) -> OutputFiles:
    """Files that do not exist, and that no other command writes."""
    name, number = f"{slug(prompt)}-seed{seed}", 1
    while True:
        files = extras.beside(Path(f"{name if number == 1 else f'{name}-{number}'}{suffix}"))
        free = not any(os.path.lexists(path) for path in files.paths)
        if free and reservations.take_all(files.paths):
            for path in files.paths:
                check_writable(path)
            return files
        number += 1
