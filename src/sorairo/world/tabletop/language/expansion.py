"""Expansion of prompts: what a prompt leaves open is filled in, in the words of captions.

Nothing that a prompt says is changed, and equal seeds fill in the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from sorairo.world.tabletop.language import lexicon_en, lexicon_zh
from sorairo.world.tabletop.language.caption_plan import TRAVELLING, BodyGroup, CaptionPlan
from sorairo.world.tabletop.language.captions import write_caption
from sorairo.world.tabletop.language.parsing import (
    Assertions,
    parse,
    says_more_than_parsed,
)
from sorairo.world.tabletop.language.vocabulary import language_of, words_of
from sorairo.world.tabletop.scene import CANVAS_WORLD, CLASHES, EVENT_SHAPES, SceneConfig

# Stems of unknown words that may be about the floor, the light or the camera. Where a prompt has
# one of them, that property is not filled in.
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
TRIES = 30  # wordings drawn until one mentions every property; one in two does
DAY, STILL = 0.6, 0.6  # probabilities of daylight and of a still camera


def expand(prompt: str, seed: int = 0, part: SceneConfig = CANVAS_WORLD) -> str:
    """The prompt as a full caption of a `part` of the world.

    A prompt that names nothing of the world (a cat) comes back as it is; unknown words beside
    known ones are kept, and details are added after them. Idempotent.
    """
    said = parse(prompt)
    if not said.bodies or any(shape is None for shape, *_ in said.bodies):
        return prompt
    rng = np.random.default_rng((seed, 5))
    full = _filled(said, prompt, rng, part)
    if full == said:
        return prompt
    if _sayable(said, prompt) and _core(full) != _core(said):
        for text in _wordings(full, prompt, rng):
            if parse(text) == full:
                return text
    return appended(prompt, said, full)


def _filled(
    said: Assertions, prompt: str, rng: np.random.Generator, part: SceneConfig
) -> Assertions:
    """What the prompt says, and a random value that goes with it for each open property.

    Unknown words may be about any open property: then only the surroundings are filled in, and no
    floor if a place is named.
    """
    drawn = _draw(said, rng, part)
    known, alone = not said.unknown, said.count == 1
    (shape, color, *rest) = said.bodies[0]
    event = said.event or (drawn["event"] if known and alone else None)
    bodies = said.bodies
    if known and alone and color is None:
        bodies = ((shape, drawn["color"], *rest),)
    touched = _touched(said, prompt)

    def surrounding(name: str) -> str | None:
        return getattr(said, name) or (None if name in touched else drawn[name])

    return replace(
        said,
        bodies=bodies,
        event=event,
        heading=said.heading or (drawn["heading"] if known and event in TRAVELLING else None),
        floor=surrounding("floor"),
        light=surrounding("light"),
        camera=surrounding("camera"),
    )


def _draw(said: Assertions, rng: np.random.Generator, part: SceneConfig) -> dict[str, str]:
    """A value of each property that goes with what is said.

    All are drawn whether needed or not, so that one property does not change another's value.
    """

    def choose(options: Sequence[str]) -> str:
        return options[int(rng.integers(len(options)))]

    shape, color, *_ = said.bodies[0]
    unclear = CLASHES.get(said.floor or "", ()) + CLASHES.get(said.light or "", ())
    drawn = {"color": choose([c for c in part.colors if c not in unclear] or part.colors)}
    day, still = rng.random(2) < (DAY, STILL)
    color = color or drawn["color"]
    floors = [each for each in part.floors if color not in CLASHES.get(each, ())]
    drawn["floor"] = choose(floors or part.floors)
    lights = [each for each in part.lights if color not in CLASHES.get(each, ())]
    drawn["light"] = "day" if day and "day" in lights else choose(lights or part.lights)
    drawn["camera"] = "still" if still and "still" in part.cameras else choose(part.cameras)
    able = [e for e in part.events if shape in EVENT_SHAPES.get(e, (shape,)) and e != "collide"]
    drawn["event"], drawn["heading"] = choose(able or ["drop"]), choose(("left", "right"))
    return drawn


def _touched(said: Assertions, prompt: str) -> set[str]:
    """What unknown words seem to be about: floor, light, camera."""
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
    if "camera" in prompt.lower() or "镜头" in prompt:  # a camera motion in unknown words
        about.add("camera")
    return about


def _core(said: Assertions) -> tuple:
    """The bodies and what they do; everything else is surroundings."""
    return said.bodies, said.event, said.heading, said.floor


def _sayable(said: Assertions, prompt: str) -> bool:
    """Whether a caption can express all of the prompt: one body, no unknown word, no property with
    two values (first left, then right)."""
    return said.count == 1 and not said.unknown and not says_more_than_parsed(prompt)


def _wordings(full: Assertions, prompt: str, rng: np.random.Generator) -> Iterator[str]:
    """Random captions of a scene with one body."""
    (shape, color, size, material), *_ = full.bodies
    assert shape is not None
    assert color is not None
    assert full.event is not None
    group = BodyGroup(shape=shape, color=color, size=size, material=material)
    plan = CaptionPlan(
        actors=(group,),
        landmark=None,
        others=(),
        **{name: getattr(full, name) for name in FIELDS},
    )
    for _ in range(TRIES):
        yield write_caption(plan, rng, language_of(prompt), "long")


def appended(prompt: str, said: Assertions, full: Assertions) -> str:
    """The prompt itself, followed by what `full` says of floor, light and camera beyond `said`."""
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
