"""One sentence in the words of captions."""

from __future__ import annotations

from dataclasses import dataclass

from sorairo.world.tabletop.language import lexicon_zh
from sorairo.world.tabletop.language.parsing import BodyWords
from sorairo.world.tabletop.language.reading.inflection import PLURAL, THIRD
from sorairo.world.tabletop.language.reading.wording import FLOORS_EN, count_words, wording
from sorairo.world.tabletop.scene import EVENT_SHAPES


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """What a sentence about one kind of thing says; None where it says nothing."""

    body: BodyWords
    count: int = 1
    event: str | None = None
    heading: str | None = None
    floor: str | None = None
    light: str | None = None
    style: str | None = None
    camera: str | None = None

    def write(self, language: str) -> str:
        """The sentence in a language, as captions have it."""
        return self._english() if language == "en" else self._chinese()

    @property
    def shape(self) -> str:
        """The shape of the body; where it is not said, one that can do what happens."""
        return self.body[0] or EVENT_SHAPES.get(self.event or "", ("sphere",))[0]

    def _english(self) -> str:
        _, color, size, material = self.body
        noun = [
            wording(category, value, "en")
            for category, value in (("size", size), ("color", color), ("material", material))
            if value
        ]
        noun.append(wording("shape", self.shape, "en", form=int(self.count > 1)))
        article = "an" if noun[0][0] in "aeiou" else "a"
        subject = [count_words(self.count, "en") or article, *noun]
        verb = wording("event", self.event, "en", self._verb_form) if self.event else ""
        heading = wording("heading", self.heading, "en") if self.heading else ""
        floor = ""
        if self.floor:
            floor = f"{'onto' if self.event == 'drop' else 'on'} {FLOORS_EN[self.floor]}"
        light = wording("light", self.light, "en") if self.light else ""
        text = " ".join(filter(None, [*subject, verb, heading, floor, light]))
        style = wording("style", self.style, "en") if self.style else ""
        camera = wording("camera", self.camera, "en") if self.camera else ""
        return ", ".join(filter(None, [text, style, camera]))

    @property
    def _verb_form(self) -> int:
        return PLURAL if self.count > 1 else THIRD

    def _chinese(self) -> str:
        _, color, size, material = self.body
        said = [f"{wording('color', color, 'zh')}的" if color else ""]
        said += [wording("size", size, "zh") if size else ""]
        said += [wording("material", material, "zh") if material else ""]
        subject = count_words(self.count, "zh") + "".join(said) + wording("shape", self.shape, "zh")
        floor = lexicon_zh.FLOORS[self.floor][0] if self.floor else ""
        parts = [
            wording("light", self.light, "zh") if self.light else "",
            self._chinese_clause(subject, floor),
            wording("style", self.style, "zh") if self.style else "",
            wording("camera", self.camera, "zh") if self.camera else "",
        ]
        return "\uff0c".join(filter(None, parts))

    def _chinese_clause(self, subject: str, floor: str) -> str:
        if not self.event:
            return f"{floor}上有{subject}" if floor else subject
        heading = wording("heading", self.heading, "zh") if self.heading else ""
        if self.event == "drop" and floor:
            return lexicon_zh.VERBS_ON_FLOOR["drop"][0].join([subject, ""]).format(F=floor)
        verb = lexicon_zh.VERBS[self.event][0].format(H=heading)
        if not floor:
            return subject + verb
        if verb.startswith("在"):
            return f"在{floor}上\uff0c{subject}{verb}"
        return f"{subject}在{floor}上{verb}"
