"""Every recipe by its name: `sorairo train NAME field.path=value ...`"""

from __future__ import annotations

from collections.abc import Callable

from sorairo.training.objectives.deflicker import SteadierRecipe, tabletop_steadier
from sorairo.training.objectives.upscaler import FinishRecipe, tabletop_finish
from sorairo.training.recipes.canvas import canvas
from sorairo.training.recipes.grown import grown
from sorairo.training.recipes.laws import laws
from sorairo.training.recipes.scaling import SMALL
from sorairo.training.recipes.tabletop import (
    CodecRecipe,
    ModelRecipe,
    canvas_codec,
    tabletop,
    tabletop_codec,
)

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
