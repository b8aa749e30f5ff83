"""The language services of Crafter behind `world.protocol.Language`."""

from __future__ import annotations

from sorairo.world.crafter.language.parsing import TABLES, parse
from sorairo.world.phrase_language import PhraseLanguage

LANGUAGE = PhraseLanguage(
    examples=(
        "at night, in the desert",
        "the player gathers wood and water in a forest",
        "森林里，夜晚",
    ),
    parser=parse,
    tables=TABLES,
)
