"""The commands of `sorairo` that make clips, each with a small result."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from digests import digest
from PIL import Image, ImageDraw
from running import sorairo

from sorairo.video.clip import Clip
from sorairo.world.tabletop.scene import SceneConfig
from sorairo.world.tabletop.world import WORLD as TABLETOP

QUICK = ("--steps", "3")
SMALL = ("--size", "96x96", "--fps", "12", *QUICK)
VOLATILE = {"path", "gif", "contact_sheet", "latents", "inputs", "notes", "wall_seconds"}

BALL, CUBE = "a red ball drops onto a wooden floor", "a blue cube slides to the left on sand"

STORY = f"""seconds = 3
seed = 4
[[card]]
prompt = "{BALL}"
[[card]]
prompt = "the ball rolls to the right"
cut = false
[[card]]
prompt = "{CUBE}"
picture = "picture.png"
"""
FILMED_STORY = f"""seed = 5
[[card]]
clip = "base.mp4"
[[card]]
prompt = "{CUBE}"
seconds = 1
"""

# Made before the others, which take them as inputs.
INPUTS: dict[str, tuple[str, ...]] = {
    "base.mp4": ("generate", BALL, "--seconds", "1", "--seed", "1", *SMALL),
    "other.mp4": ("generate", CUBE, "--seconds", "1", "--seed", "2", *SMALL),
    "picture.png": ("image", BALL, "--size", "96x96", "--seed", "3", *QUICK),
    "told.mp4": ("animate", "picture.png", BALL, "--seconds", "1", *SMALL),
    "kept.mp4": ("generate", BALL, "--seconds", "1", "--seed", "6", "--keep-latents", *SMALL),
}

COMMANDS: dict[str, tuple[str, ...]] = {
    "generate": ("generate", BALL, "--seconds", "2", "--seed", "7", *SMALL),
    "generate-native": ("generate", CUBE, "--seconds", "1", "--size", "native", "--fps", "native",
                        "--steps", "4"),
    "generate-delivered": ("generate", BALL, "--seconds", "1", "--size", "320x176", *QUICK),
    "generate-chinese": ("generate", "一个红色的球落到木地板上", "--seconds", "1", *SMALL),
    "generate-loop": ("generate", BALL, "--loop", "--seconds", "2", "--seed", "8", *SMALL),
    "generate-loop-delivered": ("generate", CUBE, "--loop", "--seconds", "1", "--size", "192x192",
                                *QUICK),
    "generate-style": ("generate", BALL, "--style", "pencil", "--seconds", "1", *SMALL),
    "generate-style-free": ("generate", BALL, "--style", "as on a foggy morning", "--seconds", "1",
                            *SMALL),
    "generate-negative": ("generate", BALL, "--negative", "a green cylinder", "--seconds", "1",
                          *SMALL),
    "generate-guidance": ("generate", BALL, "--guidance", "1", "--seconds", "1", *SMALL),
    "generate-expand": ("generate", "a ball", "--expand", "--seconds", "1", *SMALL),
    "generate-several": ("generate", CUBE, "-n", "2", "--seconds", "1", "--gif", "--contact-sheet",
                         *SMALL),
    "generate-still": ("generate", CUBE, "--seconds", "0.05", *SMALL),
    "generate-long": ("generate", BALL, "--seconds", "14", "--size", "96x96", "--fps", "12",
                      "--steps", "2"),
    "image": ("image", CUBE, "--size", "128x80", *QUICK),
    "image-delivered": ("image", BALL, "--seed", "2", *QUICK),
    "image-large": ("image", "two green cubes on marble", "--size", "640x896", *QUICK),
    "image-style": ("image", BALL, "--style", "neon", "--size", "96x96", *QUICK),
    "animate": ("animate", "picture.png", "it rolls to the left", "--seconds", "1", *SMALL),
    "animate-own-prompt": ("animate", "picture.png", "--seconds", "1", *SMALL),
    "animate-times": ("animate", "--at", "0.5=picture.png", "--at", "end=second.png", BALL,
                      "--seconds", "1.5", *SMALL),
    "animate-strength": ("animate", "picture.png", BALL, "--strength", "0.5", "--seconds", "1",
                         *SMALL),
    "animate-shape": ("animate", "wide.png", BALL, "--seconds", "0.5", *QUICK),
    "extend-forward": ("extend", "base.mp4", "--forward", "1", *QUICK),
    "extend-backward": ("extend", "base.mp4", "it rolls", "--backward", "1", *QUICK),
    "extend-both": ("extend", "other.mp4", CUBE, "--forward", "0.5", "--backward", "0.5", *QUICK),
    "extend-latents": ("extend", "kept.mp4", "--forward", "1", *QUICK),
    "extend-delivered": ("extend", "base.mp4", "--forward", "0.5", "--size", "192x192", "--fps",
                         "24", *QUICK),
    "loop": ("loop", "base.mp4", "--seconds", "1", *QUICK),
    "loop-prompt": ("loop", "other.mp4", "it slides back", "--seconds", "1", *QUICK),
    "connect": ("connect", "base.mp4", "other.mp4", "--seconds", "1", *QUICK),
    "connect-prompts": ("connect", "base.mp4", "other.mp4", "--prompt-a", CUBE, "--prompt-b",
                        "a green cone on marble", "--seconds", "1", *QUICK),
    "edit": ("edit", "base.mp4", "a blue ball drops onto sand", *QUICK),
    "edit-strength": ("edit", "base.mp4", CUBE, "--strength", "0.9", *QUICK),
    "edit-faint": ("edit", "base.mp4", CUBE, "--strength", "0.3", *QUICK),
    "edit-region": ("edit", "base.mp4", "a green cube", "--region", "50%,25%,50%,75%",
                    "--strength", "1", *QUICK),
    "edit-mask": ("edit", "base.mp4", "a green cube", "--region", "mask.png", *QUICK),
    "edit-time": ("edit", "base.mp4", CUBE, "--from", "0.3", "--to", "0.8", *QUICK),
    "edit-style": ("edit", "base.mp4", BALL, "--style", "oil", *QUICK),
    "edit-picture": ("edit", "picture.png", "a blue ball", *QUICK),
    "remix": ("remix", "base.mp4", "a blue ball drops onto a wooden floor"),
    "remix-of-input": ("remix", "told.mp4", "it rolls to the right"),
    "remix-options": ("remix", "base.mp4", CUBE, "--seed", "9", "--size", "128x80"),
    "storyboard": ("storyboard", "story.toml", *SMALL),
    "storyboard-clip": ("storyboard", "filmed.toml", *QUICK),
}  # fmt: skip


def names() -> list[str]:
    """Of all cases here."""
    return [f"command/{name}" for name in [*INPUTS, *COMMANDS]] + ["world-sample"]


def cases(folder: Path, wanted: set[str]) -> Iterator[tuple[str, Any]]:
    """Makes what is `wanted`, in `folder`; name by name, the record of each."""
    if not wanted & set(names()):
        return
    for name, words in INPUTS.items():
        found = _made(folder, *words, "-o", name)
        if f"command/{name}" in wanted:
            yield f"command/{name}", found
    _draw_inputs(folder)
    for name, words in COMMANDS.items():
        if f"command/{name}" in wanted:
            yield f"command/{name}", _made(folder, *words, "-o", _output(name, words))
    if "world-sample" in wanted:
        yield "world-sample", _sampled(folder)


def _output(name: str, words: tuple[str, ...]) -> str:
    picture = words[0] == "image" or name in ("generate-still", "edit-picture")
    return f"{name}.png" if picture else f"{name}.mp4"


def _made(folder: Path, *words: str) -> list[dict[str, Any]]:
    """Runs a command; for each result, its JSON facts and digests."""
    made = []
    if words[0] not in ("remix", "storyboard") and "--seed" not in words:
        words = (*words, "--seed", "0")
    for line in sorairo(folder, *words, "--json").splitlines():
        facts = json.loads(line)
        files = {name: facts.get(name) for name in ("path", "gif", "contact_sheet")}
        told = {name: value for name, value in facts.items() if name not in VOLATILE}
        digests = {name: digest(folder / file) for name, file in files.items() if file}
        made.append({"told": told, **digests})
    return made


def _sampled(folder: Path) -> dict[str, Any]:
    """Clips of the classic renderer and their captions: Filament's differ by a little each time."""
    made: dict[str, Any] = {}
    with TABLETOP.renderer(64, 64) as renderer:
        for seed in (11, 12):
            rng = np.random.default_rng(seed)
            scene = TABLETOP.sample_scene(rng, SceneConfig())
            pictures = renderer.film(TABLETOP.simulate(scene, seconds=1, fps=TABLETOP.fps))
            file = Clip(frames=pictures, fps=TABLETOP.fps).save(folder / f"tabletop-{seed}.mp4")
            made[file.name] = digest(file)
            made[f"tabletop-{seed}.txt"] = [
                TABLETOP.caption(scene, rng, language=language, detail=detail)
                for language in TABLETOP.text_languages
                for detail in TABLETOP.caption_details
            ]
    return made


def _draw_inputs(folder: Path) -> None:
    """Draws input files without a model."""
    picture = Image.new("RGB", (160, 90), (120, 150, 180))
    ImageDraw.Draw(picture).ellipse((60, 20, 110, 70), fill=(200, 40, 40))
    picture.save(folder / "wide.png")
    picture.resize((96, 96)).save(folder / "second.png")
    mask = Image.new("L", (96, 96))
    ImageDraw.Draw(mask).rectangle((32, 32, 80, 95), fill=255)
    mask.save(folder / "mask.png")
    (folder / "story.toml").write_text(STORY)
    (folder / "filmed.toml").write_text(FILMED_STORY)
