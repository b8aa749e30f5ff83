"""A telling in Chinese."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sorairo.world.tabletop.language import lexicon_zh as words
from sorairo.world.tabletop.language.caption_plan import BodyGroup, Telling, pick

COMMA, STOP = "\uff0c", "\u3002"  # full width, as Chinese writes them


def say(telling: Telling, rng: np.random.Generator, detail: str) -> str:
    """The telling as one Chinese caption."""
    telegraphic = rng.random() < (0.12 if detail == "short" else 0.04)
    text = _telegram(telling, rng) if telegraphic else _sentences(telling, rng)
    text = text.replace(",", COMMA)
    return text + STOP if STOP in text or rng.random() < 0.4 else text


def _noun(group: BodyGroup, rng: np.random.Generator, counted: bool) -> str:
    shape = pick(rng, words.SHAPES[group.shape])
    size = pick(rng, words.SIZES[group.size]) if group.size else ""
    material = pick(rng, words.MATERIALS[group.material]) if group.material else ""
    bare = rng.random() < 0.35 and not material and not size
    color = words.COLORS[group.color][int(bare and rng.random() < 0.6)]
    of = "" if bare else "的"
    noun = f"{color}{of}{size}{material}{shape}"
    return words.NUMBERS[group.count] + noun if counted or group.count > 1 else noun


def _nouns(groups: Sequence[BodyGroup], rng: np.random.Generator, counted: bool) -> str:
    nouns = [_noun(group, rng, counted) for group in groups]
    return "和".join(filter(None, ["、".join(nouns[:-1]), nouns[-1]]))


def _sentences(telling: Telling, rng: np.random.Generator) -> str:
    counted = rng.random() < 0.85
    subject = _nouns(telling.actors, rng, counted)
    floor = pick(rng, words.FLOORS[telling.floor]) if telling.floor else ""
    text = _clause(telling, rng, subject, floor, counted)
    light = pick(rng, words.LIGHTS[telling.light]) if telling.light else ""
    opening = pick(rng, words.OPENINGS) if rng.random() < 0.15 else ""
    before, after = _style(telling.style, rng) if telling.style else ("", "")
    front = ",".join(part for part in (before, light, opening) if part)
    text = f"{front},{text}" if front else text
    if telling.others:
        text += f",{pick(rng, words.BESIDE, 0.8)}{_nouns(telling.others, rng, True)}"
    text += f",{after}" if after else ""
    if telling.camera:
        text += f"{STOP if rng.random() < 0.3 else ','}{pick(rng, words.CAMERAS[telling.camera])}"
    return text


def _style(style: str, rng: np.random.Generator) -> tuple[str, str]:
    """The style as what stands before the rest, or after it."""
    place = rng.random()
    if place < 0.2:
        return f"{pick(rng, words.STYLE_MEDIA[style])}里", ""
    phrase = pick(rng, words.STYLES[style])
    return (phrase, "") if place < 0.5 else ("", phrase)


def _clause(
    telling: Telling, rng: np.random.Generator, subject: str, floor: str, counted: bool
) -> str:
    """Subject, floor, heading and verb, in one of their orders."""
    heading = pick(rng, words.HEADINGS[telling.heading]) if telling.heading else ""
    now = "正在" if rng.random() < 0.15 else ""
    verb = _verb(telling, rng, heading)
    if telling.relation and telling.struck:
        where = pick(rng, words.RELATIONS[telling.relation])
        there = f"{subject}在{_noun(telling.struck, rng, counted)}{where}"
        if not floor:
            return there
        return f"{'在' if rng.random() < 0.5 else ''}{floor}上,{there}"
    if telling.struck:
        verb += _noun(telling.struck, rng, counted)
    if not telling.event:
        return pick(rng, words.THERE).format(F=floor, B=subject) if floor else subject
    if not floor:
        some = f"{pick(rng, words.SOME_FLOOR)}"
        if telling.event == "drop" and rng.random() < 0.25:
            return f"{subject}{now}落到{some}"
        return f"{subject}{now}{verb}".replace("正在在", "正在")
    over = words.VERBS_ON_FLOOR.get(telling.event)
    if over and rng.random() < (0.75 if telling.event == "drop" else 0.3):
        return f"{subject}{now}{pick(rng, over, 0.8).format(F=floor, H=heading)}"
    if telling.event == "drop" or rng.random() < 0.4 or verb.startswith("在"):
        return f"{'在' if rng.random() < 0.5 else ''}{floor}上,{subject}{now}{verb}".replace(
            "正在在", "正在"
        )
    return f"{subject}{now or '在'}{floor}上{verb}"


def _verb(telling: Telling, rng: np.random.Generator, heading: str) -> str:
    if not telling.event:
        return ""
    return pick(rng, words.VERBS[telling.event], 0.7).format(H=heading)


def _telegram(telling: Telling, rng: np.random.Generator) -> str:
    """ "红球,木地板,落下", the first two in any order."""
    parts = [_nouns(telling.actors, rng, False)]
    if telling.floor:
        parts.insert(int(rng.integers(2)), pick(rng, words.FLOORS[telling.floor]))
    heading = pick(rng, words.HEADINGS[telling.heading]) if telling.heading else ""
    verb = _verb(telling, rng, heading)
    if telling.relation and telling.struck:
        where = pick(rng, words.RELATIONS[telling.relation])
        verb = f"在{_noun(telling.struck, rng, False)}{where}"
    elif telling.struck:
        verb += _noun(telling.struck, rng, False)
    parts.append(verb)
    if telling.others:
        parts.append(_nouns(telling.others, rng, False))
    if telling.light:
        parts.append(pick(rng, words.LIGHTS[telling.light]))
    if telling.style:
        medium = pick(rng, words.STYLE_MEDIA[telling.style])
        parts.insert(len(parts) if rng.random() < 0.5 else 0, medium)
    if telling.camera:
        parts.append(pick(rng, words.CAMERAS[telling.camera]))
    return ",".join(filter(None, parts))
