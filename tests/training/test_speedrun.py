"""`journeys/speedrun.sh` as a process: from random weights to a score."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "journeys" / "speedrun.sh"
TINY = (
    "sources.clips.clips.count=2",
    "model.transformer.layers=1",
    "model.sampling.steps=1",
    "model.window_frames=17",  # of the clips of its sheet
    "objective.compiled=false",
    "objective.tokens=208",
    "loop.steps=2",
)


def speedrun(folder: Path, *arguments: str) -> dict:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(
        [SCRIPT, "--output", folder, "--minutes", "60", "--scenes", "1", *arguments],
        env={**os.environ, "PATH": path, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_a_run_that_goes_on_is_scored_but_is_no_record(tmp_path: Path):
    folder = tmp_path / "seed-3"
    folder.mkdir()
    (folder / "progress.json").write_text("{}")  # of a run that was interrupted
    record = speedrun(tmp_path, "--seed", "3", *TINY)
    assert (record["seed"], record["steps"], record["questions"]) == (3, 2, 3)
    assert 0 <= record["score"] <= 1
    assert {"english", "chinese", "drop"} <= record["parts"].keys()
    assert record["flop"] > 0
    assert sum(record["minutes_of"].values()) <= record["minutes"] + 0.02
    faults = " ".join(record["not_a_record_because"])
    assert "interrupted" in faults
    assert "other minutes" in faults
    assert "other questions" in faults
    assert "longer" not in faults
    assert (folder / "cache" / "sorairo" / "clips").is_dir()  # of this run alone
    again = speedrun(tmp_path, "--seed", "3")  # it is finished: nothing is trained
    assert again == record
