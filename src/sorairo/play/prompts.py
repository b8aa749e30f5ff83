"""What prompts of play name: the time and the place at which a game begins, and which networks are
given.

Networks get them in the phrases that captions use first, whatever the words of the prompt are: they
were trained on a few phrases, and on some of those too seldom to obey them.
"""

from __future__ import annotations

from collections.abc import Iterator

from sorairo.world.crafter.language import lexicon
from sorairo.world.crafter.start import PLACES, TIMES
from sorairo.world.phrases import Fact, cut

_NAMES = {
    **{name: name for name in (*TIMES, *PLACES)},
    **dict.fromkeys(("dark", "midnight", "夜", "晚上", "深夜", "午夜", "天黑"), "night"),
    **dict.fromkeys(("noon", "sunny", "中午"), "day"),
    **dict.fromkeys(("dusk", "sunset", "twilight", "日落"), "evening"),
    **dict.fromkeys(("sunrise", "黎明", "日出"), "dawn"),
    **dict.fromkeys(("早上", "早晨", "清晨"), "morning"),
    **dict.fromkeys(("grass", "grassland", "field", "草地", "草原"), "meadow"),
    **dict.fromkeys(("tree", "trees", "wood", "woods", "森林", "树"), "forest"),
    **dict.fromkeys(("sand", "beach", "沙漠", "沙滩", "沙"), "desert"),
    **dict.fromkeys(("water", "river", "sea", "shore", "湖", "水", "海"), "lake"),
    **dict.fromkeys(("mountains", "stone", "stones", "rock", "rocks", "山", "石头"), "mountain"),
    **dict.fromkeys(("caves", "tunnel", "tunnels", "洞", "隧道"), "cave"),
    **dict.fromkeys(("volcano", "岩浆", "火山"), "lava"),
}
"""Words of prompts beside the phrases of captions, and the time or place that they stand for."""
_SHOWN = {"morning": "day", "dawn": "day"}
"""Times of the game that captions do not tell apart, and the ones that they name."""


def _phrases() -> Iterator[tuple[str, Fact]]:
    for kind, table in (("time", lexicon.TIMES), ("place", lexicon.PLACES)):
        for name, phrases in table.items():
            yield from ((each, (kind, name)) for each in (*phrases["en"], *phrases["zh"]))
    for word, name in _NAMES.items():
        yield word, ("time" if name in TIMES else "place", name)


PHRASES: dict[str, Fact] = dict(_phrases())
"""All phrases that name a time or a place of a start, in lower case: "time" or "place", and which
one (see `world.crafter.start`)."""


def named(prompt: str) -> tuple[str, str]:
    """The first time and the first place that a prompt names, by their names in
    `world.crafter.start`; "" for none."""
    found: dict[str, str] = {}
    for piece in cut(prompt, PHRASES, ()):
        if piece.fact is not None:
            found.setdefault(*piece.fact)
    return found.get("time", ""), found.get("place", "")


def shown(time: str) -> str:
    """The time that captions name for one of the game's: of a dawn they say "by day"."""
    return _SHOWN.get(time, time)


def prompt_of(time: str, place: str) -> str:
    """The phrases of a time and a place that captions use first; "" for none."""
    found = [lexicon.TIMES[shown(time)]["en"][0]] if time else []
    return ", ".join([*found, *([lexicon.PLACES[place]["en"][0]] if place else [])])


def trained_phrases(prompt: str) -> str:
    """What networks are given for a prompt: the phrases of what it names; itself, where it names
    neither a time nor a place."""
    time, place = named(prompt)
    return prompt_of(time, place) or prompt
