"""From a result to its files: the one place where clips leave the program.

The command line and the worker both write their results here, so whatever has to happen to every
clip that leaves (marking, signing) belongs here. No torch.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from sorairo.errors import NameTakenError
from sorairo.generation.output.output_files import OutputFiles
from sorairo.video import Clip
from sorairo.video.atomic_write import whole_file
from sorairo.video.latent_sidecar import save_latents
from sorairo.video.resampling import at_fps

if TYPE_CHECKING:
    from sorairo.generation.requests.base import Request

SPRITES = 16  # frames of a spritesheet, at least, if the clip has as many
THUMBNAIL_SIDE = 512  # pixels of the longer side, at most
QUALITY = 85  # of lossy pictures, 0 to 100


def export(
    clip: Clip,
    request: Request,
    files: OutputFiles,
    *,
    model_digest: str,
    overwrite: bool = True,
    gif_side: int = 256,
    gif_fps: float = 12.0,
) -> None:
    """Writes the files of a clip that was made for `request` by the model with this digest.

    The request travels in the clip's `comment`, as JSON. Each file appears whole or not at all.
    The GIF has at most `gif_side` pixels on its longer side and `gif_fps` frames a second. Raises
    MediaError and WriteError. Without `overwrite` it raises NameTakenError where one of the
    files exists, and then leaves none of its own.
    """
    comment = request.to_comment(model_digest=model_digest)
    clip = replace(clip, metadata={"comment": comment})
    with _all_or_none() as written:
        written.append(clip.save(files.clip, overwrite=overwrite))
        if files.latents and clip.latents:
            save_latents(clip.latents, files.clip)
            written.append(files.latents)
        if files.gif:
            small = _small(clip, gif_side, gif_fps)
            written.append(small.save(files.gif, overwrite=overwrite))
        if files.sheet:
            with whole_file(files.sheet, overwrite=overwrite) as temporary:
                clip.contact_sheet().save(temporary, format="PNG")
    if files.thumbnail:
        save_thumbnail(clip, files.thumbnail)
    if files.spritesheet:
        save_spritesheet(clip, files.spritesheet)


def _small(clip: Clip, side: int, fps: float) -> Clip:
    """The clip with at most that many pixels and frames a second."""
    scale = side / max(clip.width, clip.height)
    if scale < 1:
        width, height = (max(1, round(each * scale)) for each in (clip.width, clip.height))
        clip = clip.resize(width, height)
    return at_fps(clip, min(fps, clip.fps))


@contextmanager
def _all_or_none() -> Iterator[list[Path]]:
    """A list of the files that have been written: removed if the name of another is taken."""
    written: list[Path] = []
    try:
        yield written
    except NameTakenError:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def save_thumbnail(clip: Clip, path: Path) -> None:
    """Writes the first frame, small, in the format of the suffix."""
    first = Image.fromarray(clip.frames[0])
    first.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    with whole_file(path) as temporary:
        first.save(temporary, quality=QUALITY)


def save_spritesheet(clip: Clip, path: Path) -> None:
    """Writes some of the frames in one picture, in the format of the suffix."""
    sheet = clip.contact_sheet(every=max(1, clip.num_frames // SPRITES))
    with whole_file(path) as temporary:
        sheet.convert("RGB").save(temporary, quality=QUALITY)
