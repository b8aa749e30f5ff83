"""Writes the plan of a caption in English."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sorairo.world.tabletop.language import lexicon_en as words
from sorairo.world.tabletop.language.caption_plan import BodyGroup, CaptionPlan, pick

IS = ("is", "are")


def write(plan: CaptionPlan, rng: np.random.Generator, detail: str) -> str:
    """A random English wording of a plan; with `detail` "long" rarely in telegraphic style."""
    telegraphic = rng.random() < (0.12 if detail == "short" else 0.04)
    text = _telegram(plan, rng) if telegraphic else _sentences(plan, rng, detail)
    if "." in text or rng.random() < 0.4:
        text = ". ".join(part[0].upper() + part[1:] for part in text.split(". "))
        return text + "."
    return text


def _noun(group: BodyGroup, rng: np.random.Generator, article: str | None) -> str:
    forms = pick(rng, words.SHAPES[group.shape])
    parts = [
        pick(rng, words.SIZES[group.size]) if group.size else "",
        group.color,
        pick(rng, words.MATERIALS[group.material]) if group.material else "",
        forms[group.count > 1],
    ]
    noun = " ".join(part for part in parts if part)
    if group.count > 1:
        return f"{words.NUMBERS[group.count]} {noun}"
    if not article:
        return noun
    return f"an {noun}" if article == "a" and noun[0] in "aeiou" else f"{article} {noun}"


def _nouns(groups: Sequence[BodyGroup], rng: np.random.Generator, article: str | None) -> str:
    nouns = [_noun(group, rng, article) for group in groups]
    return " and ".join(filter(None, [", ".join(nouns[:-1]), nouns[-1]]))


def _floor(plan: CaptionPlan, rng: np.random.Generator) -> str:
    """ "onto a wooden floor", or "" if the floor is not mentioned."""
    if plan.floor is None and (plan.event != "drop" or rng.random() < 0.6):
        return ""
    names = words.FLOORS[plan.floor] if plan.floor else words.SOME_FLOOR
    name = pick(rng, names).format(a="a" if rng.random() < 0.5 else "the")
    if plan.event == "drop":
        return f"{pick(rng, words.ONTO)} {name}"
    over = plan.event in ("roll", "slide")
    return f"{pick(rng, words.ALONG, 0.4) if over else 'on'} {name}"


def _heading(plan: CaptionPlan, rng: np.random.Generator) -> str:
    return pick(rng, words.HEADINGS[plan.heading]) if plan.heading else ""


def _sentences(plan: CaptionPlan, rng: np.random.Generator, detail: str) -> str:
    own_floor = plan.floor and rng.random() < (0.05 if detail == "short" else 0.25)
    floor = "" if own_floor else _floor(plan, rng)
    fronted = bool(floor) and floor.startswith("on ") and rng.random() < 0.2
    opening = pick(rng, words.OPENINGS) if rng.random() < 0.2 and not fronted else ""
    before, after = "", ""
    if plan.style:
        opening, before, after = _style(plan.style, rng, opening, fronted)
    text = _clause(plan, rng, opening, "" if fronted else floor)
    if fronted:
        text = f"{floor}, {text}"
    if plan.light:
        light = pick(rng, words.LIGHTS[plan.light])
        text = f"{light}, {text}" if rng.random() < 0.25 and not fronted else f"{text} {light}"
    if plan.others:
        text += _others(plan, rng, detail)
    text = f"{before}{text}{after}"
    if own_floor:
        text += f". The floor is {pick(rng, words.FLOOR_IS[plan.floor or ''])}"
    if plan.camera:
        text += _camera(plan.camera, rng, detail)
    return text


def _style(
    style: str, rng: np.random.Generator, opening: str, fronted: bool
) -> tuple[str, str, str]:
    """(opening, text before the rest, text after it), one of them with the style."""
    place = rng.random()
    if place < 0.25 and not fronted:
        return f"{pick(rng, words.STYLE_MEDIA[style])} of", "", ""
    phrase = pick(rng, words.STYLES[style])
    if place < 0.5:
        return opening, f"{phrase}{': ' if rng.random() < 0.3 else ', '}", ""
    return opening, "", f", {phrase}"


def _clause(plan: CaptionPlan, rng: np.random.Generator, opening: str, floor: str) -> str:
    """Subject, verb, heading and floor, in one of their orders."""
    article = "a" if rng.random() < 0.8 else pick(rng, ("the", "one"))
    subject = _nouns(plan.actors, rng, article)
    landmark = ""
    if plan.landmark:
        landmark = _noun(plan.landmark, rng, article if article != "one" else "a")
        same = " ".join(landmark.split()[1:]) == " ".join(subject.split()[1:])
        landmark = f"another {' '.join(landmark.split()[1:])}" if same else landmark
    several = sum(group.count for group in plan.actors) > 1
    forms = words.VERBS[plan.event] if plan.event else (("", "", ""),)
    one_does, several_do, doing = pick(rng, forms, 0.7)
    tense = rng.random()
    if opening or tense < 0.12:
        verb = doing
    elif tense < 0.4 and doing.partition(" ")[0].endswith("ing"):
        verb = ("are " if several else "is ") + doing
    else:
        verb = several_do if several else one_does
    heading = _heading(plan, rng)
    tail = [heading, floor] if rng.random() < 0.6 else [floor, heading]
    if plan.landmark:
        subject += f" moving {heading}" if heading else ""
        if plan.relation:
            landmark = f"{pick(rng, words.RELATIONS[plan.relation], 0.8)} {landmark}"
            verb = verb if rng.random() < 0.5 else ("" if opening else IS[several])
            verb = verb if plan.event else ""
        tail = [landmark, floor]
    if several and opening == "there is":
        opening = "there are"
    return " ".join(part for part in [opening, subject, verb, *tail] if part)


def _others(plan: CaptionPlan, rng: np.random.Generator, detail: str) -> str:
    others = _nouns(plan.others, rng, "a")
    if detail == "long" and rng.random() < 0.4:
        several = plan.others[0].count > 1
        return f". There {'are' if several else 'is'} also {others}"
    return f"{', ' if rng.random() < 0.5 else ' '}{pick(rng, words.BESIDE, 0.8)} {others}"


def _camera(camera: str, rng: np.random.Generator, detail: str) -> str:
    if camera in words.CAMERA_NAMES and rng.random() < 0.4:
        return f", {pick(rng, words.CAMERA_NAMES[camera])}"
    does, doing = pick(rng, words.CAMERAS[camera], 0.8)
    if detail == "long" and rng.random() < 0.5:
        return f". The camera {does}"
    return f", camera {doing}" if rng.random() < 0.3 else f", the camera {does}"


def _telegram(plan: CaptionPlan, rng: np.random.Generator) -> str:
    """ "red ball, wooden floor, falling", the first two in any order."""
    parts = [_nouns(plan.actors, rng, None)]
    if plan.floor:
        floor = pick(rng, words.FLOORS[plan.floor]).replace("{a} ", "").replace("the ", "")
        parts.insert(int(rng.integers(2)), floor)
    doing = pick(rng, words.VERBS[plan.event], 0.7)[2] if plan.event else ""
    if plan.landmark:
        beside = f" {pick(rng, words.RELATIONS[plan.relation])}" if plan.relation else ""
        doing += f"{beside} {_noun(plan.landmark, rng, 'a')}"
    parts.append(f"{doing} {_heading(plan, rng)}".strip())
    if plan.others:
        parts.append(_nouns(plan.others, rng, None))
    if plan.light:
        parts.append(pick(rng, words.LIGHTS[plan.light]))
    if plan.style:
        medium = pick(rng, words.STYLE_MEDIA[plan.style]).removeprefix("a ").removeprefix("an ")
        parts.insert(len(parts) if rng.random() < 0.5 else 0, medium)
    text = ", ".join(filter(None, parts))
    return text + (_camera(plan.camera, rng, "short") if plan.camera else "")
