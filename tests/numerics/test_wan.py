"""Wan from a folder to a clip: every family, tiny and with random weights, through the same canvas
as the shipped model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from sorairo.cli.main import app
from sorairo.generation.engine import Engine, load
from sorairo.models import protocols
from sorairo.video import Clip
from tiny_wan import write_wan

SIZE = {"width": 64, "height": 64}
ALL = ["wan2.1-1.3b", "wan2.2-5b", "wan2.2-14b", "wan2.2-i2v-14b"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("wan")
    return {name: write_wan(root / name, name) for name in ALL}


@pytest.fixture(scope="module")
def engines(folders: dict[str, Path]) -> dict[str, Engine]:
    return {name: load(folder, device="cpu") for name, folder in folders.items()}


@pytest.mark.parametrize("name", ALL)
def test_text_to_video(engines: dict[str, Engine], name: str):
    engine = engines[name]
    assert isinstance(engine.model, protocols.VideoModel)
    fps = engine.model.info.fps
    clip = engine.generate("a red ball", seconds=9 / fps, steps=2, seed=3, **SIZE)
    again = engine.generate("a red ball", seconds=9 / fps, steps=2, seed=3, **SIZE)
    assert clip.frames.shape == (9, 64, 64, 3)
    assert clip.fps == fps
    assert np.array_equal(clip.frames, again.frames)
    other = engine.generate("a red ball", seconds=9 / fps, steps=2, seed=4, **SIZE)
    assert not np.array_equal(clip.frames, other.frames)


def test_from_the_command_line(folders: dict[str, Path], tmp_path: Path):
    target = tmp_path / "ball.mp4"
    words = ["generate", "a red ball", "--seconds", "0.5", "--size", "64x64", "--steps", "2"]
    words += ["--model", str(folders["wan2.1-1.3b"]), "-o", str(target)]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "Generated at" not in result.output, "the canvas has the size of the result"
    assert Clip.load(target).frames.shape == (8, 64, 64, 3)
