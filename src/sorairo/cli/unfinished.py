"""What a command that was stopped or killed has sampled so far, kept in the cache folder: the same
command with the same seed goes on from there."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sorairo import __version__
from sorairo.cli.console import say
from sorairo.cli.inputs import Input
from sorairo.cli.options import CommonOptions
from sorairo.cli.reservations import Reservations
from sorairo.generation.requests.base import Request
from sorairo.models.lora.choices import choices_of

if TYPE_CHECKING:
    from sorairo.generation.sampling.checkpoint import SamplingCheckpoint

KEPT_SECONDS = 7 * 86_400  # for which an unfinished clip is kept


@contextmanager
def kept_sampling(
    request: Request, inputs: Sequence[Input], common: CommonOptions
) -> Iterator[tuple[SamplingCheckpoint | None, bool]]:
    """The checkpoint of a request, which is removed when the block ends well; None where the cache
    folder cannot be written, or while another command makes the same clip. And whether an earlier
    run has begun it."""
    from sorairo.generation.sampling.checkpoint import SamplingCheckpoint

    folder = _folder(request, inputs, common)
    with Reservations() as reservations:
        if folder is None or not reservations.take(folder):
            yield None, False
            return
        resumed = bool(_files(folder))
        if resumed:
            say("An earlier run of this command was stopped: this one goes on from there.")
        try:
            digest = common.model.digest
            checkpoint = SamplingCheckpoint(
                folder=folder, model=digest, durable=True, optional=True
            )
            yield checkpoint, resumed
        except (KeyboardInterrupt, SystemExit):
            if _files(folder):
                seed = f" with --seed {request.seed}" if common.seed_drawn else ""
                say(f"The same command{seed} goes on where this one was stopped.")
            raise
        shutil.rmtree(folder, ignore_errors=True)


def _folder(request: Request, inputs: Sequence[Input], common: CommonOptions) -> Path | None:
    """The folder of what determines the frames of a result, by its digest."""
    from sorairo.data.cache import cache_folder

    loras = [(str(each.path), each.weight) for each in choices_of(request.loras)]
    facts = {
        "version": __version__,
        "model": common.model.digest,
        "request": request.to_comment(),
        "latents": [each.clip.latents is not None for each in inputs],
        "loras": [(*each, _changed(Path(each[0]))) for each in loras],
        "placed": common.placed,
    }
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:32]
    root = cache_folder() / "unfinished"
    _remove_old(root)  # and this one, if it is old
    try:
        (root / digest).mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return root / digest


def _changed(path: Path) -> int:
    """When a file was changed, in nanoseconds; 0 where it cannot be read."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _files(folder: Path) -> list[Path]:
    """The complete files of a checkpoint."""
    with suppress(OSError):
        return list(folder.glob("[!.]*"))
    return []


def _remove_old(root: Path) -> None:
    """Removes what nobody has gone on with for a long time."""
    oldest = time.time() - KEPT_SECONDS
    with suppress(OSError):
        for each in root.iterdir():
            if each.stat().st_mtime < oldest:
                shutil.rmtree(each, ignore_errors=True)
