"""The comparison with diffusers on a GPU, dry: tiny networks on a CPU."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "wan_gpu.py"


@pytest.mark.slow
def test_a_dry_run_measures_every_part_of_every_model():
    """The two networks of each pair agree, also where blocks are offloaded."""
    command = [sys.executable, str(SCRIPT), "--dry-run", "--pairs", "1", "--memory", "16"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    models = ("wan2.2-5b", "wan2.1-1.3b", "wan2.2-14b")
    assert {(row["model"], row["part"]) for row in rows} == {
        (model, part) for model in models for part in ("forward", "step", "decode")
    }
    for row in rows:
        assert row["ours"] > 0
        assert row["diffusers"] > 0
        assert len(row["peak GB"]) == 2
        assert row["relative error"] < 1e-3, row
    assert {row["offload"] for row in rows if row["part"] == "step"} == {True, False}
