"""A file of latents beside a clip, with which the clip is extended without encoding it again."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sorairo.errors import MediaError
from sorairo.video.atomic_write import whole_file

SUFFIX = ".latents.safetensors"


@dataclass(frozen=True, kw_only=True, eq=False)
class Latents:
    """The latents of a clip's beginning and end."""

    model: str
    """The digest of the model that they belong to."""
    head: np.ndarray | None = None
    """Latent frames that begin with the clip's first frame, float16 [c, g, h, w]; None: unknown."""
    tail: np.ndarray | None = None
    """Latent frames that end `spare` frames after the clip's last frame; None: unknown."""
    spare: int = 0
    """How many frames at the end of `tail` are not in the clip."""


def save_latents(latents: Latents, clip: Path) -> Path:
    """Write `latents` beside the file `clip`, which must exist: its digest is stored with them."""
    from safetensors.numpy import save_file

    ends = {"head": latents.head, "tail": latents.tail}
    record = {"model": latents.model, "spare": str(latents.spare), "clip": file_digest(clip)}
    path = clip.with_name(clip.name + SUFFIX)
    with whole_file(path) as temporary:
        arrays = {name: np.ascontiguousarray(end) for name, end in ends.items() if end is not None}
        save_file(arrays, temporary, metadata=record)
    return path


def load_latents(clip: Path) -> Latents | None:
    """The latents beside the file `clip`; None if there are none, or if the clip has changed since.

    Raises MediaError if they cannot be read.
    """
    from safetensors import SafetensorError, safe_open

    path = clip.with_name(clip.name + SUFFIX)
    if not os.path.isfile(path):
        return None
    try:
        with safe_open(path, framework="np") as file:
            record = file.metadata() or {}
            ends = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if record.get("clip") != file_digest(clip):
            return None
        return Latents(model=record["model"], spare=int(record["spare"]), **ends)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise MediaError(
            f"{path} cannot be read as latents: delete it, and the clip is encoded again."
        ) from error


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
