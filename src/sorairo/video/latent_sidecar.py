"""The latents of a clip's two ends, kept so that it can be extended without being encoded again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sorairo.errors import MediaError
from sorairo.video.atomic_write import whole_file

SUFFIX = ".latents.safetensors"


@dataclass(frozen=True, kw_only=True, eq=False)
class Latents:
    """Whole latent frames [c, g, h, w], float16, of the model with this digest.

    `head` begins with the clip's first frame; `tail` ends with its last one, or `spare` frames
    after it, which are not in the clip. None: that end is not known.
    """

    model: str
    head: np.ndarray | None = None
    tail: np.ndarray | None = None
    spare: int = 0


def save_latents(latents: Latents, clip: Path) -> Path:
    """Writes them beside the clip's file, which must be there: they are tied to its bytes."""
    from safetensors.numpy import save_file

    ends = {"head": latents.head, "tail": latents.tail}
    record = {"model": latents.model, "spare": str(latents.spare), "clip": file_digest(clip)}
    path = clip.with_name(clip.name + SUFFIX)
    with whole_file(path) as temporary:
        arrays = {name: np.ascontiguousarray(end) for name, end in ends.items() if end is not None}
        save_file(arrays, temporary, metadata=record)
    return path


def load_latents(clip: Path) -> Latents | None:
    """Those beside a clip's file; None where there are none or they are of other bytes.

    Raises MediaError for a file that cannot be read.
    """
    from safetensors import SafetensorError, safe_open

    path = clip.with_name(clip.name + SUFFIX)
    if not path.exists():
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
            f"{path} is not what --keep-latents writes: delete it, and the clip is encoded anew."
        ) from error


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
