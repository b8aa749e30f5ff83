"""English verb forms."""

from __future__ import annotations

from collections.abc import Iterator

from sorairo.world.tabletop.language.reading.synonyms_en import IRREGULAR

# Which form of a verb of captions is written in place of another: indices into a row of
# `lexicon_en.VERBS`.
THIRD, PLURAL, PARTICIPLE = 0, 1, 2


def forms_of(phrase: str) -> Iterator[tuple[str, int]]:
    """The forms of a verb phrase in base form ("skid+ away"), each with the form of captions that
    takes its place: "skids away", THIRD. A "+" doubles the final consonant."""
    verb, space, rest = phrase.strip().partition(" ")
    base = verb.removesuffix("+")
    stem = base + base[-1] if verb.endswith("+") else base
    tail = space + rest.replace("+", "")
    yield base + tail, PLURAL
    yield _third(base) + tail, THIRD
    irregular = IRREGULAR.get(base, ())
    own_participle = any(form.endswith("ing") for form in irregular)
    if not own_participle:
        yield _suffixed(stem, "ing") + tail, PARTICIPLE
    if len(irregular) == own_participle:
        yield _suffixed(stem, "ed") + tail, THIRD
    for form in irregular:
        yield form + tail, PARTICIPLE if form.endswith("ing") else THIRD


def _third(base: str) -> str:
    if base.endswith(("s", "sh", "ch", "x", "z", "o")):
        return base + "es"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ies"
    return base + "s"


def _suffixed(stem: str, suffix: str) -> str:
    if suffix == "ed" and stem.endswith("y") and stem[-2] not in "aeiou":
        return stem[:-1] + "ied"
    return stem.removesuffix("e") + suffix if not stem.endswith("ee") else stem + suffix
