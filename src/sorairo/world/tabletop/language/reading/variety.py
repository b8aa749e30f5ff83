"""What a prompt leaves open, drawn from the seed; and what holds in a shot until it is changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sorairo.world.tabletop.language import lexicon_en, lexicon_zh
from sorairo.world.tabletop.language.caption_plan import TRAVELLING
from sorairo.world.tabletop.language.expansion import appended
from sorairo.world.tabletop.language.parsing import parse
from sorairo.world.tabletop.language.reading.compose import Sentence
from sorairo.world.tabletop.language.reading.fold import fold
from sorairo.world.tabletop.language.reading.pieces import cut
from sorairo.world.tabletop.language.reading.read import sentence_of
from sorairo.world.tabletop.language.reading.scene_words import scene_words
from sorairo.world.tabletop.language.vocabulary import language_of
from sorairo.world.tabletop.scene import CLASHES, SceneConfig

OTHER_LIGHT = 0.3  # probability of a light other than daylight where none is said
SMALL = 0.4  # probability of a small thing where no size is said; large ones need no word
DEFAULTS = {"light": "day", "camera": "still"}


def vary(prompt: str, seed: int, part: SceneConfig) -> str:
    """The prompt, with colour, size, heading, floor and light as far as it leaves them open. Equal
    seeds give equal texts.

    Only a prompt about one kind of thing that does something is varied: with a thing at rest, or
    several, the model needs all of the words that the user has chosen.
    """
    said = scene_words(cut(fold(prompt)), None)
    sentence = None if said.named else sentence_of(said)
    if sentence is None or sentence.event in (None, "stand") or not said.bodies:
        return prompt
    full = _filled(sentence, seed, part)
    return prompt if full == sentence else full.write(language_of(prompt))


def _filled(open_one: Sentence, seed: int, part: SceneConfig) -> Sentence:
    """The sentence with a random value for each property that it leaves open. All are drawn, needed
    or not, so that one property does not change the value of another."""

    rng = np.random.default_rng((seed, 7))

    def choose(options: Sequence[str]) -> str:
        return options[int(rng.integers(len(options)))]

    shape, color, size, material = open_one.body
    clashing = CLASHES.get(open_one.floor or "", ()) + CLASHES.get(open_one.light or "", ())
    drawn_color = choose([c for c in part.colors if c not in clashing] or part.colors)
    color = color or drawn_color
    small = "small" if rng.random() < SMALL and "small" in part.sizes else None
    heading = choose(("left", "right"))
    floors = [f for f in part.floors if color not in CLASHES.get(f, ())] or part.floors
    floor = _in_turn(floors, seed)
    lights = [each for each in sorted(set(part.lights)) if each != "day"]
    lights = [each for each in lights if color not in CLASHES.get(each, ())]
    light = choose(lights) if rng.random() < OTHER_LIGHT and lights else None
    if open_one.floor:  # whoever names the place and no light means daylight
        light = None
    if open_one.event not in TRAVELLING:
        heading = None
    return replace(
        open_one,
        body=(shape, color, size or small, material),
        heading=open_one.heading or heading,
        floor=open_one.floor or floor,
        light=open_one.light or light,
    )


def _in_turn(options: Sequence[str], seed: int) -> str:
    """One of the options; seeds that follow one another go through all of them."""
    rest = len(options)
    order = np.random.default_rng((seed // rest, 11)).permutation(rest)
    return options[int(order[seed % rest])]


def returning(text: str) -> str:
    """The text with the opposite heading, if something travels in it: "slides to the left" becomes
    "slides to the right"."""
    said = parse(text)
    if said.event not in TRAVELLING or said.heading is None:
        return text
    swapped: dict[str, str] = {}
    for words in (lexicon_en, lexicon_zh):
        for left, right in zip(words.HEADINGS["left"], words.HEADINGS["right"], strict=True):
            swapped |= {left: right, right: left}
    phrases = sorted(swapped, key=len, reverse=True)
    pattern = "|".join(rf"\b{each}\b" if each.isascii() else each for each in phrases)
    return re.sub(pattern, lambda found: swapped[found.group().lower()], text, flags=re.IGNORECASE)


def complete(texts: Sequence[str]) -> tuple[str, ...]:
    """The texts of one shot. What was said holds on; before it is said for the first time, daylight
    and a still camera hold, and the floor is the one that is named first."""
    meanings = [parse(text) for text in texts]
    result = list(texts)
    for name in ("floor", "light", "camera"):
        values = [getattr(meaning, name) for meaning in meanings]
        if len({*values}) < 2:
            continue
        now = DEFAULTS.get(name) or next(value for value in values if value)
        for index, value in enumerate(values):
            now = value or now
            if value is None and texts[index].strip():
                said = parse(result[index])
                result[index] = appended(result[index], said, replace(said, **{name: now}))
    return tuple(result)
