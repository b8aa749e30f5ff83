"""Captions of scenes and of games, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

import numpy as np

from sorairo.world.crafter.language.lexicon import (
    ACTIVITIES,
    GROUND_WORDS,
    ITEM_WORDS,
    NUMBERS,
    PLACES,
    PLAYER,
    TIMES,
)
from sorairo.world.crafter.names import ACTIONS, COLUMNS, FACINGS, GROUND, ITEMS, ROWS
from sorairo.world.crafter.scene import Scene

LANGUAGES = ("en", "zh")
DETAILS = ("short", "full")
_WAYS = {"left": "左", "right": "右", "up": "上", "down": "下"}
_ITEM = {name: index for index, name in enumerate(ITEMS)}
_BODY = 4  # the first items: health and hunger, which fall by themselves


def caption(scene: Scene, rng: np.random.Generator, *, language: str, detail: str) -> str:
    """What happens in a scene, and in full also when: "the player gathers wood and water in a
    forest, at night"."""
    del rng
    who = PLAYER[language][0]
    does = ACTIVITIES[scene.activity][language][0]
    place, time = PLACES[scene.place][language][0], TIMES[scene.time][language][0]
    if language == "zh":
        when = f"{time}，" if detail == "full" else ""
        return f"{when}{who}在{place}{does}"
    when = f", {time}" if detail == "full" else ""
    return f"{who} {does} {place}{when}"


def narrate(truth: Mapping[str, np.ndarray], language: str) -> str:
    """What the player does in a game, from `Game.truth`: "walks left through the grass, cuts a
    tree, two wood"."""
    said = [text for text, _ in groupby(events(truth, language)) if text]
    return ("，" if language == "zh" else ", ").join(said)


def events(truth: Mapping[str, np.ndarray], language: str) -> list[str]:
    """What is said of each step, "" for nothing; equal for steps that belong together."""
    return [_event(truth, frame, language) for frame in range(1, len(truth["actions"]))]


def _event(truth: Mapping[str, np.ndarray], frame: int, language: str) -> str:
    chinese = language == "zh"
    action = ACTIONS[truth["actions"][frame]]
    change = truth["inventory"][frame].astype(int) - truth["inventory"][frame - 1]
    if truth["sleeping"][frame]:
        return "睡觉" if chinese else "sleeps"
    if action in FACINGS:
        moved = (truth["position"][frame] != truth["position"][frame - 1]).any()
        return _walk(truth, frame, action, chinese) if moved else ""
    if action == "do":
        return _done(truth, frame, change, chinese)
    for name, index in _ITEM.items():
        if action == f"make_{name}" and change[index] > 0:
            word = ITEM_WORDS[name][chinese]
            return f"做出{word}" if chinese else f"makes {_article(word)}"
    if action.startswith("place_") and (change[_BODY:] < 0).any():
        name = action.removeprefix("place_")
        word = ("sapling", "树苗")[chinese] if name == "plant" else GROUND_WORDS[name][chinese]
        return f"放下{word}" if chinese else f"places {_article(word)}"
    return ""


def _walk(truth: Mapping[str, np.ndarray], frame: int, way: str, chinese: bool) -> str:
    ground = GROUND[truth["ground"][frame, ROWS // 2, COLUMNS // 2]]
    word = GROUND_WORDS[ground][chinese]
    if chinese:
        return f"在{word}上向{_WAYS[way]}走"
    return f"walks {way} {'through' if ground == 'grass' else 'over'} the {word}"


def _done(truth: Mapping[str, np.ndarray], frame: int, change: np.ndarray, chinese: bool) -> str:
    for name, (english, zh) in ITEM_WORDS.items():
        if change[_ITEM[name]] > 0:
            amount = int(truth["inventory"][frame, _ITEM[name]])
            verb = _verb(name, chinese)
            many = NUMBERS[chinese][amount]
            if chinese:
                return f"{verb}，{many}份{zh}"
            return f"{verb}, {many} {english}"
    if change[_ITEM["drink"]] > 0:
        return "喝水" if chinese else "drinks"
    if change[_ITEM["food"]] > 0:
        return "吃东西" if chinese else "eats"
    return ""


def _verb(item: str, chinese: bool) -> str:
    if item == "wood":
        return "砍树" if chinese else "cuts a tree"
    if item == "sapling":
        return "找到树苗" if chinese else "finds a sapling"
    word = ITEM_WORDS[item][chinese]
    return f"挖{word}" if chinese else f"mines {word}"


def _article(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"
