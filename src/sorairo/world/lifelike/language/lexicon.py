"""The words of the lifelike world: for each fact that a caption can state, phrases in English and
in Chinese.

A fact is a pair (kind, value), for example ("place", "park"). The first phrase of a fact is the
usual one. No phrase stands for two facts.
"""

from __future__ import annotations

from collections.abc import Mapping

from sorairo.world.lifelike.thing_names import NAMES

Phrases = Mapping[str, tuple[str, ...]]  # by language

COLORS_ZH = {
    "red": "红色", "orange": "橙色", "yellow": "黄色", "green": "绿色", "blue": "蓝色",
    "purple": "紫色", "pink": "粉色", "white": "白色", "black": "黑色", "grey": "灰色",
    "brown": "棕色",
}  # fmt: skip


def _both(english: str, chinese: str) -> dict[str, tuple[str, ...]]:
    """Phrases separated by "|"."""
    return {"en": tuple(english.split("|")), "zh": tuple(chinese.split("|"))}


# Who: the sex and the age of a person, together.
WHO: dict[tuple[str, str], Phrases] = {
    ("woman", "child"): _both("girl|little girl", "小女孩|女孩"),
    ("man", "child"): _both("boy|little boy", "小男孩|男孩"),
    ("woman", "young"): _both("young woman", "年轻女子|年轻女人"),
    ("man", "young"): _both("young man", "年轻男子|年轻男人"),
    ("woman", "middle-aged"): _both("middle-aged woman", "中年女子|中年女人"),
    ("man", "middle-aged"): _both("middle-aged man", "中年男子|中年男人"),
    ("woman", "old"): _both("old woman|elderly woman", "老妇人|老太太"),
    ("man", "old"): _both("old man|elderly man", "老头|老大爷"),
}
CLOTHES: dict[str, Phrases] = {
    "t-shirt": _both("t-shirt", "T恤"),
    "sweater": _both("sweater|jumper", "毛衣"),
    "coat": _both("coat|overcoat", "大衣|外套"),
    "dress": _both("dress", "连衣裙"),
    "trousers": _both("trousers|pants", "长裤|裤子"),
    "shorts": _both("shorts", "短裤"),
    "skirt": _both("skirt", "裙子|半身裙"),
}
HAIR: dict[str, Phrases] = {
    "long": _both("long hair", "长发"),
    "short": _both("short hair", "短发"),
    "bald": _both("bald head", "光头"),
}
HAIR_COLORS: dict[str, Phrases] = {
    "black": _both("black", "黑色"),
    "brown": _both("brown", "棕色"),
    "blond": _both("blond", "金色"),
    "red": _both("red", "红色"),
    "grey": _both("grey", "灰色"),
    "white": _both("white", "白色"),
}
PLACES: dict[str, Phrases] = {
    "park": _both("in a park|in the park", "在公园里"),
    "city": _both("in a city street|in the city", "在城市街头|在城市里"),
    "venice": _both("in Venice", "在威尼斯"),
    "forest": _both("in a forest|in the woods", "在森林里|在树林里"),
    "bridge": _both("on a covered bridge|inside a footbridge", "在廊桥里|在室内天桥上"),
    "esplanade": _both("in a shopping mall|in a mall", "在购物中心里|在商场里"),
    "meadow": _both("in a meadow at dawn", "在黎明的草原上"),
    "beach": _both("at the beach|on a beach", "在海滩上|在沙滩上"),
    "snowfield": _both("in a snowy field|in the snow", "在雪原上|在雪地里"),
    "square": _both("on a square at dusk", "在黄昏的广场上"),
    "night": _both("at night", "在夜里|在夜晚"),
    "apartment": _both("in an apartment", "在公寓里"),
    "hall": _both("in a hall", "在大厅里"),
    "lobby": _both("in a lobby", "在休息厅里"),
    "workshop": _both("in a workshop", "在工坊里"),
    "warehouse": _both("in a warehouse", "在仓库里"),
    "laboratory": _both("in a laboratory", "在实验室里"),
    "studio": _both("in a studio", "在摄影棚里"),
}
GROUNDS: dict[str, Phrases] = {
    "grass": _both("on the grass", "草地"),
    "sand": _both("on the sand", "沙地"),
    "snow": _both("on white snow", "雪面"),
    "asphalt": _both("on asphalt", "柏油路面"),
    "soil": _both("on bare soil", "泥土地"),
    "gravel": _both("on gravel", "碎石地"),
    "cobbles": _both("on cobblestones", "鹅卵石路面"),
    "tiles": _both("on a tiled floor", "瓷砖地面"),
    "wood": _both("on a wooden floor", "木地板"),
    "carpet": _both("on a red carpet", "红地毯"),
}
WEATHERS: dict[str, Phrases] = {
    "fog": _both("in the fog", "大雾弥漫"),
    "rain": _both("in the rain", "下着雨"),
    "snowfall": _both("while it is snowing", "下着雪"),
}
CAMERAS: dict[str, Phrases] = {
    "orbit_left": _both("The camera circles to the left", "镜头向左环绕"),
    "orbit_right": _both("The camera circles to the right", "镜头向右环绕"),
    "push_in": _both("The camera moves closer", "镜头推近"),
    "pull_back": _both("The camera pulls back", "镜头拉远"),
    "follow": _both("The camera follows", "镜头跟随"),
    "pan_left": _both("The camera pans left", "镜头向左摇"),
    "pan_right": _both("The camera pans right", "镜头向右摇"),
    "crane_up": _both("The camera rises", "镜头升高"),
    "crane_down": _both("The camera descends", "镜头降低"),
    "hand_held": _both("The camera is hand-held", "手持镜头"),
}
FRAMINGS: dict[str, Phrases] = {"close": _both("It is a close-up", "特写镜头|近景")}
ANGLES: dict[str, Phrases] = {
    "low": _both("It is seen from below|It is a low-angle shot", "仰拍|低角度拍摄"),
    "high": _both("It is seen from above|It is a high-angle shot", "俯拍|高角度拍摄"),
}
CUTS: dict[str, Phrases] = {
    "close": _both("Then cut to a close-up", "然后切到特写"),
    "whole": _both("Then cut to a full shot", "然后切到全景"),
    "side": _both("Then cut to another angle", "然后切到另一个角度"),
}
HOURS: dict[str, Phrases] = {
    "morning": _both("in the early morning", "清晨时分"),
    "dusk": _both("at dusk|at nightfall", "黄昏时分|傍晚时分"),
    "night": _both("after dark|late in the evening", "天黑以后|深夜时分"),
}
TRACES: dict[str, Phrases] = {"footprints": _both("leaving footprints", "留下脚印|留下一串脚印")}
# What happens, by event and heading; {} is who or what it happens to,
# {other} the second thing.
EVENTS: dict[tuple[str, str], Phrases] = {
    ("walk", "left"): _both("{} walks to the left|{} is walking left", "{}向左走"),
    ("walk", "right"): _both("{} walks to the right|{} is walking right", "{}向右走"),
    ("walk", "towards"): _both("{} walks towards the camera", "{}朝镜头走来"),
    ("walk", "away"): _both("{} walks away", "{}走远"),
    ("run", "left"): _both("{} runs to the left|{} is running left", "{}向左跑"),
    ("run", "right"): _both("{} runs to the right|{} is running right", "{}向右跑"),
    ("run", "towards"): _both("{} runs towards the camera", "{}朝镜头跑来"),
    ("run", "away"): _both("{} runs away", "{}跑远"),
    ("stop", "left"): _both("{} walks to the left and stops", "{}向左走，然后停下"),
    ("stop", "right"): _both("{} walks to the right and stops", "{}向右走，然后停下"),
    ("turn", "left"): _both(
        "{} walks to the left, turns around and walks back", "{}向左走，转身又走回来"
    ),
    ("turn", "right"): _both(
        "{} walks to the right, turns around and walks back", "{}向右走，转身又走回来"
    ),
    ("sit", "none"): _both(
        "{} sits down on {used}|{} takes a seat on {used}|{} is sitting down on {used}",
        "{}在{used}上坐下|{}坐到{used}上面",
    ),
    ("carry", "left"): _both(
        "{} walks to the left carrying {used}|{} walks left with {used} in both arms",
        "{}抱着{used}向左走去",
    ),
    ("carry", "right"): _both(
        "{} walks to the right carrying {used}|{} walks right with {used} in both arms",
        "{}抱着{used}向右走去",
    ),
    ("door", "towards"): _both(
        "{} opens {used} and comes through it|{} comes out through {used}", "{}推开{used}走了出来"
    ),
    ("door", "away"): _both(
        "{} opens {used} and goes through it|{} goes out through {used}", "{}推开{used}走了出去"
    ),
    ("stand", "none"): _both("{} stands still|{} is standing", "{}站着不动"),
    ("wave", "none"): _both("{} waves|{} is waving", "{}挥手"),
    ("dance", "none"): _both("{} dances|{} is dancing", "{}跳舞"),
    ("meet", "none"): _both("{} walk up to each other and stop", "{}相向走来并停下"),
    ("pass", "none"): _both("{} walk past each other", "{}擦肩而过"),
    ("hide", "left"): _both(
        "{} walks left behind a {wall} wall and comes out again", "{}向左走到{wall}的墙后又走出来"
    ),
    ("hide", "right"): _both(
        "{} walks right behind a {wall} wall and comes out again", "{}向右走到{wall}的墙后又走出来"
    ),
    ("topple", "left"): _both("{} falls over to the left", "{}向左倒下"),
    ("topple", "right"): _both("{} falls over to the right", "{}向右倒下"),
    ("drop", "none"): _both("{} falls down and bounces", "{}落下并弹起"),
    ("track", "left"): _both("{} rolls to the left and leaves a track", "{}向左滚动留下痕迹"),
    ("track", "right"): _both("{} rolls to the right and leaves a track", "{}向右滚动留下痕迹"),
    ("shatter", "none"): _both("{} hits a pane of glass, which shatters", "{}撞上玻璃板，玻璃碎了"),
    ("miss", "none"): _both(
        "{} flies past a pane of glass, which stays whole", "{}从玻璃板旁飞过，玻璃完好"
    ),
    ("bite", "none"): _both(
        "a bite is taken out of {}|someone takes a bite out of {}", "{}被咬了一口|{}被咬掉一块"
    ),
    ("float", "none"): _both(
        "{} falls into a tank of water and floats|{} splashes into a water tank and bobs up",
        "{}落进水箱，浮了起来|{}掉进水缸里，漂在水面上",
    ),
    ("sink", "none"): _both(
        "{} falls into a tank of water and sinks|{} splashes into a water tank and goes down",
        "{}落进水箱，沉了下去|{}掉进水缸里，沉到水底",
    ),
    ("smash", "left"): _both(
        "{} falls off the left side of a table and breaks into pieces"
        "|{} is pushed off a table to the left and shatters on the ground",
        "{}从桌子左边掉下来摔碎了|{}被推下桌子左侧，在地上摔成碎片",
    ),
    ("smash", "right"): _both(
        "{} falls off the right side of a table and breaks into pieces"
        "|{} is pushed off a table to the right and shatters on the ground",
        "{}从桌子右边掉下来摔碎了|{}被推下桌子右侧，在地上摔成碎片",
    ),
    ("survive", "left"): _both(
        "{} falls off the left side of a table and stays whole"
        "|{} is pushed off a table to the left and does not break",
        "{}从桌子左边掉下来没有摔坏|{}被推下桌子左侧，完好无损",
    ),
    ("survive", "right"): _both(
        "{} falls off the right side of a table and stays whole"
        "|{} is pushed off a table to the right and does not break",
        "{}从桌子右边掉下来没有摔坏|{}被推下桌子右侧，完好无损",
    ),
    ("paint", "none"): _both(
        "a brush paints {} on a canvas|a paintbrush draws {} on the canvas",
        "画笔在画布上画出{}|一支画笔正在画布上画{}",
    ),
    ("drape", "none"): _both(
        "{} falls over {other} and drapes it|{} drops onto {other} and covers it",
        "{}落在{other}上，盖住了它|{}飘落在{other}上，裹住了它",
    ),
}
# Nouns that have a colour.
COLORED: dict[str, Phrases] = {
    "ball": _both("ball", "球"),
    "door": _both("door", "门"),
    "cloth": _both("cloth|sheet of cloth|blanket", "布|毯子"),
    "box": _both("box", "箱子"),
    "vase": _both("vase|china vase", "花瓶|瓷花瓶"),
    "bucket": _both("bucket|plastic bucket", "桶|塑料桶"),
    "circle": _both("circle|ring", "圆圈|圆环"),
    "wavy line": _both("wavy line|wave", "波浪线"),
    "zigzag": _both("zigzag|zigzag line", "锯齿线"),
    "spiral": _both("spiral", "螺旋线"),
    "straight line": _both("straight line", "直线"),
}
# Chinese measure words, where it is not 个.
MEASURES: dict[str, str] = {
    kind: measure
    for measure, kinds in {
        "块": "cloth|cheese|chocolate|cookie|watermelon|pizza|stone|log",
        "只": "vase|bucket|dog|cat|sheep|rabbit|rooster|duck|penguin|turtle|frog|butterfly",
        "匹": "horse",
        "头": "cow|pig|elephant|giraffe",
        "条": "wavy line|zigzag|spiral|straight line",
        "棵": "tree|fir|palm|cactus",
        "朵": "tulip|sunflower|mushroom",
        "辆": "car|bus|bicycle|scooter",
        "艘": "sailing boat",
        "根": "banana",
        "本": "book",
        "把": "umbrella|chair|guitar",
        "座": "house",
    }.items()
    for kind in kinds.split("|")
}
THINGS: dict[str, Phrases] = {
    name: {"en": (thing.en,), "zh": (thing.zh,)} for name, thing in NAMES.items()
}


def color_word(color: str, language: str) -> str:
    """A colour as an adjective."""
    return color if language == "en" else COLORS_ZH[color]
