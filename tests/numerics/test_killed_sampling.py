"""A process that is killed within a window: another one goes on at the last step that was kept, and
makes the same frames."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from random_weights import randomise
from sorairo.generation.engine import Engine, load
from sorairo.generation.progress import Progress
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.sampling.checkpoint import SamplingCheckpoint
from tiny_wan import write_wan

STEPS, KILLED_AFTER = 50, 12
ASKED = GenerateRequest(prompt="a red ball", seconds=0.5, width=64, height=64, steps=STEPS)


def small(model: Path) -> Engine:
    """The engine of a tiny model, with random weights."""
    engine = load(model, device="cpu")
    if model.name == "tiny":
        randomise(engine.model.network)  # type: ignore[attr-defined]
    return engine


def frames_of(
    engine: Engine, folder: Path, on_step: Callable[[int], None] = lambda _done: None
) -> np.ndarray:
    """Frames of the request, kept in a folder after every step."""

    def on_progress(now: Progress) -> None:
        on_step(now.done)

    checkpoint = SamplingCheckpoint(folder=folder, model=engine.model_digest, interval=0)
    return engine.make(ASKED, on_progress=on_progress, checkpoint=checkpoint).frames


SCRIPT = """
import sys
from pathlib import Path
import torch
sys.path[:0] = sys.argv[4:]
from numerics.test_killed_sampling import frames_of, small
torch.set_num_threads(int(sys.argv[3]))
frames_of(small(Path(sys.argv[1])), Path(sys.argv[2]), lambda done: print(done, flush=True))
"""


def killed(model: Path, folder: Path) -> None:
    """Runs the request in another process, which is killed some steps after the beginning."""
    tests = Path(__file__).parents[1]
    words = [str(model), str(folder), str(torch.get_num_threads()), str(tests)]
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *words], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) == KILLED_AFTER:
            os.kill(process.pid, signal.SIGKILL)
            break
    process.communicate()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("name", ["tiny", "wan2.2-5b"])
def test_a_killed_process(name: str, tiny_model: Path, tmp_path: Path):
    model = tiny_model if name == "tiny" else write_wan(tmp_path / name, name)
    folder, whole = tmp_path / "kept", tmp_path / "whole"
    folder.mkdir()
    whole.mkdir()
    killed(model, folder)
    engine = small(model)
    (file,) = [path for path in folder.iterdir() if not path.name.startswith(".")]
    state = SamplingCheckpoint(folder=folder, model=engine.model_digest).read(file.name)
    assert state is not None
    assert state.filled.windows == 0
    assert state.filled.midway is not None
    kept = state.filled.midway.steps
    assert KILLED_AFTER <= kept < STEPS
    assert len(state.filled.midway.history) == {"tiny": 1, "wan2.2-5b": 3}[name]
    steps: list[int] = []
    resumed = frames_of(engine, folder, steps.append)
    assert steps[0] == kept + 1
    assert np.array_equal(resumed, frames_of(engine, whole))
