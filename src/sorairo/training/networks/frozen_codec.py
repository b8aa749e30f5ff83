"""The codec of a run as a recipe used it first, in a file that stays while the run goes on."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from sorairo.training.loop.run_folder import run_folder
from sorairo.training.loop.state import FILE as STATE
from sorairo.training.loop.state import read_record
from sorairo.video.atomic_write import whole_file


def frozen_path(run: str, owner: str) -> Path:
    """The file with the codec of a run that the recipe `owner` uses, there or not."""
    return run_folder(run) / f"frozen-for-{owner}.safetensors"


def freeze(path: Path, weights: dict[str, Tensor], step: str) -> None:
    """Writes the weights that a codec has after so many steps of its run."""
    with whole_file(path) as new:
        save_file({k: v.contiguous() for k, v in weights.items()}, new, {"step": step})


def mark_of(path: Path) -> str:
    """What distinguishes the latents of a frozen codec from those of others: its weights. Files of
    older versions, which do not say their step, are known by their names."""
    if _step(path) is None:
        return path.name
    return f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"


def say_age(run: str, path: Path) -> None:
    """Says on stderr where the codec that is used is not that of a finished run."""
    step, state = _step(path), run_folder(run) / STATE
    if step is None or not state.exists():
        return
    record = read_record(state)
    loop, now = json.loads(record["recipe"])["loop"], int(record["step"])
    timed = loop.get("minutes") and float(record.get("minutes", 0)) >= loop["minutes"]
    if now == step and (now >= loop["steps"] or timed):
        return
    since = f"it has done {now:,} steps now" if now != step else "it is not finished"
    print(
        f"The codec of the run '{run}' is used as it was after {step:,} of {loop['steps']:,} steps,"
        f" and {since}. To use it as it will be, delete {path}: clips are then encoded anew.",
        file=sys.stderr,
    )


def _step(path: Path) -> int | None:
    with safe_open(path, framework="pt") as file:
        found = (file.metadata() or {}).get("step")
    return None if found is None else int(found)
