"""The words in which a value is written again: those that captions use most."""

from __future__ import annotations

from sorairo.world.tabletop.language import lexicon_en, lexicon_zh
from sorairo.world.tabletop.language.reading.inflection import THIRD

# Which of the words of captions is used, where it is not the first.
EVENT_ROW = {"drop": 1}
CHINESE_ROW = {"sunset": 1}
FLOORS_EN = {
    "wood": "a wooden floor",
    "checker": "a checkerboard",
    "grass": "the grass",
    "sand": "the sand",
    "marble": "a marble floor",
    "snow": "the snow",
}
AND = {"en": "and", "zh": "和"}


def wording(category: str, value: str, language: str, form: int = THIRD) -> str:
    """The words of a value inside a sentence; `form` is that of a verb, or 1 for the plural of a
    shape."""
    en, zh = lexicon_en, lexicon_zh
    english = language == "en"
    if category == "shape":
        return en.SHAPES[value][0][form > 0] if english else zh.SHAPES[value][0]
    if category == "event":
        row = EVENT_ROW.get(value, 0)
        return en.VERBS[value][row][form] if english else zh.VERBS[value][0].replace("{H}", "")
    if category == "floor":
        return FLOORS_EN[value].split(" ", 1)[1] if english else zh.FLOORS[value][0]
    if category == "count":
        return count_words(int(value), language)
    if category == "camera":
        return f"the camera {en.CAMERAS[value][0][0]}" if english else zh.CAMERAS[value][0]
    tables = {
        "color": (en.COLORS, zh.COLORS),
        "size": (en.SIZES, zh.SIZES),
        "material": (en.MATERIALS, zh.MATERIALS),
        "heading": (en.HEADINGS, zh.HEADINGS),
        "light": (en.LIGHTS, zh.LIGHTS),
        "style": (en.STYLES, zh.STYLES),
        "relation": (en.RELATIONS, zh.RELATIONS),
    }
    if category not in tables:
        return ""
    row = 0 if english else CHINESE_ROW.get(value, 0)
    return tables[category][not english][value][row]


def count_words(count: int, language: str) -> str:
    """A number of things: "two", "两个"; "" for one in English."""
    if language == "zh":
        return lexicon_zh.NUMBERS[min(count, max(lexicon_zh.NUMBERS))]
    return lexicon_en.NUMBERS[min(count, max(lexicon_en.NUMBERS))] if count > 1 else ""
