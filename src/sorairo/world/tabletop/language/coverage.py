"""Warnings about things in a prompt that were not in the model's training scenes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sorairo.notes import Note
from sorairo.world.tabletop.language.parsing import Assertions
from sorairo.world.tabletop.language.reading.camera_words import read_camera
from sorairo.world.tabletop.language.reading.fold import fold
from sorairo.world.tabletop.language.reading.listing import word_groups
from sorairo.world.tabletop.language.reading.pieces import cut
from sorairo.world.tabletop.language.reading.read import TabletopReading
from sorairo.world.tabletop.language.reading.scene_words import SPEC_FIELDS


def coverage_warnings(said: Assertions, trained_on: Mapping[str, Any] | None) -> list[str]:
    """Warnings about requested things that were not trained on, and about a prompt whose object may
    be drawn twice.

    `trained_on` is the `SceneConfig` of the model's training scenes as JSON; None: not recorded.
    """
    return [*_not_trained_on(said, trained_on), *_may_double(said, trained_on or {})]


def reading_notes(found: TabletopReading, trained_on: Mapping[str, Any] | None) -> Iterator[Note]:
    """Sentences on what of a prompt is left out."""
    if found.unknown:
        several = "s" if len(found.unknown) > 1 else ""
        words = ", ".join(found.unknown)
        yield Note(f"Ignored (unknown word{several}): {words}", "unknown_words", words=words)
    if found.unused:
        words = ", ".join(found.unused)
        yield Note(f"Ignored (cannot be drawn where it stands): {words}", "unused", words=words)
    known = {"styles": ["none"], **(trained_on or {})}
    for category, value in found.undrawn:
        names = ", ".join(dict.fromkeys(known[SPEC_FIELDS[category]]))
        yield Note(
            f"The model was not trained on the {category} '{value}'; it knows {names}.",
            "not_trained_on",
            category=category,
            value=value,
            known=names,
            value_zh="、".join(_in_chinese(category, [value])),
            known_zh="、".join(_in_chinese(category, known[SPEC_FIELDS[category]])),
        )


def _in_chinese(category: str, values: Iterable[str]) -> Iterator[str]:
    """What Chinese captions call values of a category."""
    words = {each.value: each.written["zh"] for each in word_groups(None) if each.kind == category}
    for value in dict.fromkeys(values):
        yield words[value][0] if words.get(value) else "无" if value == "none" else value


def untrained_words(prompt: str) -> Iterator[str]:
    """A sentence on words that captions do not have, whatever they mean: those of a prompt that is
    used as it is."""
    pieces = read_camera(cut(fold(prompt)))
    words = [piece.said for piece in pieces if piece.category == "unknown" or not piece.written]
    if words:
        yield f"The model was not trained on these words: {', '.join(dict.fromkeys(words))}"


def _not_trained_on(said: Assertions, trained_on: Mapping[str, Any] | None) -> list[str]:
    """What the world has, but not the part of it that the model was trained on."""
    if not trained_on:
        return []
    known = {"styles": ["none"], **trained_on}  # models from before there were styles
    warnings = [
        f"The model was not trained on the {kind[:-1]} '{value}'; it knows"
        f" {', '.join(known[kind])}."
        for kind, values in _asked(said).items()
        for value in dict.fromkeys(values)
        if value is not None and value not in known[kind]
    ]
    if said.count > known["max_bodies"]:
        warnings.append(
            f"The prompt names {said.count} objects; the model was trained on scenes with at most"
            f" {known['max_bodies']}."
        )
    return warnings


def _asked(said: Assertions) -> dict[str, tuple[str | None, ...]]:
    """The values that a prompt names, by the field of SceneConfig that lists them."""
    bodies = list(said.bodies) or [(None,) * 4]
    shapes, colors, sizes, materials = zip(*bodies, strict=True)
    return {
        "shapes": shapes,
        "colors": colors,
        "sizes": sizes,
        "materials": materials,
        "events": (said.event,),
        "floors": (said.floor,),
        "lights": (said.light,),
        "cameras": (said.camera,),
        "styles": (said.style,),
    }


def _may_double(said: Assertions, trained_on: Mapping[str, Any]) -> list[str]:
    """One object at rest, for a model that was trained on several at rest."""
    if said.count != 1 or said.event not in (None, "stand"):
        return []
    if trained_on.get("max_bodies", 1) == 1:
        return []
    return [
        "No action in your prompt; the model may draw several objects. Add one, for example"
        " 'rolls to the left', or use --expand."
    ]
