"""Filling in what a prompt leaves open, by the rules of the captions.

What a prompt says is never changed, and equal seeds fill in the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from sorairo.world.tabletop.language import lexicon_en, lexicon_zh
from sorairo.world.tabletop.language.caption_plan import TRAVELLING, BodyGroup, Telling
from sorairo.world.tabletop.language.captions import put_in_words
from sorairo.world.tabletop.language.parsing import (
    Assertions,
    language_of,
    parse,
    says_more,
    words_of,
)
from sorairo.world.tabletop.scene import ABLE, CANVAS_WORLD, CLASHES, SceneConfig

# What unknown words are about: a floor, light or camera of which nothing is to be said then.
PLACES = "on onto across over along in into inside through under off down upon at by behind"
ABOUT = {
    "floor": "floor ground table desk road street water sea lake river sky space beach field ice"
    " room stage stone carpet rug 桌 路 街 水 海 湖 河 天空 太空 石 毯 冰 屋",
    "light": "light lit sun moon star dark bright dawn dusk noon lamp glow shadow shade neon fire"
    " morning 光 月 阳 星 暗 亮 晨 昏 灯 影 火",
    "camera": "camera zoom pan track shot close angle view lens handheld dolly crane drone film"
    " 摄 镜 推 拉 摇 跟 特写 俯 视角",
}
FIELDS = ("event", "heading", "floor", "light", "camera", "style")
TRIES = 30  # wordings, until one says all there is to say; one in two does
DAY, STILL = 0.6, 0.6  # how often light and camera are the plain ones


def expand(prompt: str, seed: int = 0, world: SceneConfig | None = None) -> str:
    """The prompt as a full caption of the part of the `world` that the model was taught.

    What the world's words do not hold (a cat) comes back as it is; words beside known ones are
    kept, and detail is put after them. Idempotent.
    """
    said = parse(prompt)
    if not said.bodies or any(shape is None for shape, *_ in said.bodies):
        return prompt
    rng = np.random.default_rng((seed, 5))
    full = _filled(said, prompt, rng, world or CANVAS_WORLD)
    if full == said:
        return prompt
    if _sayable(said, prompt) and _core(full) != _core(said):
        for text in _wordings(full, prompt, rng):
            if parse(text) == full:
                return text
    return _appended(prompt, said, full)


def _filled(
    said: Assertions, prompt: str, rng: np.random.Generator, world: SceneConfig
) -> Assertions:
    """What is said, and for all that is open a choice that goes with it.

    Words that are not known may have said any of what seems open: then only surroundings are
    filled in, and no floor where a place is named.
    """

    def choose(options):
        return options[int(rng.integers(len(options)))]

    # Every choice is drawn whether or not it is needed, so that one does not change another.
    (shape, color, *rest), *others = said.bodies
    unclear = CLASHES.get(said.floor or "", ()) + CLASHES.get(said.light or "", ())
    colors = [each for each in world.colors if each not in unclear] or list(world.colors)
    a_color, draws = choose(colors), rng.random(2)
    floors = [each for each in world.floors if (color or a_color) not in CLASHES.get(each, ())]
    a_floor = choose(floors or world.floors)
    lights = [each for each in world.lights if (color or a_color) not in CLASHES.get(each, ())]
    a_light = "day" if draws[0] < DAY and "day" in lights else choose(lights or world.lights)
    a_camera = "still" if draws[1] < STILL and "still" in world.cameras else choose(world.cameras)
    able = [e for e in world.events if shape in ABLE.get(e, (shape,)) and e != "collide"]
    an_event, a_heading = choose(able or ["drop"]), choose(("left", "right"))

    known = not said.unknown
    event = said.event or (an_event if known and not others else None)
    heading = said.heading or (a_heading if known and event in TRAVELLING else None)
    bodies = said.bodies
    if known and color is None and not others:
        bodies = ((shape, a_color, *rest),)
    touched = _touched(said, prompt)
    return replace(
        said,
        bodies=bodies,
        event=event,
        heading=heading,
        floor=said.floor or (None if "floor" in touched else a_floor),
        light=said.light or (None if "light" in touched else a_light),
        camera=said.camera or (None if "camera" in touched else a_camera),
    )


def _touched(said: Assertions, prompt: str) -> set[str]:
    """Of what unknown words seem to speak: floor, light, camera."""
    about = {
        kind
        for kind, stems in ABOUT.items()
        for stem in stems.split()
        if any(stem in word for word in said.unknown)
    }
    words, places = words_of(prompt), PLACES.split()
    for index, word in enumerate(words):
        if word in places and set(words[index + 1 : index + 3]) & set(said.unknown):
            about.add("floor")
    if any(re.search(re.escape(word) + "[上里中下边旁]", prompt) for word in said.unknown):
        about.add("floor")
    if "camera" in prompt.lower() or "镜头" in prompt:  # said, but in words that are not known
        about.add("camera")
    return about


def _core(said: Assertions) -> tuple:
    """What a caption is about; the rest are its surroundings."""
    return said.bodies, said.event, said.heading, said.floor


def _sayable(said: Assertions, prompt: str) -> bool:
    """Whether a caption can hold all of the prompt: one body, no word that is not known, nothing
    said twice in two ways (first left, then right)."""
    return said.count == 1 and not said.unknown and not says_more(prompt)


def _wordings(full: Assertions, prompt: str, rng: np.random.Generator) -> Iterator[str]:
    """Captions of a scene with one body."""
    (shape, color, size, material), *_ = full.bodies
    assert shape is not None
    assert color is not None
    assert full.event is not None
    group = BodyGroup(shape=shape, color=color, size=size, material=material)
    telling = Telling(
        actors=(group,),
        struck=None,
        others=(),
        **{name: getattr(full, name) for name in FIELDS},
    )
    for _ in range(TRIES):
        yield put_in_words(telling, rng, language_of(prompt), "long")


def _appended(prompt: str, said: Assertions, full: Assertions) -> str:
    """The prompt itself, and after it what it left open."""
    chinese = language_of(prompt) == "zh"
    words = lexicon_zh if chinese else lexicon_en
    parts = []
    if full.floor and full.floor != said.floor:
        floor = words.FLOORS[full.floor][0]
        parts.append(f"在{floor}上" if chinese else f"on {floor.format(a='a')}")
    if full.light and full.light != said.light:
        parts.append(words.LIGHTS[full.light][0])
    if full.camera and full.camera != said.camera:
        phrase = words.CAMERAS[full.camera][0]
        parts.append(phrase if chinese else f"the camera {phrase[0]}")
    if not parts:
        return prompt
    comma = "，" if chinese else ", "
    return comma.join([prompt.strip().rstrip(".。,，;； "), *parts])
