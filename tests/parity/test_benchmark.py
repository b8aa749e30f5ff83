"""The comparison with diffusers on a GPU, dry: tiny networks on a CPU."""

from __future__ import annotations

import json
import runpy
import sys
import warnings
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "wan_gpu.py"


@pytest.mark.slow
def test_a_dry_run_measures_every_part_of_every_model(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """The two networks of each pair agree, also where blocks are offloaded. In this process, which
    loads diffusers for other tests, too."""
    monkeypatch.syspath_prepend(SCRIPT.parent)
    words = ["--dry-run", "--pairs", "1", "--memory", "16"]
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), *words])
    with warnings.catch_warnings():
        warnings.simplefilter("default")  # as in a process of its own
        runpy.run_path(str(SCRIPT), run_name="__main__")
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
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
