"""The default size and frame rate of results, and `native`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sorairo.generation.requests.metadata import read_comment
from sorairo.video import Clip

from .conftest import Done

Make = Callable[..., Done]

NATIVE = ("--size", "native", "--fps", "native")


@pytest.fixture(scope="module")
def model(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model without delivery defaults."""
    path = Path(shutil.copytree(tiny_model, tmp_path_factory.mktemp("delivered") / "tiny"))
    record = json.loads((path / "model.json").read_text())
    del record["config"]["delivery"]
    (path / "model.json").write_text(json.dumps(record))
    return path


@pytest.fixture
def make(here: Make, model: Path) -> Make:
    def command(name: str, *arguments: object) -> Done:
        output = ("--json", "-o", f"{name}.mp4")
        return here(name, *arguments, "--model", model, "--steps", 1, "--seed", 0, *output)

    return command


def shown(done: Done) -> tuple[str, float, int]:
    return done.facts["size"], done.facts["fps"], done.facts["frames"]


def test_a_clip_is_delivered_and_can_be_remixed_as_it_was(make: Make, here: Make):
    done = make("generate", "a red ball", "--seconds", 0.5)
    assert shown(done) == ("512x512", 24, 12)
    assert (done.facts["native_size"], done.facts["native_fps"]) == ("64x64", 12)
    note = "Generated at 64x64, 12 fps; upscaled to 512x512, 24 fps."
    assert done.stderr.splitlines() == [note]
    assert done.facts["notes"] == [note]
    assert (done.clip.width, done.clip.height, done.clip.num_frames) == (512, 512, 12)
    request = read_comment(done.clip.metadata["comment"])
    assert (request.width, request.height, request.fps) == (512, 512, 24)

    again = here("remix", "generate.mp4", "a red ball", "-o", "again.mp4", "--json")
    assert (done.folder / "again.mp4").read_bytes() == (done.folder / "generate.mp4").read_bytes()
    assert again.facts["size"] == "512x512"
    native = here("remix", "generate.mp4", "a red ball", "-o", "native.mp4", "--json", *NATIVE)
    assert shown(native) == ("64x64", 12, 6)
    assert native.stderr == ""
    assert shown(here("remix", "native.mp4", "a cube", "-o", "b.mp4", "--json")) == ("64x64", 12, 6)


def test_the_shape_of_a_remix_is_within_the_size_of_the_clips_model(here: Make, model: Path):
    """And not within that of the default model, 512x512."""
    record = json.loads((model / "model.json").read_text())
    record["config"]["delivery"] = {"size": [256, 256], "fps": 12}
    (small := model.with_name("small")).mkdir()
    for each in model.iterdir():
        shutil.copy(each, small)
    (small / "model.json").write_text(json.dumps(record))
    options = ("--seconds", 0.1, "--steps", 1, "--size", "native", "-o", "a.mp4")
    assert here("generate", "a red ball", "--model", small, *options).returncode == 0
    done = here("remix", "a.mp4", "a cube", "--size", "16:9", "--dry-run", "--json")
    assert done.facts["size"] == "256x144"
    done = here("remix", "a.mp4", "a cube", "--size", "512p", "--dry-run", "--json")
    assert done.facts["size"] == "910x512"


def test_size_or_rate_alone_can_be_set(make: Make):
    brief = ("generate", "a red ball", "--seconds", 0.25)
    assert shown(make(*brief, "--size", "native")) == ("64x64", 24, 6)
    assert shown(make(*brief, "--size", "128x64")) == ("128x64", 24, 6)
    assert shown(make(*brief, "--fps", "native")) == ("512x512", 12, 3)
    assert shown(make(*brief, "--fps", 30, "--size", "native", "--loop"))[:2] == ("64x64", 30)


def test_the_shape_is_that_of_the_picture_and_size_and_rate_those_of_the_clip(
    make: Make, tmp_path: Path
):
    greys = np.full((4, 128, 160, 3), 90, np.uint8)
    Clip(frames=greys[:1], fps=12.0).save(tmp_path / "a.png")
    Clip(frames=greys, fps=8.0).save(tmp_path / "a.mp4")
    moving = make("animate", "a.png", "--seconds", 0.25)
    assert shown(moving) == ("512x410", 24, 6)
    assert abs(moving.clip.frames[0].mean() - 90) < 2
    own = make("animate", "a.png", "--seconds", 0.25, *NATIVE)
    assert shown(own) == ("80x64", 12, 3)
    longer = ("extend", "a.mp4", "--forward", 0.5)
    assert shown(make(*longer)) == ("160x128", 8, 8)
    assert shown(make(*longer, *NATIVE)) == ("80x64", 12, 12)


def test_a_story_and_a_picture(make: Make, here: Make, model: Path, tmp_path: Path):
    (tmp_path / "story.toml").write_text('[[card]]\nprompt = "a red ball"\nseconds = 0.25\n')
    assert shown(make("storyboard", "story.toml")) == ("512x512", 24, 6)
    assert shown(make("storyboard", "story.toml", *NATIVE)) == ("64x64", 12, 3)
    picture = here("image", "a ball", "--size", "native", "--model", model, "--json", "--seed", 0)
    assert picture.facts["size"] == "64x64"
    assert picture.stderr == ""


def test_the_delivery_defaults_of_a_model_are_shown(here: Make, model: Path, tiny_model: Path):
    facts = json.loads(here("models", "info", model, "--json").stdout)
    assert (facts["delivered_size"], facts["delivered_fps"]) == ([512, 512], 24)
    facts = json.loads(here("models", "info", tiny_model, "--json").stdout)
    assert (facts["delivered_size"], facts["delivered_fps"]) == ([64, 64], 12)
    assert "64x64" in here("models", "info", tiny_model).stdout
