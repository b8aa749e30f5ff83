"""Clips and pictures that were made before hold requests that are read and made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Sorairo
from .program import CHANGED, FRAME_TOLERANCE, difference, record

# The file, the command that made it, and what is seen in it last.
CLIPS = {
    "generate.mp4": ("generate", "a red ball drops"),
    "generate.gif": ("generate", "a red ball drops"),
    "endless.mp4": ("generate", "a red ball"),
    "image.png": ("image", "a red ball"),
    "animate.mp4": ("animate", "it drops"),
    "extend.mp4": ("extend", "it rolls"),
    "loop.mp4": ("loop", "it rolls back"),
    "connect.mp4": ("connect", "a blue ball"),
    "edit.mp4": ("edit", "a blue ball"),
    "masked.mp4": ("edit", "a blue ball"),
    "storyboard.mp4": ("storyboard", "the ball lies there, at night"),
}
# Clips that this version makes otherwise: a remix forgets the two prompts at the ends of a bridge;
# extensions from kept latents repeated the last frame, and loops did not use them.
MADE_OTHERWISE = {
    "connect.mp4": ("generate.mp4", "animate.mp4", "they meet", "--seconds", 0.5, "--seed", 17),
    "extend.mp4": ("generate.mp4", "it rolls", "--forward", 0.5, "--backward", 0.25, "--seed", 15),
    "loop.mp4": ("generate.mp4", "it rolls back", "--seconds", 0.5, "--seed", 16),
}
# 3 s at 6 frames a second were 19 frames: the part before the third card, 5/12 s, had two.
ONE_TOO_MANY = {"storyboard.mp4": 10}
OPTIONS = ("--model", "../models/tiny", "--steps", 3, "--guidance", 1.5, "--negative", "blur")
OPTIONS = (*OPTIONS, "--size", "64x64", "--fps", 12, "--style", "film_noir", "--json")
OPTIONS = (*OPTIONS, "--no-rewrite")  # as prompts were used when the clips were made


@pytest.mark.parametrize("name", CLIPS)
def test_a_remix_with_the_same_prompt_is_the_same_clip(sorairo: Sorairo, old: Path, name: str):
    """The facts are those in the old comment; the frames show the rest of the request."""
    path = old / "clips" / name
    request = record(path)["request"]
    again = path.with_stem("again")
    made = sorairo("remix", name, request["prompt"], "--json", "-o", again).facts
    assert made["command"] == CLIPS[name][0]
    for fact in ("prompt", "seed", "negative", "style"):
        assert made[fact] == request[fact]
    assert made["size"] == f"{request['width']}x{request['height']}"
    assert request["fps"] in (made["fps"], None)
    assert (made["latents"] is not None) == request["keep_latents"]
    assert (made["expanded"] or "") == request["expanded"]
    assert made["inputs"] == [source["name"] for source in request["inputs"]]
    assert made["model_digest"] == record(path)["model_digest"]
    again = path.with_stem("again")
    if name in MADE_OTHERWISE:
        sorairo(CLIPS[name][0], *MADE_OTHERWISE[name], *OPTIONS, "-o", path).facts  # noqa: B018
    assert difference(path, again, without=ONE_TOO_MANY.get(name)) < FRAME_TOLERANCE


@pytest.mark.parametrize("name", [name for name in CLIPS if name != "image.png"])
def test_an_extension_gets_the_prompt_of_the_end(sorairo: Sorairo, name: str):
    made = sorairo("extend", name, "--forward", 0.25, "-o", "longer.mp4", *OPTIONS[:4], "--json")
    assert made.facts["prompt"] == CLIPS[name][1]
    assert made.facts["style"] == ("neon" if name == "storyboard.mp4" else "film_noir")


def test_kept_latents_are_used(sorairo: Sorairo, old: Path):
    """With those of then, an extension is another one than without."""
    what, clips = MADE_OTHERWISE["extend.mp4"], old / "clips"
    sorairo("extend", *what, *OPTIONS, "-o", "with.mp4").facts  # noqa: B018
    (clips / "generate.mp4.latents.safetensors").unlink()
    sorairo("extend", *what, *OPTIONS, "-o", "without.mp4").facts  # noqa: B018
    assert difference(clips / "with.mp4", clips / "without.mp4") > CHANGED


def test_a_storyboard_with_every_setting(sorairo: Sorairo, old: Path):
    arguments = ("story.toml", "--expand", "--no-rewrite", "--model", "../models/tiny")
    arguments = (*arguments, "--json", "-o", "again.mp4")
    made = sorairo("storyboard", *arguments).facts
    assert (made["prompt"], made["style"], made["negative"]) == ("at night", "neon", "blur")
    assert (made["seed"], made["size"], made["fps"], made["frames"]) == (20, "64x64", 6.0, 18)
    assert made["inputs"] == ["ball.png", "generate.mp4"]
    before, again = old / "clips" / "storyboard.mp4", old / "clips" / "again.mp4"
    without = ONE_TOO_MANY["storyboard.mp4"]
    assert difference(before, again, without=without) < FRAME_TOLERANCE
