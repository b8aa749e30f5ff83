"""Worlds by name, loaded when first used.

An entry holds what is needed before a world is loaded: its native frame rate and sizes, and where
its parts are. A world's language is loaded apart from its simulator, which may not be installed.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sorairo.errors import MissingExtraError, unknown_name
from sorairo.world.joined_language import JoinedLanguage
from sorairo.world.open_language import LANGUAGE as OPEN_LANGUAGE
from sorairo.world.protocol import Language, Scene, Size, World

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, kw_only=True)
class WorldEntry:
    """What is known of a world without loading it."""

    fps: float
    """Frames per second of its clips, and of the models trained on them."""
    sizes: tuple[Size, ...]
    """(width, height) of its clips, the usual one first."""
    language: str
    """Where its `Language` is, as "module:attribute". Loads no simulator."""
    world: str
    """Where its `World` is, as "module:attribute"."""
    scene: str
    """Where its type of scenes is, with a class method `from_json`. Loads no simulator."""
    part: str
    """Where the dataclass of its parts is. Loads no simulator."""
    caption: str
    """Where the function `World.caption` is. Loads no simulator."""
    languages: tuple[str, ...] = ("en", "zh")
    """See `World.text_languages`."""
    details: tuple[str, ...]
    """See `World.caption_details`."""
    picture_detail: str = ""
    """The detail of a caption of one frame, which says nothing of what happens; "": the world has
    none."""
    requires: tuple[str, ...]
    """Packages that the world needs beyond those that are always installed."""
    install: str
    """What to tell a user who lacks them."""
    licence: str = ""
    """The licence under which its clips and what is trained on them have to be shared, as an SPDX
    identifier; "": any."""
    match: str = ""
    """Where the function is that says how much of a prompt a clip shows, see `prompt_match`, as
    "module:attribute"; "": nothing reads its clips."""
    credits: str = ""
    """Where the function is that gives the text by which its clips name the authors of what they
    are made from, as "module:attribute"; "": nobody has to be named."""

    @property
    def area(self) -> int:
        """Pixels of a frame of the usual size."""
        width, height = self.sizes[0]
        return width * height


TABLETOP = WorldEntry(
    fps=12.0,
    sizes=((96, 96), (128, 80), (80, 128)),
    language="sorairo.world.tabletop.language.service:LANGUAGE",
    world="sorairo.world.tabletop.world:WORLD",
    scene="sorairo.world.tabletop.scene:Scene",
    part="sorairo.world.tabletop.scene:SceneConfig",
    caption="sorairo.world.tabletop.language.captions:caption",
    match="sorairo.world.tabletop.perception.prompt_match:prompt_match",
    details=("short", "long"),
    requires=("mujoco", "scipy"),
    install="The tabletop world is simulated by MuJoCo: pip install 'sorairo[world]'.",
)
LIFELIKE = WorldEntry(
    fps=12.0,
    sizes=((128, 128), (160, 96), (96, 160)),
    language="sorairo.world.lifelike.language.service:LANGUAGE",
    world="sorairo.world.lifelike.world:WORLD",
    scene="sorairo.world.lifelike.scene:Scene",
    part="sorairo.world.lifelike.scene:SceneConfig",
    caption="sorairo.world.lifelike.language.captions:caption",
    details=("short", "full"),
    picture_detail="picture",
    requires=("mujoco", "scipy", "OpenEXR"),
    install="The lifelike world needs more packages: pip install 'sorairo[world]'.",
)
MENAGERIE = WorldEntry(
    fps=12.0,
    sizes=((128, 128), (160, 96), (96, 160)),
    language="sorairo.world.menagerie.language.service:LANGUAGE",
    world="sorairo.world.menagerie.world:WORLD",
    scene="sorairo.world.menagerie.scene:Scene",
    part="sorairo.world.menagerie.scene:SceneConfig",
    caption="sorairo.world.menagerie.language.captions:caption",
    details=("short", "full"),
    requires=("mujoco", "scipy", "OpenEXR"),
    install="The menagerie needs more packages: pip install 'sorairo[world]'.",
    licence="CC-BY-SA-3.0",
    credits="sorairo.world.menagerie.assets.archive:credits_text",
)
CRAFTER = WorldEntry(
    fps=8.0,
    sizes=((72, 72), (144, 144), (288, 288)),
    language="sorairo.world.crafter.language.service:LANGUAGE",
    world="sorairo.world.crafter.world:WORLD",
    scene="sorairo.world.crafter.scene:Scene",
    part="sorairo.world.crafter.scene:SceneConfig",
    caption="sorairo.world.crafter.language.captions:caption",
    details=("short", "full"),
    requires=("crafter",),
    install="The world of Crafter needs a package: pip install 'sorairo[play]'.",
)
FOOTAGE = WorldEntry(
    fps=12.0,
    sizes=((128, 128), (160, 96), (96, 160)),
    language="sorairo.world.open_language:LANGUAGE",
    world="sorairo.world.footage.world:WORLD",
    scene="sorairo.world.footage.scene:Scene",
    part="sorairo.world.footage.scene:SceneConfig",
    caption="sorairo.world.footage.scene:caption",
    details=("own",),
    requires=(),
    install="",
)
WORLDS = {
    "tabletop": TABLETOP,
    "lifelike": LIFELIKE,
    "menagerie": MENAGERIE,
    "crafter": CRAFTER,
}
FROM_FILES = {"footage": FOOTAGE}  # worlds that are read from a user's files
DEFAULT = "tabletop"  # of models that do not name their world
NONE = ""  # the world of models that were trained on no simulated world
JOINT = "+"  # between the names of several worlds, of a model that was trained on all of them


def names_in(world: str) -> tuple[str, ...]:
    """The names of the worlds of a model: none for NONE."""
    return tuple(filter(None, world.split(JOINT)))


def entry(name: str) -> WorldEntry:
    """What is known of a world without loading it. Raises UnknownNameError."""
    known = WORLDS | FROM_FILES
    if name not in known:
        raise unknown_name("world", name, tuple(known))
    return known[name]


@cache
def language(name: str = DEFAULT) -> Language:
    """The language of a world or of several, such as "tabletop+lifelike"; of NONE one that accepts
    every word. Raises UnknownNameError."""
    if name == NONE:
        return OPEN_LANGUAGE
    if JOINT in name:
        return JoinedLanguage(languages={each: language(each) for each in names_in(name)})
    return _load(entry(name).language)


@cache
def world(name: str = DEFAULT) -> World[Any, Any, Any]:
    """A world. Raises UnknownNameError, and MissingExtraError where its simulator is missing."""
    found = entry(name)
    try:
        return _load(found.world)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in found.requires:
            raise
        raise MissingExtraError(found.install) from error


@cache
def part_type(name: str = DEFAULT) -> type:
    """The dataclass of the parts of a world. Raises UnknownNameError."""
    return _load(entry(name).part)


def scene_from_json(name: str, record: Mapping[str, Any]) -> Scene:
    """The scene of a world that `Scene.to_json` gave the record for; needs no simulator. Raises
    UnknownNameError."""
    return _load(entry(name).scene).from_json(dict(record))


def caption(
    name: str, scene: Scene, rng: np.random.Generator, *, language: str, detail: str
) -> str:
    """A caption of a scene of a world, see `World.caption`; needs no simulator. Raises
    UnknownNameError."""
    return _load(entry(name).caption)(scene, rng, language=language, detail=detail)


def prompt_match(
    name: str, frames: np.ndarray, fps: float, text: str, trained_on: Mapping[str, Any] | None
) -> dict[str, float] | None:
    """How much of a prompt a clip of a world shows: from 0 to 1 for each thing that the prompt
    says, by its name, such as "color". None where nothing can read it, or a package that reads it
    is not installed. Needs no simulator. Raises UnknownNameError."""
    joined = language(name)
    if isinstance(joined, JoinedLanguage):
        name = joined.world_of(text)
        trained_on = (trained_on or {}).get(name)
    found = entry(name) if name != NONE else None
    if found is None or not found.match:
        return None
    try:
        return _load(found.match)(frames, fps, text, trained_on)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in found.requires:
            raise
        return None


def credits_of(name: str) -> str:
    """Whom clips of a world have to name; "": nobody. Raises UnknownNameError, and
    MissingExtraError where the world's files cannot be fetched."""
    place = entry(name).credits
    return _load(place)() if place else ""


@cache
def _load(place: str) -> Any:
    module, _, attribute = place.partition(":")
    return getattr(importlib.import_module(module), attribute)
