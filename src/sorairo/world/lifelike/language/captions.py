"""Captions: true sentences about a scene, and the facts that they state."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sorairo.world.lifelike.language import lexicon
from sorairo.world.lifelike.language.lexicon import Phrases
from sorairo.world.lifelike.people.appearance.looks import Person
from sorairo.world.lifelike.scene import SOFT_GROUNDS, Scene, Thing
from sorairo.world.phrases import Fact

LANGUAGES = ("en", "zh")
DETAILS = ("short", "full")
PICTURE = "picture"  # what one frame shows: no event, no movement of the camera, no cut
STANDING = ("stand", "wave", "dance")


def caption(scene: Scene, rng: np.random.Generator, *, language: str, detail: str) -> str:
    """A caption; "short" names who and what happens, "full" all that can be said, "picture" who and
    what one frame of the clip shows."""
    return stated(scene, rng, language=language, detail=detail)[0]


def stated(
    scene: Scene, rng: np.random.Generator, *, language: str, detail: str
) -> tuple[str, frozenset[Fact]]:
    """A caption, and the facts that it states."""
    writer = _Writer(scene, rng, language, full=detail == "full", is_picture=detail == PICTURE)
    return writer.sentence(), frozenset(writer.facts)


class _Writer:
    def __init__(
        self,
        scene: Scene,
        rng: np.random.Generator,
        language: str,
        *,
        full: bool,
        is_picture: bool = False,
    ) -> None:
        self.scene, self.rng, self.language, self.full = scene, rng, language, full
        self.is_picture = is_picture
        self.facts: set[Fact] = set()

    def sentence(self) -> str:
        """The whole caption."""
        scene = self.scene
        event = self._subject()[0] if self.is_picture else self._event()
        circumstances = []
        leaves_traces = leaves_footprints(scene) and not self.is_picture
        if leaves_traces and self.rng.random() < (0.7 if self.full else 0.3):
            circumstances.append(self._phrase("trace", "footprints", lexicon.TRACES["footprints"]))
        if self.full or self.rng.random() < 0.5:
            circumstances.append(self._phrase("place", scene.place, lexicon.PLACES[scene.place]))
        if self.full and self.rng.random() < 0.7:
            ground = self._phrase("ground", scene.ground, lexicon.GROUNDS[scene.ground])
            circumstances.append(ground if self.language == "en" else f"地面是{ground}")
        if scene.weather != "clear":
            weather = self._phrase("weather", scene.weather, lexicon.WEATHERS[scene.weather])
            circumstances.append(weather)
        if scene.hour:
            circumstances.append(self._phrase("hour", scene.hour, lexicon.HOURS[scene.hour]))
        filmed = self._filmed()
        if self.language == "zh":
            place = [part for part in circumstances if part.startswith("在")]
            rest = [part for part in circumstances if not part.startswith("在")]
            start = f"{place[0]}，" if place else ""
            return "，".join([start + event, *rest, *filmed]) + "。"
        first = " ".join([event, *circumstances])
        text = first[0].upper() + first[1:]
        sentences = [text, *filmed]
        return ". ".join(sentences) + ("." if self.full or filmed else "")

    def _filmed(self) -> list[str]:
        """What is said of the camera. A cut is always said."""
        scene, shot = self.scene, self.scene.shot
        if self.is_picture and scene.cut is not None:  # it may be of either shot
            return []
        known = [
            ("framing", shot.framing, lexicon.FRAMINGS),
            ("angle", shot.angle, lexicon.ANGLES),
            ("camera", "" if self.is_picture else shot.camera, lexicon.CAMERAS),
        ]
        found = [
            self._phrase(kind, value, table[value])
            for kind, value, table in known
            if value in table and (self.full or self.rng.random() < 0.4)
        ]
        if scene.cut is not None:
            kind = scene.cut.kind(shot)
            found.append(self._phrase("cut", kind, lexicon.CUTS[kind]))
        return found

    def _phrase(self, kind: str, value: str, phrases: Phrases) -> str:
        self.facts.add((kind, value))
        return self._pick(phrases[self.language])

    def _pick(self, values: Sequence[str]) -> str:
        """The first of several with a chance of one half, else any."""
        if len(values) == 1 or self.rng.random() < 0.5:
            return values[0]
        return values[int(self.rng.integers(len(values)))]

    def _event(self) -> str:
        scene = self.scene
        heading = scene.heading
        if (scene.event, heading) not in lexicon.EVENTS:
            heading = "none"
        self.facts.add(("event", scene.event))
        if heading != "none":
            self.facts.add(("heading", heading))
        form = self._pick(lexicon.EVENTS[scene.event, heading][self.language])
        wall = ""
        if scene.event == "hide":
            wall = lexicon.color_word(scene.things[0].color, self.language)
            self.facts.add(("wall", scene.things[0].color))
        subject, several = self._subject()
        if several and self.language == "en":
            form = form.replace("stands still", "stand still").replace(
                "is standing", "are standing"
            )
        other = self._thing(scene.things[1]) if "{other}" in form else ""
        used = self._thing(scene.things[0]) if "{used}" in form else ""
        return form.format(subject, wall=wall, other=other, used=used)

    def _subject(self) -> tuple[str, bool]:
        """Who or what the event happens to, and whether they are several."""
        scene = self.scene
        if scene.people:
            parts = [self._person(person, index) for index, person in enumerate(scene.people)]
        elif scene.event != "stand":
            parts = [self._thing(scene.things[0])]
        else:
            parts = [self._named(thing.kind) for thing in scene.things]
        if self.language == "zh":
            return "和".join(parts), len(parts) > 1
        if len(parts) > 2:
            return ", ".join(parts[:-1]) + f" and {parts[-1]}", True
        return " and ".join(parts), len(parts) > 1

    def _thing(self, thing: Thing) -> str:
        if thing.kind not in lexicon.COLORED:
            return self._named(thing.kind)
        self.facts |= {("thing", thing.kind), (thing.kind, thing.color)}
        word = lexicon.color_word(thing.color, self.language)
        name = self._pick(lexicon.COLORED[thing.kind][self.language])
        if self.language == "zh":
            return f"{_one(thing.kind)}{word}的{name}"
        return f"{_article(word)} {word} {name}"

    def _named(self, kind: str) -> str:
        name = self._phrase("thing", kind, lexicon.THINGS[kind])
        return f"{_one(kind)}{name}" if self.language == "zh" else f"{_article(name)} {name}"

    def _person(self, person: Person, index: int) -> str:
        who = self._phrase(
            f"who{index}", f"{person.age} {person.sex}", lexicon.WHO[person.sex, person.age]
        )
        clothes = [self._garment(person.top, person.top_color, index)]
        if person.top != "dress" and self.full:
            clothes.append(self._garment(person.bottom, person.bottom_color, index))
        hair = self._hair(person, index) if self.full and self.rng.random() < 0.7 else ""
        if self.language == "zh":
            worn = "和".join(clothes)
            return f"一位穿{worn}、{hair}的{who}" if hair else f"一位穿{worn}的{who}"
        verb = "in" if self.rng.random() < 0.6 else "wearing"
        with_hair = f" with {hair}" if hair else ""
        return f"{_article(who)} {who}{with_hair} {verb} {' and '.join(clothes)}"

    def _garment(self, kind: str, color: str, index: int) -> str:
        self.facts.add((f"worn{index}", f"{color} {kind}"))
        name = self._pick(lexicon.CLOTHES[kind][self.language])
        word = lexicon.color_word(color, self.language)
        if self.language == "zh":
            return word + name
        plural = kind in ("trousers", "shorts")
        return f"{word} {name}" if plural else f"{_article(word)} {word} {name}"

    def _hair(self, person: Person, index: int) -> str:
        if person.hair == "bald":
            self.facts.add((f"hair{index}", "bald"))
            name = lexicon.HAIR["bald"][self.language][0]
            return name if self.language == "zh" else f"a {name}"
        self.facts.add((f"hair{index}", f"{person.hair_color} {person.hair}"))
        color = lexicon.HAIR_COLORS[person.hair_color][self.language][0]
        style = lexicon.HAIR[person.hair][self.language][0]
        if self.language == "zh":
            return color + style
        length, hair = style.split()
        return f"{length} {color} {hair}"


def leaves_footprints(scene: Scene) -> bool:
    """Whether someone is seen to walk on soft ground: in a close-up no feet are, and who sits down
    often stands before the seat from the start."""
    shots = (scene.shot, *([scene.cut.shot] if scene.cut else ()))
    feet = any(shot.framing == "whole" for shot in shots)
    walks = bool(scene.people) and scene.event not in (*STANDING, "sit")
    return scene.ground in SOFT_GROUNDS and walks and feet


def _one(kind: str) -> str:
    """ "One" before a thing, in Chinese."""
    return "一" + lexicon.MEASURES.get(kind, "个")


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"
