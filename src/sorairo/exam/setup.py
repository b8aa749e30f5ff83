"""Who sits an exam, put together from a model's name or from clips that were handed in."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from os import cpu_count
from pathlib import Path

import torch

import sorairo
from sorairo.errors import ConfigError
from sorairo.exam.candidates import baselines
from sorairo.exam.candidates.baselines import Answer
from sorairo.exam.candidates.external_clips import HandedIn
from sorairo.exam.run import SITTING, ExamRun, Marking
from sorairo.exam.worker_pool import crew

Facts = dict[str, str]  # that a report tells
BESIDE: Mapping[str, Answer] = {
    "truth": baselines.by_simulator,
    "frozen": baselines.frozen,
    "constant velocity": baselines.constant_velocity,
    "nearest clip": baselines.nearest_clip,
}


def sitting_of(
    name: str, folder: Path, *, steps: int | None, guidance: float | None
) -> tuple[ExamRun, Facts]:
    """A sitting of a model, and the facts that its report tells."""
    engine = sorairo.load(name)
    model = f"{engine.config.name} {engine.info['digest'][:12]}"
    examined = {
        "model": baselines.ByModel(engine=engine, steps=steps, guidance=guidance),
        "codec": baselines.by_codec(engine),
    }
    who = {"model": model, "steps": steps, "guidance": guidance}
    sitting = ExamRun(columns={**examined, **BESIDE}, folder=folder, who=who, engine=engine)
    sitting.begin()
    return sitting, {"model": model, "commit": commit()}


def sitting_of_clips(clips: HandedIn, folder: Path) -> tuple[ExamRun, Facts]:
    """The same, of clips; there is no codec to stand beside them, and nothing to be probed."""
    model = f"{clips.name} {clips.digest[:12]}"
    columns = {"model": clips.answer, **BESIDE}
    sitting = ExamRun(columns=columns, folder=folder, who={"clips": clips.digest})
    sitting.begin()
    return sitting, {"model": model, "commit": commit()}


def sitting_before(folder: Path) -> tuple[ExamRun, Facts]:
    """Whoever sat in the folder, to report on, and with nobody to answer.

    Raises ConfigError where nobody did.
    """
    try:
        who = json.loads((folder / SITTING).read_text())
    except FileNotFoundError:
        raise ConfigError(
            f"No exam was begun in {folder}: leave out --marked, or name the folder of one with -o."
        ) from None
    model = who.get("model") or f"clips {who['clips'][:12]}"
    return ExamRun(columns={}, folder=folder, who=who), {"model": model, "commit": commit()}


def crew_of(
    make: Callable[[], tuple[ExamRun, Facts]], workers: int | None
) -> AbstractContextManager[Marking | None]:
    """The processes that mark a sitting: one a core if nobody says how many, one beside a GPU."""
    usual = 1 if torch.cuda.is_available() else cpu_count() or 1
    return crew(partial(_sitting, make), workers or usual)


def _sitting(make: Callable[[], tuple[ExamRun, Facts]]) -> ExamRun:
    return make()[0]


def commit() -> str:
    """Of the source tree, if it is one; "+" where it has been changed since."""
    here = Path(__file__).parent
    try:
        run = subprocess.run(
            ["git", "describe", "--always", "--dirty=+"],
            cwd=here,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return f"sorairo {sorairo.__version__}"
    return run.stdout.strip()
