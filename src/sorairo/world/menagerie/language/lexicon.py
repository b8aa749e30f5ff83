"""The words of the menagerie beside the names of the animals.

A fact is a pair (kind, value), for example ("place", "savanna"). No phrase stands for two facts.
"""

from __future__ import annotations

from collections.abc import Mapping

Phrases = Mapping[str, tuple[str, ...]]  # by language


def _both(english: str, chinese: str) -> dict[str, tuple[str, ...]]:
    """Phrases separated by "|"."""
    return {"en": tuple(english.split("|")), "zh": tuple(chinese.split("|"))}


COATS: dict[str, Phrases] = {
    "black": _both("black", "黑色的"),
    "white": _both("white", "白色的"),
    "grey": _both("grey|gray", "灰色的"),
    "brown": _both("brown", "棕色的|褐色的"),
    "beige": _both("beige", "米色的"),
    "tan": _both("tan", "黄褐色的"),
    "red": _both("red", "红色的"),
    "black and white": _both("black and white|black-and-white", "黑白相间的|黑白花的"),
    "brown and white": _both("brown and white|brown-and-white", "棕白相间的|棕白花的"),
}
COUNTS: dict[str, Phrases] = {"2": _both("two", "两"), "3": _both("three", "三")}
PLACES: dict[str, Phrases] = {
    "meadow": _both("in a meadow|on a green meadow", "在草地上|在绿草地上"),
    "field": _both("in a field at sunrise|in a misty field", "在日出时的田野上|在晨雾中的田野上"),
    "farm": _both("on a farm|in a farmyard", "在农场里|在农家院里"),
    "forest": _both("in a forest|in the woods", "在森林里|在树林里"),
    "savanna": _both("on the savanna|in the savanna", "在稀树草原上|在热带草原上"),
    "desert": _both("in a rocky desert|in the desert", "在戈壁上|在荒漠里"),
    "dunes": _both("on a sandy plain|on sandy flats", "在沙原上|在沙漠里"),
    "snow": _both("on a snowy plain|in the snow", "在雪原上|在雪地里"),
}
GROUNDS: dict[str, Phrases] = {
    "grass": _both("on green grass", "青草"),
    "short grass": _both("on short grass", "短草"),
    "dry grass": _both("on dry grass", "干草"),
    "tall grass": _both("on yellow grass", "黄草"),
    "steppe": _both("on thin grass", "稀疏的草"),
    "forest floor": _both("on the forest floor", "林地"),
    "autumn leaves": _both("on autumn leaves|on fallen leaves", "落叶|秋叶"),
    "red earth": _both("on red earth|on red soil", "红土"),
    "dirt": _both("on bare earth", "泥土"),
    "mud": _both("on mud|on muddy ground", "烂泥|泥泞"),
    "sand": _both("on sand|on smooth sand", "沙子|细沙"),
    "rippled sand": _both("on rippled sand", "带波纹的沙子|沙波"),
    "stony ground": _both("on stony ground|over stones", "石头|碎石"),
    "snow": _both("on white snow|on fresh snow", "白雪|新雪"),
    "frozen ground": _both("on frozen ground", "冻土"),
}
WEATHERS: dict[str, Phrases] = {
    "fog": _both("in the fog|in thick fog", "大雾弥漫|雾很浓"),
    "rain": _both("in the rain|while it rains", "下着雨|雨中"),
    "snowfall": _both("while it is snowing|in falling snow", "下着雪|雪花飘落"),
}
CAMERAS: dict[str, Phrases] = {
    "orbit_left": _both("The camera circles to the left", "镜头向左环绕"),
    "orbit_right": _both("The camera circles to the right", "镜头向右环绕"),
    "push_in": _both("The camera moves closer|The camera pushes in", "镜头推近"),
    "pull_back": _both("The camera pulls back|The camera moves back", "镜头拉远"),
    "follow": _both("The camera follows|The camera moves along", "镜头跟随|跟拍镜头"),
    "hand_held": _both("The camera is hand-held|A hand-held shot", "手持镜头|手持拍摄"),
}
HEADINGS: dict[str, Phrases] = {
    "left": _both("to the left|leftwards", "向左|往左"),
    "right": _both("to the right|rightwards", "向右|往右"),
    "towards": _both("towards the camera|towards the viewer", "朝镜头|朝观众"),
    "away": _both("away from the camera|into the distance", "向远处|往远处"),
}
# What one animal does; with "/", what several do.
ACTIONS: dict[str, Phrases] = {
    "walk": _both("walks/walk|is walking/are walking|strolls/stroll", "走|走着|行走"),
    "run": _both("runs/run|is running/are running", "跑|奔跑|跑着"),
    "stand": _both("stands still/stand still|is standing/are standing", "站着不动|站着|伫立着"),
    "graze": _both("grazes/graze|is grazing/are grazing", "吃草|低头吃草"),
    "sniff": _both("sniffs at the ground/sniff at the ground", "低头嗅着地面|嗅着地面"),
    "peck": _both("pecks at the ground/peck at the ground", "啄着地面|低头啄食"),
    "stop": _both("and stops/and stop|and then stops/and then stop", "然后停下|随后停下来"),
    "leave": _both("and then walks off/and then walk off", "走开|离开"),
    "pass": _both("walk past each other|pass each other", "相向走过|擦身而过"),
    "follow": _both("followed by|with", "后面跟着|身后跟着"),
    "chase": _both("chases/chase|is chasing/are chasing", "追赶|追着"),
}
EATS = {"wolf": "sniff", "fox": "sniff", "white fox": "sniff", "chicken": "peck"}  # others graze
EAT_ACTIONS = ("graze", "sniff", "peck")
