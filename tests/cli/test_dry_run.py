"""`--dry-run` says of every command what it makes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sorairo.video import Clip

from .conftest import Done

PROMPT = "a red ball"
BOARD = """
seconds = 1
[[card]]
prompt = "a red ball rolls"
[[card]]
clip = "fast.mp4"
seconds = 0.5
"""
SAID = ("size", "fps", "frames", "seconds", "native_size")


@pytest.mark.parametrize(
    "words",
    [
        ("generate", PROMPT, "--seconds", "1.1", "--loop"),
        ("generate", PROMPT, "--seconds", "0.3", "--fps", "7"),
        ("animate", "high.png", PROMPT, "--seconds", "0.7"),
        ("extend", "clip.mp4", "--forward", "0.5", "--backward", "0.3"),
        ("extend", "fast.mp4", "--forward", "0.3", "--from", "0.25", "--to", "0.6"),
        ("extend", "high.png", PROMPT, "--forward", "0.4"),
        ("loop", "clip.mp4", "--seconds", "0.4"),
        ("loop", "high.png", PROMPT, "--seconds", "0.4"),
        ("connect", "clip.mp4", "fast.mp4", "--seconds", "0.5"),
        ("connect", "fast.mp4", "high.png", "--seconds", "0.5"),
        ("edit", "clip.mp4", PROMPT, "--from", "0.2", "--to", "0.5"),
        ("edit", "high.png", PROMPT),
        ("storyboard", "board.toml"),
        ("image", PROMPT, "--size", "80x64"),
        ("generate", PROMPT, "--seconds", "0.3", "-o", "a.gif"),
    ],
    ids=lambda words: " ".join(words[:3]),
)
def test_the_plan_is_what_is_made(
    words: tuple[str, ...], here: Callable[..., Done], tiny_model: Path, tmp_path: Path
):
    rng = np.random.default_rng(0)
    for name, shape, fps in (
        ("clip.mp4", (9, 64, 64, 3), 12.0),
        ("fast.mp4", (19, 64, 64, 3), 30.0),
        ("high.png", (1, 64, 48, 3), 12.0),
    ):
        frames = rng.integers(0, 255, shape, dtype=np.uint8)
        Clip(frames=frames, fps=fps).save(tmp_path / name)
    (tmp_path / "board.toml").write_text(BOARD)
    options = ("--steps", 1, "--seed", 1, "--model", tiny_model, "--json")
    planned, made = here(*words, *options, "--dry-run").facts, here(*words, *options).facts
    assert {name: planned[name] for name in SAID} == {name: made[name] for name in SAID}
