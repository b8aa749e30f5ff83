"""Actors of 0 A.D.: which mesh, textures, animations and parts make up an animal.

An actor is a list of groups, each a choice of one variant; a variant may name a file that it
extends. Later groups add to earlier ones and replace what they name again.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

ACTORS, VARIANTS = "art/actors", "art/variants"
MESHES, ANIMATIONS, SKINS = "art/meshes", "art/animation", "art/textures/skins"
AVOIDED = ("death", "blood", "feeding", "run")  # variants for a state of the game, not of looks

Read = Callable[[str], bytes]


@dataclass(kw_only=True)
class Actor:
    """What one choice of variants comes to. Paths are those of the archive."""

    mesh: str = ""
    """The mesh file; "" where there is none."""
    textures: dict[str, str] = field(default_factory=dict)
    """Texture files by their use: "baseTex", "normTex", "specTex"."""
    animations: dict[str, list[str]] = field(default_factory=dict)
    """Animation files by the state that they show, in lower case: "walk", "run", "idle", ..."""
    see_through: bool = False
    """Whether the texture's opacity is shown: its material has a name such as "basic_trans"."""
    props: list[tuple[str, str]] = field(default_factory=list)
    """Parts: the name of a point of the mesh, and an actor file."""


def resolve(read: Read, actor: str, chosen: Sequence[str] = ()) -> Actor:
    """An actor file with, in each group, the first variant that is named in `chosen`, or else the
    first of those that are not for a state such as death."""
    root = ElementTree.fromstring(read(f"{ACTORS}/{actor}"))
    material = root.findtext("material") or ""
    found = Actor(see_through=material.startswith("basic_trans"))
    wanted = [name.lower() for name in chosen]
    for group in _groups(root):
        choices = _choices(group)
        if not choices:
            continue
        names = [_name(variant) for variant in choices]
        index = next((names.index(name) for name in wanted if name in names), 0)
        _apply(read, choices[index], found)
    return found


def _groups(root: ElementTree.Element) -> list[list[ElementTree.Element]]:
    return [group.findall("variant") for group in root.findall("group")]


def _name(variant: ElementTree.Element) -> str:
    return (variant.get("name") or variant.get("file") or "").lower()


def _choices(variants: list[ElementTree.Element]) -> list[ElementTree.Element]:
    return [one for one in variants if not any(word in _name(one) for word in AVOIDED)]


def _apply(read: Read, variant: ElementTree.Element, actor: Actor) -> None:
    base = variant.get("file")
    if base:
        _apply(read, ElementTree.fromstring(read(f"{VARIANTS}/{base}")), actor)
    mesh = variant.findtext("mesh")
    if mesh:
        actor.mesh = f"{MESHES}/{mesh.strip()}.cached.pmd"
    for texture in variant.iter("texture"):
        actor.textures[texture.get("name", "")] = f"{SKINS}/{texture.get('file')}.cached.dds"
    stated = [
        (one.get("name", "").lower(), one.get("file", "")) for one in variant.iter("animation")
    ]
    for state in {state for state, _ in stated}:
        files = [f"{ANIMATIONS}/{file}.cached.psa" for name, file in stated if name == state]
        actor.animations[state] = list(dict.fromkeys(files))
    points = {point for point, _ in _props(variant)}
    actor.props = [prop for prop in actor.props if prop[0] not in points] + _props(variant)


def _props(variant: ElementTree.Element) -> list[tuple[str, str]]:
    return [(one.get("attachpoint", ""), one.get("actor", "")) for one in variant.iter("prop")]
