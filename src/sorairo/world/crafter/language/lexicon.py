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
