"""MuJoCo is imported in an order that works together with Triton."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import sorairo

PACKAGE = Path(sorairo.__file__).parent
TRITON = 'import sys\nprint("mujoco" in sys.modules)\n'


def loaded_with(backend: str, folder: Path) -> str:
    """What a stand-in for Triton in `folder` prints when the world is loaded."""
    (folder / "triton.py").write_text(TRITON)
    environment = os.environ | {"MUJOCO_GL": backend, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-c", "import sorairo.world.tabletop.dynamics.simulate"]
    run = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return run.stdout.strip()


def test_triton_is_loaded_before_the_renderer_in_memory(tmp_path: Path):
    assert loaded_with("osmesa", tmp_path) == "False"


def test_elsewhere_triton_is_left_alone(tmp_path: Path):
    assert loaded_with("disable", tmp_path) == ""


def test_no_other_module_imports_mujoco():
    straight = re.compile(r"^\s*(import|from) mujoco\b", re.M)
    found = [p.name for p in PACKAGE.rglob("*.py") if straight.search(p.read_text())]
    assert found == ["bindings.py"]
