"""Clips: at least one for each kind of request, with nearly all of its fields set; the latents
beside one; a storyboard in TOML."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from making.command import TINY, sorairo

from serving import picture
from sorairo.video import Clip


def make_clips() -> None:
    Path("ball.png").write_bytes(picture((64, 64)))
    mask = np.zeros((1, 64, 64, 3), np.uint8)
    mask[:, 16:48, 16:48] = 255
    Clip(frames=mask, fps=1).save(Path("mask.png"))
    common = ("--model", TINY, "--steps", 3, "--guidance", 1.5, "--negative", "blur", "--size")
    common = (*common, "64x64", "--fps", 12, "--style", "film_noir")

    def command(name: str, which: str, *arguments: object) -> None:
        facts = json.loads(sorairo(which, *common, *arguments, "-o", name, "--json"))
        assert facts["size"] == "64x64", facts

    command(
        "generate.mp4", "generate", "a red ball drops", "--seconds", 1, "--seed", 11,
        "--expand", "--keep-latents",
    )  # fmt: skip
    command("generate.gif", "generate", "a red ball drops", "--seconds", 0.5, "--seed", 11)
    command("endless.mp4", "generate", "a red ball", "--seconds", 1, "--seed", 12, "--loop",
            "--fps", 6)  # fmt: skip
    still = [each for each in common if each not in ("--fps", 12)]
    sorairo("image", "a red ball", "--seed", 13, *still, "-o", "image.png")
    command(
        "animate.mp4", "animate", "ball.png", "it drops", "--at", "0.5=image.png",
        "--seconds", 1, "--strength", 0.75, "--seed", 14, "--fps", 6,
    )  # fmt: skip
    command(
        "extend.mp4", "extend", "generate.mp4", "it rolls", "--forward", 0.5, "--backward", 0.25,
        "--seed", 15,
    )  # fmt: skip
    command("loop.mp4", "loop", "generate.mp4", "it rolls back", "--seconds", 0.5, "--seed", 16)
    command(
        "connect.mp4", "connect", "generate.mp4", "animate.mp4", "they meet",
        "--prompt-a", "a red ball", "--prompt-b", "a blue ball", "--seconds", 0.5, "--seed", 17,
    )  # fmt: skip
    command(
        "edit.mp4", "edit", "generate.mp4", "a blue ball", "--strength", 0.7,
        "--region", "25%,0%,50%,100%", "--from", 0.25, "--to", 0.75, "--seed", 18,
    )  # fmt: skip
    command(
        "masked.mp4", "edit", "generate.mp4", "a blue ball", "--region", "mask.png", "--seed", 19
    )
    Path("story.toml").write_text(STORY)
    sorairo("storyboard", "story.toml", "--model", TINY, "--expand", "-o", "storyboard.mp4")


STORY = """\
seconds = 3
size = "64x64"
fps = 6
seed = 20
prompt = "at night"
steps = 3
guidance = 1.5
negative = "blur"
style = "neon"

[[card]]
prompt = "a red ball rolls"
start = 0.25
end = 1
style = "oil"

[[card]]
cut = false
prompt = "the ball lies there"
picture = "ball.png"
at = 0.25
seconds = 0.75

[[card]]
clip = "generate.mp4"
"""
