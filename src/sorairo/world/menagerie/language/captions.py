"""Captions: true sentences about a scene, and the facts that they state."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sorairo.world.menagerie.language import lexicon
from sorairo.world.menagerie.language.lexicon import Phrases
from sorairo.world.menagerie.language.names import NAMES
from sorairo.world.menagerie.scene import Creature, Scene
from sorairo.world.phrases import Fact

LANGUAGES = ("en", "zh")
DETAILS = ("short", "full")
PAIRS = ("pass", "follow", "chase")


def caption(scene: Scene, rng: np.random.Generator, *, language: str, detail: str) -> str:
    """A caption; "short" names who and what happens, "full" all that can be said."""
    return stated(scene, rng, language=language, detail=detail)[0]


def stated(
    scene: Scene, rng: np.random.Generator, *, language: str, detail: str
) -> tuple[str, frozenset[Fact]]:
    """A caption, and the facts that it states."""
    writer = _Writer(scene, rng, language, full=detail == "full")
    sentence = writer.chinese() if language == "zh" else writer.english()
    return sentence, frozenset(writer.facts)


class _Writer:
    def __init__(
        self, scene: Scene, rng: np.random.Generator, language: str, *, full: bool
    ) -> None:
        self.scene, self.rng, self.language, self.full = scene, rng, language, full
        self.facts: set[Fact] = {("event", scene.event)}
        self.several = len(scene.animals) > 1 and scene.event not in PAIRS

    def english(self) -> str:
        """The caption in English."""
        parts = [self._english_event()]
        place, ground, weather, camera = self._circumstances()
        first = " ".join([*parts, *(part for part in (ground, place, weather) if part)])
        if place and self.rng.random() < 0.25:  # the place first
            rest = " ".join([*parts, *(part for part in (ground, weather) if part)])
            first = f"{place}, {rest}"
        text = first[0].upper() + first[1:]
        return f"{text}. {camera}." if camera else text + ("." if self.full else "")

    def chinese(self) -> str:
        """The caption in Chinese."""
        place, ground, weather, camera = self._circumstances()
        first = f"{place}，" if place else ""
        rest = [f"地上是{ground}" if ground else "", weather, camera]
        return "，".join([first + self._chinese_event(), *(part for part in rest if part)]) + "。"

    def _circumstances(self) -> tuple[str, str, str, str]:
        """Place, ground, weather and camera, "" where they are not said."""
        scene, full = self.scene, self.full
        place = ground = weather = camera = ""
        if full or self.rng.random() < 0.5:
            place = self._phrase("place", scene.place, lexicon.PLACES[scene.place])
        if full and self.rng.random() < 0.6:
            ground = self._phrase("ground", scene.ground, lexicon.GROUNDS[scene.ground])
        if scene.weather != "clear" and (full or self.rng.random() < 0.7):
            weather = self._phrase("weather", scene.weather, lexicon.WEATHERS[scene.weather])
        if scene.camera != "still" and (full or self.rng.random() < 0.3):
            camera = self._phrase("camera", scene.camera, lexicon.CAMERAS[scene.camera])
        return place, ground, weather, camera

    def _english_event(self) -> str:
        scene = self.scene
        first = self._animals(0)
        if scene.event == "pass":
            return f"{first} and {self._animals(1)} {self._act('pass', several=True)}"
        if scene.event == "chase":
            act = self._act("chase")
            return f"{first} {act} {self._animals(1)} {self._heading()}"
        if scene.event == "follow":
            act, heading = self._act("walk"), self._heading()
            return f"{first} {act} {heading}, {self._act('follow')} {self._animals(1)}"
        if scene.event == "stop":
            return f"{first} {self._act('walk')} {self._heading()} {self._act('stop')}"
        if scene.event == "leave":
            return f"{first} {self._act('stand')} {self._act('leave')} {self._heading()}"
        act = self._act(self._action())
        moves = scene.event in ("walk", "run")
        return f"{first} {act} {self._heading()}" if moves else f"{first} {act}"

    def _chinese_event(self) -> str:
        scene = self.scene
        first = self._animals(0)
        if scene.event == "pass":
            return f"{first}和{self._animals(1)}{self._act('pass')}"
        if scene.event == "chase":
            return f"{first}{self._heading()}{self._act('chase')}{self._animals(1)}"
        if scene.event == "follow":
            walk = self._heading() + self._act("walk")
            return f"{first}{walk}，{self._act('follow')}{self._animals(1)}"
        if scene.event == "stop":
            return f"{first}{self._heading()}{self._act('walk')}，{self._act('stop')}"
        if scene.event == "leave":
            return f"{first}{self._act('stand')}，然后{self._heading()}{self._act('leave')}"
        act = self._act(self._action())
        moves = scene.event in ("walk", "run")
        return f"{first}{self._heading()}{act}" if moves else f"{first}{act}"

    def _action(self) -> str:
        if self.scene.event == "eat":
            return lexicon.EATS.get(self.scene.animals[0].kind, "graze")
        return self.scene.event

    def _act(self, action: str, *, several: bool | None = None) -> str:
        words = self._pick(lexicon.ACTIONS[action][self.language]).split("/")
        return words[-1] if (self.several if several is None else several) else words[0]

    def _heading(self) -> str:
        return self._phrase("heading", self.scene.heading, lexicon.HEADINGS[self.scene.heading])

    def _animals(self, index: int) -> str:
        """The animals, or of a pair the first or the second."""
        creature = self.scene.animals[index]
        count = str(len(self.scene.animals)) if self.several else "1"
        if count != "1":
            self.facts.add(("count", count))
        self.facts.add((f"animal{index}", creature.kind))
        coat = self._coat(creature, index)
        name = NAMES[creature.kind]
        if self.language == "zh":
            number = "一" if count == "1" else lexicon.COUNTS[count]["zh"][0]
            return number + name.measure + coat + self._pick(name.chinese)
        if count != "1":
            words = [lexicon.COUNTS[count]["en"][0], coat, self._pick(name.plural)]
            return " ".join(word for word in words if word)
        words = " ".join(word for word in (coat, self._pick(name.english)) if word)
        return f"{'an' if words[0] in 'aeiouAEIOU' else 'a'} {words}"

    def _coat(self, creature: Creature, index: int) -> str:
        if not creature.coat or not (self.full or self.rng.random() < 0.7):
            return ""
        return self._phrase(f"coat{index}", creature.coat, lexicon.COATS[creature.coat])

    def _phrase(self, kind: str, value: str, phrases: Phrases) -> str:
        self.facts.add((kind, value))
        return self._pick(phrases[self.language])

    def _pick(self, values: Sequence[str]) -> str:
        """The first of several with a chance of one half, else any."""
        if len(values) == 1 or self.rng.random() < 0.5:
            return values[0]
        return values[int(self.rng.integers(len(values)))]
