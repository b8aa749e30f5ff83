"""Who sits an exam, put together from a model's name or from clips that were handed in."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import sorairo
from sorairo.exam import answers
from sorairo.exam.answers import Answer
from sorairo.exam.exam import Sitting
from sorairo.exam.handed_in import HandedIn

BESIDE: Mapping[str, Answer] = {
    "truth": answers.by_simulator,
    "frozen": answers.frozen,
    "constant velocity": answers.constant_velocity,
    "nearest clip": answers.nearest_clip,
}


def sitting_of(
    name: str, folder: Path, *, steps: int | None, guidance: float | None
) -> tuple[Sitting, dict[str, str]]:
    """A sitting of a model, and the facts that its report tells."""
    engine = sorairo.load(name)
    model = f"{engine.config.name} {engine.info['digest'][:12]}"
    examined = {
        "model": answers.by_model(engine, steps=steps, guidance=guidance),
        "codec": answers.by_codec(engine),
    }
    who = {"model": model, "steps": steps, "guidance": guidance}
    sitting = Sitting(columns={**examined, **BESIDE}, folder=folder, who=who, engine=engine)
    sitting.begin()
    return sitting, {"model": model, "commit": commit()}


def sitting_of_clips(clips: HandedIn, folder: Path) -> tuple[Sitting, dict[str, str]]:
    """The same, of clips; there is no codec to stand beside them, and nothing to be probed."""
    model = f"{clips.name} {clips.digest[:12]}"
    columns = {"model": clips.answer, **BESIDE}
    sitting = Sitting(columns=columns, folder=folder, who={"clips": clips.digest})
    sitting.begin()
    return sitting, {"model": model, "commit": commit()}


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
