"""Writes the plan of a caption in Chinese."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sorairo.world.tabletop.language import lexicon_zh as words
from sorairo.world.tabletop.language.caption_plan import BodyGroup, CaptionPlan, pick

COMMA, STOP = "\uff0c", "\u3002"  # full width, as Chinese writes them


def write(plan: CaptionPlan, rng: np.random.Generator, detail: str) -> str:
    """A random Chinese wording of a plan; with `detail` "long" rarely in telegraphic style."""
    telegraphic = rng.random() < (0.12 if detail == "short" else 0.04)
    text = _telegram(plan, rng) if telegraphic else _sentences(plan, rng)
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


def _sentences(plan: CaptionPlan, rng: np.random.Generator) -> str:
    counted = rng.random() < 0.85
    subject = _nouns(plan.actors, rng, counted)
    floor = pick(rng, words.FLOORS[plan.floor]) if plan.floor else ""
    text = _clause(plan, rng, subject, floor, counted)
    light = pick(rng, words.LIGHTS[plan.light]) if plan.light else ""
    opening = pick(rng, words.OPENINGS) if rng.random() < 0.15 else ""
    before, after = _style(plan.style, rng) if plan.style else ("", "")
    front = ",".join(part for part in (before, light, opening) if part)
    text = f"{front},{text}" if front else text
    if plan.others:
        text += f",{pick(rng, words.BESIDE, 0.8)}{_nouns(plan.others, rng, True)}"
    text += f",{after}" if after else ""
    if plan.camera:
        text += f"{STOP if rng.random() < 0.3 else ','}{pick(rng, words.CAMERAS[plan.camera])}"
    return text


def _style(style: str, rng: np.random.Generator) -> tuple[str, str]:
    """(text before the rest, text after it), one of them with the style."""
    place = rng.random()
    if place < 0.2:
        return f"{pick(rng, words.STYLE_MEDIA[style])}里", ""
    phrase = pick(rng, words.STYLES[style])
    return (phrase, "") if place < 0.5 else ("", phrase)


def _clause(
    plan: CaptionPlan, rng: np.random.Generator, subject: str, floor: str, counted: bool
) -> str:
    """Subject, floor, heading and verb, in one of their orders."""
    heading = pick(rng, words.HEADINGS[plan.heading]) if plan.heading else ""
    now = "正在" if rng.random() < 0.15 else ""
    verb = _verb(plan, rng, heading)
    if plan.relation and plan.landmark:
        where = pick(rng, words.RELATIONS[plan.relation])
        there = f"{subject}在{_noun(plan.landmark, rng, counted)}{where}"
        if not floor:
            return there
        return f"{'在' if rng.random() < 0.5 else ''}{floor}上,{there}"
    if plan.landmark:
        verb += _noun(plan.landmark, rng, counted)
    if not plan.event:
        return pick(rng, words.THERE).format(F=floor, B=subject) if floor else subject
    if not floor:
        some = f"{pick(rng, words.SOME_FLOOR)}"
        if plan.event == "drop" and rng.random() < 0.25:
            return f"{subject}{now}落到{some}"
        return f"{subject}{now}{verb}".replace("正在在", "正在")
    over = words.VERBS_ON_FLOOR.get(plan.event)
    if over and rng.random() < (0.75 if plan.event == "drop" else 0.3):
        return f"{subject}{now}{pick(rng, over, 0.8).format(F=floor, H=heading)}"
    if plan.event == "drop" or rng.random() < 0.4 or verb.startswith("在"):
        return f"{'在' if rng.random() < 0.5 else ''}{floor}上,{subject}{now}{verb}".replace(
            "正在在", "正在"
        )
    return f"{subject}{now or '在'}{floor}上{verb}"


def _verb(plan: CaptionPlan, rng: np.random.Generator, heading: str) -> str:
    if not plan.event:
        return ""
    return pick(rng, words.VERBS[plan.event], 0.7).format(H=heading)


def _telegram(plan: CaptionPlan, rng: np.random.Generator) -> str:
    """ "红球,木地板,落下", the first two in any order."""
    parts = [_nouns(plan.actors, rng, False)]
    if plan.floor:
        parts.insert(int(rng.integers(2)), pick(rng, words.FLOORS[plan.floor]))
    heading = pick(rng, words.HEADINGS[plan.heading]) if plan.heading else ""
    verb = _verb(plan, rng, heading)
    if plan.relation and plan.landmark:
        where = pick(rng, words.RELATIONS[plan.relation])
        verb = f"在{_noun(plan.landmark, rng, False)}{where}"
    elif plan.landmark:
        verb += _noun(plan.landmark, rng, False)
    parts.append(verb)
    if plan.others:
        parts.append(_nouns(plan.others, rng, False))
    if plan.light:
        parts.append(pick(rng, words.LIGHTS[plan.light]))
    if plan.style:
        medium = pick(rng, words.STYLE_MEDIA[plan.style])
        parts.insert(len(parts) if rng.random() < 0.5 else 0, medium)
    if plan.camera:
        parts.append(pick(rng, words.CAMERAS[plan.camera]))
    return ",".join(filter(None, parts))
