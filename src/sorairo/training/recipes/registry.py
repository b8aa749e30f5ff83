"""Every recipe by its name on the command line: `sorairo train NAME field.path=value ...`

A new recipe is a function that returns a frozen value, in a file of this folder, and one line in
`RECIPES`. For a new kind of network see `sorairo.training.recipe`.
"""

from __future__ import annotations

from collections.abc import Callable

from sorairo.errors import unknown_name
from sorairo.training.recipe import Recipe
from sorairo.training.recipes.both_worlds import both_worlds
from sorairo.training.recipes.both_worlds_cpu import both_worlds_cpu
from sorairo.training.recipes.canvas import canvas
from sorairo.training.recipes.codec2 import codec2
from sorairo.training.recipes.crafter import crafter, crafter_codec
from sorairo.training.recipes.few_steps import tabletop_fast
from sorairo.training.recipes.grown import grown
from sorairo.training.recipes.laws import laws
from sorairo.training.recipes.own_clips import own_clips
from sorairo.training.recipes.scaling import SMALL
from sorairo.training.recipes.tabletop import (
    canvas_codec,
    tabletop,
    tabletop_codec,
    tabletop_deflicker,
    tabletop_upscaler,
)
from sorairo.training.recipes.text_encoder import text_encoder
from sorairo.training.recipes.upscaler2 import upscaler2

RECIPES: dict[str, Callable[[], Recipe]] = {
    "tabletop-codec": tabletop_codec,
    "canvas-codec": canvas_codec,
    "codec2": codec2,
    "crafter-codec": crafter_codec,
    "crafter": crafter,
    "text-encoder": text_encoder,
    "both-worlds": both_worlds,
    "both-worlds-cpu": both_worlds_cpu,
    "own-clips": own_clips,
    "tabletop": tabletop,
    "canvas": canvas,
    "laws": laws,
    "grown": grown,
    "tabletop-fast": tabletop_fast,
    "tabletop-deflicker": tabletop_deflicker,
    "tabletop-upscaler": tabletop_upscaler,
    "upscaler2": upscaler2,
    **SMALL,
}
FORMER_NAMES = {"tabletop-steadier": "tabletop-deflicker", "tabletop-finish": "tabletop-upscaler"}


def current_name(name: str) -> str:
    """The name that a recipe has now, from a former one."""
    return FORMER_NAMES.get(name, name)


def find_recipe(name: str) -> Recipe:
    """The recipe of a current or former name. Raises UnknownNameError (did you mean)."""
    name = current_name(name)
    if name not in RECIPES:
        raise unknown_name("recipe", name, RECIPES)
    return RECIPES[name]()
