"""Every recipe by its name: `sorairo train NAME field.path=value ...`"""

from __future__ import annotations

from collections.abc import Callable

from sorairo.training.canvas_recipe import canvas
from sorairo.training.grown_recipe import grown
from sorairo.training.laws_recipe import laws
from sorairo.training.recipes import (
    CodecRecipe,
    ModelRecipe,
    canvas_codec,
    tabletop,
    tabletop_codec,
)
from sorairo.training.small import SMALL
from sorairo.training.steadying import SteadierRecipe, tabletop_steadier
from sorairo.training.upscaling import FinishRecipe, tabletop_finish

Recipe = CodecRecipe | ModelRecipe | SteadierRecipe | FinishRecipe

RECIPES: dict[str, Callable[[], Recipe]] = {
    "tabletop-codec": tabletop_codec,
    "canvas-codec": canvas_codec,
    "tabletop": tabletop,
    "canvas": canvas,
    "laws": laws,
    "grown": grown,
    "tabletop-steadier": tabletop_steadier,
    "tabletop-finish": tabletop_finish,
    **SMALL,
}
