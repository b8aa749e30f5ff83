"""The menagerie's language services behind `world.protocol.Language`."""

from __future__ import annotations

from sorairo.world.menagerie.language import lexicon
from sorairo.world.menagerie.language.names import NAMES
from sorairo.world.menagerie.language.parsing import parse
from sorairo.world.phrase_language import PhraseLanguage

LANGUAGE = PhraseLanguage(
    examples=(
        "a brown horse walks to the left in a meadow",
        "three zebras run to the right on the savanna",
        "一头棕熊在森林里向左走",
    ),
    parser=parse,
    tables={
        "animal": {kind: {"en": name.english, "zh": name.chinese} for kind, name in NAMES.items()},
        "coat": lexicon.COATS,
        "place": lexicon.PLACES,
        "ground": lexicon.GROUNDS,
        "weather": lexicon.WEATHERS,
        "camera": lexicon.CAMERAS,
    },
)
