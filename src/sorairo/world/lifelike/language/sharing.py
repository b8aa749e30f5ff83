"""Whether two texts can be about one scene of the lifelike world."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sorairo.world.lifelike.language import lexicon
from sorairo.world.phrases import Fact, by_kind, differ

LASTING = ("place", "ground", "weather", "hour", "wall", *lexicon.COLORED)
BELOW = ("trousers", "shorts", "skirt")  # garments that are worn with another one above


@dataclass(frozen=True, kw_only=True)
class _Somebody:
    """What a text says of a person."""

    who: set[str]
    looks: tuple[set[str], ...]
    """Of hair, of what is worn above and of what is worn below."""

    def may_be(self, other: _Somebody) -> bool:
        """Whether nothing that is said of two people differs."""
        pairs = zip(self.looks, other.looks, strict=True)
        return self.who == other.who and all(_fit(mine, theirs) for mine, theirs in pairs)


def may_share_scene(one: Collection[Fact], other: Collection[Fact]) -> bool:
    """Whether the facts of two texts can be those of one scene."""
    if differ(one, other, LASTING):
        return False
    mine, theirs = by_kind(one), by_kind(other)
    people, others = _people(mine), _people(theirs)
    if people and others:
        return any(person.may_be(each) for person in people for each in others)
    things, other_things = mine.get("thing", set()), theirs.get("thing", set())
    if not (people or things) or not (others or other_things):
        return True
    return bool(things & other_things)


def _people(said: Mapping[str, set[str]]) -> list[_Somebody]:
    numbers = [kind.removeprefix("who") for kind in said if kind.startswith("who")]
    found = []
    for number in numbers:
        worn = said.get(f"worn{number}", set())
        below = {garment for garment in worn if garment.endswith(BELOW)}
        hair = said.get(f"hair{number}", set())
        found.append(_Somebody(who=said[f"who{number}"], looks=(hair, worn - below, below)))
    return found


def _fit(some: set[str], others: set[str]) -> bool:
    """Whether looks can be the same: one of some says no more than one of others, or no less."""
    if not some or not others:
        return True
    words = [(set(a.split()), set(b.split())) for a in some for b in others]
    return any(a <= b or b <= a for a, b in words)
