"""The lifelike world's language services behind `world.protocol.Language`."""

from __future__ import annotations

from sorairo.world.lifelike.language import lexicon
from sorairo.world.lifelike.language.parsing import parse, rewritten
from sorairo.world.phrase_language import PhraseLanguage

LANGUAGE = PhraseLanguage(
    examples=(
        "a woman in a red dress walks to the left in a park",
        "a ball hits a pane of glass, which shatters",
        "一个红色的球落下并弹起",
    ),
    parser=parse,
    tables={
        "person": {f"{age} {sex}": p for (sex, age), p in lexicon.WHO.items()},
        "clothes": lexicon.CLOTHES,
        "hair": lexicon.HAIR,
        "thing": lexicon.THINGS,
        "place": lexicon.PLACES,
        "ground": lexicon.GROUNDS,
        "weather": lexicon.WEATHERS,
        "hour": lexicon.HOURS,
        "camera": lexicon.CAMERAS,
        "framing": lexicon.FRAMINGS,
        "angle": lexicon.ANGLES,
        "cut": lexicon.CUTS,
    },
    rewrite=rewritten,
)
