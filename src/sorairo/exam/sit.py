"""Who sits an exam, put together from a model's name."""

from __future__ import annotations

import subprocess
from pathlib import Path

import sorairo
from sorairo.exam import answers
from sorairo.exam.exam import Sitting


def sitting_of(
    name: str, folder: Path, *, steps: int | None, guidance: float | None
) -> tuple[Sitting, dict[str, str]]:
    """A sitting of a model, and the facts that its report tells."""
    engine = sorairo.load(name)
    facts = {"model": f"{engine.config.name} {engine.info['digest'][:12]}", "commit": commit()}
    sitting = Sitting(
        columns={
            "model": answers.by_model(engine, steps=steps, guidance=guidance),
            "truth": answers.by_simulator,
            "codec": answers.by_codec(engine),
            "frozen": answers.frozen,
        },
        folder=folder,
        who={"model": facts["model"], "steps": steps, "guidance": guidance},
    )
    sitting.begin()
    return sitting, facts


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
