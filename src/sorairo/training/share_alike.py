"""The licence of what a recipe makes: worlds and models that are shared alike ask for theirs."""

from __future__ import annotations

from sorairo.errors import ConfigError
from sorairo.models import hub
from sorairo.training.recipe import Recipe
from sorairo.world import registry

# What is made from these has to be shared under the same licence; the beginnings of SPDX names.
SHARE_ALIKE = ("CC-BY-SA-", "GPL-", "AGPL-")


def check_licences(recipe: Recipe) -> None:
    """Checks that a recipe says so where what it makes has to be shared alike.

    Raises:
        ConfigError: It trains on clips of a world, or with the weights of a model, whose licence
            asks for another one than that of the recipe.
    """
    for clips, _ in recipe.rendered():
        _check(recipe, f"clips of the world '{clips.world}'", registry.entry(clips.world).licence)
    for source, licence in recipe.bases().items():
        _check(recipe, source, licence)


def _check(recipe: Recipe, source: str, licence: str) -> None:
    if licence.startswith(SHARE_ALIKE) and licence != recipe.licence:
        raise ConfigError(
            f"The recipe '{recipe.name}' uses {source}: {licence}. What it makes has to be shared"
            f" under {licence} as well, but its licence is {recipe.licence}. Set"
            f" licence={licence} (model.licence={licence} in the recipe of a whole model) if you"
            " want that."
        )


def model_licence(name: str) -> dict[str, str]:
    """The licence of a model, by name or directory, under a description of it; nothing for ""."""
    return {f"the model '{name}'": hub.info(hub.find(name)).facts.licence} if name else {}
