"""The paths of results, chosen and checked before the model is loaded."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from sorairo.errors import MediaError
from sorairo.generation.output.output_files import OutputFiles

CLIP_SUFFIXES = (".mp4", ".gif", ".png")
SLUG_LENGTH = 48  # characters; three bytes each in Chinese, and file names end at 255 bytes


def plan_outputs(
    output: Path | None,
    prompt: str,
    seeds: list[int],
    *,
    suffix: str = ".mp4",
    gif: bool = False,
    sheet: bool = False,
    latents: bool = False,
) -> list[OutputFiles]:
    """The files for each seed. Raises MediaError if one of them could not be written.

    `output` is overwritten, and numbered (-1, -2, ...) if there are several seeds. Without it, the
    name is made from the prompt and the seed and ends in `suffix`; existing files are kept.
    """
    if output is not None:
        check_suffix(output)
        check_writable(output)
    plans = []
    extras = {"gif": gif, "sheet": sheet, "latents": latents}
    for index, seed in enumerate(seeds, start=1):
        if output is None:
            plan = _free(Path(f"{slug(prompt)}-seed{seed}{suffix}"), **extras)
        else:
            name = output if len(seeds) == 1 else output.with_stem(f"{output.stem}-{index}")
            plan = _beside(name, **extras)
        for path in plan.paths:
            check_writable(path)
        plans.append(plan)
    return plans


def slug(text: str) -> str:
    """The letters and digits of `text`, of any script, joined by hyphens."""
    words = re.findall(r"[^\W_]+", text.lower())
    short = "-".join(words)[:SLUG_LENGTH].rstrip("-")
    return short or "clip"


def check_suffix(path: Path) -> None:
    """Raises MediaError for a file name whose suffix is no format that can be written."""
    if path.suffix.lower() not in CLIP_SUFFIXES and not path.is_dir():
        raise MediaError(f"Cannot write {path}: end its name in .mp4, .gif or .png (one frame).")


def check_writable(path: Path) -> None:
    """Raises MediaError if no file of that name can be created; tries it."""
    try:
        if path.is_dir():
            example = path / "clip.mp4"
            raise MediaError(f"{path} is a folder: name a file in it, for example {example}.")
        if not path.parent.exists():
            raise MediaError(f"There is no folder {path.parent}: create it first.")
        if not path.parent.is_dir():
            raise MediaError(f"{path.parent} is a file, not a folder: choose another place.")
        with tempfile.TemporaryFile(dir=path.parent):
            pass
        path.exists()  # a name that is too long fails here
    except OSError as error:
        reason = error.strerror or str(error)
        raise MediaError(f"Cannot write {path}: {reason}; choose another place.") from error


def _beside(clip: Path, *, gif: bool, sheet: bool, latents: bool) -> OutputFiles:
    from sorairo.video.latent_sidecar import SUFFIX

    return OutputFiles(
        clip=clip,
        gif=clip.with_suffix(".gif") if gif and clip.suffix.lower() != ".gif" else None,
        sheet=clip.with_name(f"{clip.stem}-sheet.png") if sheet else None,
        latents=clip.with_name(clip.name + SUFFIX) if latents else None,
    )


def _free(clip: Path, **extras: bool) -> OutputFiles:
    stem, number = clip.stem, 1
    while True:
        plan = _beside(clip, **extras)
        if not any(path.exists() for path in plan.paths):
            return plan
        number += 1
        clip = clip.with_stem(f"{stem}-{number}")
