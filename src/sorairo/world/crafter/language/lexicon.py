"""The words for times and places of Crafter. The first of each is the one that captions use."""

from __future__ import annotations

import numpy as np

from sorairo.world.crafter.names import GROUND

Phrases = dict[str, tuple[str, ...]]

TIMES: dict[str, Phrases] = {
    "day": {
        "en": ("by day", "the sun rises", "in the daylight", "day breaks", "it is day"),
        "zh": ("白天", "太阳升起", "天亮了", "日光下"),
    },
    "evening": {
        "en": ("in the evening", "dusk falls", "at dusk", "in the twilight"),
        "zh": ("傍晚", "黄昏", "天色渐暗"),
    },
    "night": {
        "en": ("at night", "night falls", "in the dark", "it gets dark", "it is night"),
        "zh": ("夜晚", "夜幕降临", "天黑了", "黑夜里"),
    },
}
PLACES: dict[str, Phrases] = {
    "meadow": {"en": ("on a meadow", "on the grass", "in a meadow"), "zh": ("草地上", "草原上")},
    "forest": {
        "en": ("in a forest", "among the trees", "in the woods"),
        "zh": ("森林里", "树林中"),
    },
    "desert": {"en": ("in the desert", "on the sand"), "zh": ("沙漠里", "沙地上")},
    "lake": {"en": ("by a lake", "by the water", "at the shore"), "zh": ("湖边", "水边")},
    "mountain": {
        "en": ("in the mountains", "among the rocks"),
        "zh": ("山里", "岩石间"),
    },
    "cave": {"en": ("in a cave", "in a tunnel"), "zh": ("洞穴里", "隧道里")},
    "lava": {"en": ("by the lava", "near lava"), "zh": ("岩浆边", "熔岩旁")},
}
_SHARES = (
    ("lava", ("lava",), 0.05),
    ("forest", ("tree",), 0.12),
    ("desert", ("sand",), 0.3),
    ("lake", ("water",), 0.3),
    ("cave", ("path",), 0.3),
    ("mountain", ("stone", "coal", "iron", "diamond"), 0.4),
    ("meadow", ("grass",), 0.7),
)


def place_of(ground: np.ndarray) -> str:
    """The place that a visible map, [7, 9], shows: a key of PLACES, "" for none of them."""
    for place, names, least in _SHARES:
        if np.isin(ground, [GROUND.index(name) for name in names]).mean() >= least:
            return place
    return ""


def time_of(daylight: float) -> str:
    """The time of a daylight: a key of TIMES."""
    if daylight < 0.3:
        return "night"
    return "evening" if daylight < 0.7 else "day"


ACTIVITIES: dict[str, Phrases] = {
    "gatherer": {"en": ("gathers wood and water",), "zh": ("采集木头和水",)},
    "builder": {"en": ("builds with stones and tables",), "zh": ("用石头和桌子建造",)},
    "fighter": {"en": ("hunts animals and fights zombies",), "zh": ("捕猎动物并与僵尸战斗",)},
    "explorer": {"en": ("explores the land and comes back",), "zh": ("探索这片土地再返回",)},
    "wanderer": {"en": ("wanders about",), "zh": ("四处游荡",)},
    "sleeper": {"en": ("rests and sleeps",), "zh": ("休息和睡觉",)},
}
"""What a player does, by the name of its policy."""
PLAYER: Phrases = {"en": ("the player", "a player"), "zh": ("玩家", "一个玩家")}

GROUND_WORDS: dict[str, tuple[str, str]] = {
    "water": ("water", "水"),
    "grass": ("grass", "草地"),
    "stone": ("stone", "石头"),
    "path": ("path", "小路"),
    "sand": ("sand", "沙地"),
    "tree": ("tree", "树"),
    "lava": ("lava", "岩浆"),
    "coal": ("coal", "煤"),
    "iron": ("iron", "铁"),
    "diamond": ("diamond", "钻石"),
    "table": ("table", "桌子"),
    "furnace": ("furnace", "熔炉"),
}
"""English and Chinese for what tiles consist of."""
ITEM_WORDS: dict[str, tuple[str, str]] = {
    "sapling": ("sapling", "树苗"),
    "wood": ("wood", "木头"),
    "stone": ("stone", "石头"),
    "coal": ("coal", "煤"),
    "iron": ("iron", "铁"),
    "diamond": ("diamond", "钻石"),
    "wood_pickaxe": ("wooden pickaxe", "木镐"),
    "stone_pickaxe": ("stone pickaxe", "石镐"),
    "iron_pickaxe": ("iron pickaxe", "铁镐"),
    "wood_sword": ("wooden sword", "木剑"),
    "stone_sword": ("stone sword", "石剑"),
    "iron_sword": ("iron sword", "铁剑"),
}
"""English and Chinese for items; health and hunger are not spoken of."""
NUMBERS = (
    ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    ("没有", "一", "两", "三", "四", "五", "六", "七", "八", "九"),
)
