"""Places, weather, hours, colours and cameras as people write them, in the words of captions.

A caption names a place in one or two phrases ("in the park"). People write it with other
prepositions and articles ("through a park"), and by other names ("a garden").
"""

from __future__ import annotations

import re
from functools import cache

from sorairo.world.lifelike.language import lexicon
from sorairo.world.lifelike.language.synonyms import CLOTHES

Change = tuple[str, str]

# Nouns in English and in Chinese, by place.
PLACE_NOUNS: dict[str, tuple[str, str]] = {
    "park": ("city park|park|gardens|garden", "公园|花园"),
    "city": (
        "city streets?|city center|city centre|streets?|city|town|downtown|sidewalk|pavement"
        "|avenue",
        "城市街头|城市街道|城市|城里|街头|街道|大街|街|马路|市区",
    ),
    "venice": ("venice", "威尼斯"),
    "forest": ("forest|woods|woodland|jungle", "森林|树林|丛林"),
    "bridge": ("covered bridge|footbridge|bridge", "廊桥|天桥|桥"),
    "esplanade": (
        "shopping mall|mall|shopping center|shopping centre|department store|supermarket",
        "购物中心|商场|商店|超市",
    ),
    "meadow": ("meadow|grassland|pasture|field", "草原|草甸|田野|原野|牧场"),
    "beach": ("beach|seaside|sea shore|seashore|shore|coast", "海滩|沙滩|海边|海岸"),
    "snowfield": ("snowy field|snowfield|snow", "雪原|雪地|雪野"),
    "square": ("town square|market square|city square|square|plaza", "广场"),
    "apartment": (
        "apartment|living room|bedroom|kitchen|flat|room|home",
        "公寓|客厅|卧室|厨房|房间|屋子|家",
    ),
    "hall": ("hall|hallway|ballroom|gym|corridor", "大厅|舞厅|礼堂|走廊|体育馆"),
    "lobby": ("hotel lobby|lobby|waiting room|lounge|hotel", "休息厅|酒店大堂|大堂|酒店|候车室"),
    "workshop": ("workshop|garage", "工坊|作坊|车间|车库"),
    "warehouse": ("warehouse|factory|storehouse", "仓库|工厂"),
    "laboratory": ("laboratory|lab", "实验室"),
    "studio": ("photo studio|film studio|studio", "摄影棚|影棚|工作室"),
}
# Before the wave that is painted, and not before somebody who waves.
_NO_NOUN = "".join(f"(?<!{word} )" for word in ("a", "the", *lexicon.COLORS_ZH))
# What is read as the phrases of captions, by regular expressions in lower case.
OTHERS: tuple[tuple[str, str], ...] = (
    ("in the fog", "(?:in|through) (?:the |a )?(?:thick |dense )?(?:fog|mist)|on a foggy day"),
    (
        "in the rain",
        "(?:in|through|under) (?:the |a )?(?:heavy |pouring )?(?:rain|rainstorm|storm)"
        "|(?:while|as|when) it (?:is raining|rains)|on a rainy (?:day|evening)",
    ),
    (
        "while it is snowing",
        "(?:while|as|when) it snows|(?:in|through) (?:the |a )?(?:falling snow|snowfall|snowstorm"
        "|blizzard)|on a snowy day",
    ),
    (
        "in the early morning",
        "(?:early )?in the morning|early in the morning|at (?:dawn|sunrise|daybreak)",
    ),
    ("at dusk", "at (?:sunset|sundown|twilight)|in the (?:early )?evening"),
    ("after dark", "at midnight|in the dark(?! [a-z])|late at night|in the middle of the night"),
    ("The camera moves closer", "(?:the )?camera (?:zooms|pushes|dollies|moves) in"),
    ("The camera pulls back", "(?:the )?camera (?:zooms|pulls|dollies|moves) (?:out|away|back)"),
    ("The camera follows", "(?:the )?camera (?:tracks|is following)|a tracking shot of"),
    (
        "The camera circles to the left",
        "(?:the )?camera (?:circles|orbits|goes around)(?: (?:around|round))?(?! to)",
    ),
    ("The camera rises", "(?:the )?camera (?:cranes up|goes up|moves up)"),
    ("The camera descends", "(?:the )?camera (?:cranes down|goes down|moves down|sinks)"),
    ("It is a close-up", "(?:in )?a close-?up(?: shot)?(?: of)?|close-?up(?: of)?"),
    ("two people", "a (?:young |old )?couple|two (?:friends|lovers|strangers)"),
    ("t-shirt", "dress shirt|(?<!on )(?<!the )top(?! (?:hats?|of|floor|speed|shelf|left|right))"),
    ("waves", f"{_NO_NOUN}wave(?! line)"),
    ("at night", "(?:by|during the) night|(?:at|in the) night-?time"),
    ("blond", "(?:golden|gold|blonde|fair)(?= hair)"),
    ("black", "dark(?= hair)"),
    ("大雾弥漫", "在?(?:大|浓|薄)?雾(?:中|里)|起雾(?:了)?|有雾"),
    ("下着雨", "在?(?:大|暴|小|细)?雨(?:中|里)|下(?:大|暴|小)?雨(?:时|天)?|冒雨|冒着雨"),
    ("下着雪", "在?(?:大|风)雪(?:中|里)|在?雪中|下(?:大|小)?雪(?:时|天)?"),
    ("清晨时分", "在?(?:清晨|早晨|早上|黎明|日出)(?:时)?"),
    ("黄昏时分", "在?(?:黄昏|傍晚|日落|夕阳下)(?:时)?"),
    ("深夜时分", "在?(?:深夜|午夜|半夜)(?:时|里)?"),
    ("在夜里", "在?(?:夜晚|夜里|夜间|晚上|晚间|夜色中|夜幕下)"),
    ("年轻女子", "(?<=[个位名的])人(?![们群行物])|(?<=(?<!没)有)人(?![们群行物])"),
    ("镜头推近", "镜头(?:拉近|推进|靠近|放大)"),
    ("镜头拉远", "镜头(?:推远|后退|缩小)"),
)
COLORS: dict[str, str] = {
    "red": "crimson|scarlet|ruby|maroon|burgundy|dark red|bright red",
    "orange": "amber|tangerine",
    "yellow": "golden|gold|lemon|bright yellow",
    "green": "emerald|olive|lime|dark green|light green",
    "blue": "navy blue|navy|azure|turquoise|teal|cyan|sky blue|dark blue|light blue",
    "purple": "violet|lilac|lavender|magenta",
    "pink": "fuchsia|hot pink|salmon",
    "grey": "gray|silver",
    "brown": "beige|tan|khaki|dark brown",
}
_PREPOSITION = (
    "(?:in(?:to|side)?|on(?:to)?|at|through|around|across|over|along|down|up|near|by|past|outside)"
)
_ARTICLE = (
    "(?:(?:the|a|an|his|her|their|my|some) )?"
    "(?:(?:quiet|busy|crowded|empty|sunny|dark|green|old|large|small) )?"
)
_BEFORE_ZH = "(?:在|穿过|走过|沿着|经过)"
_AFTER_ZH = "(?:里面|里|中|上|内|间|旁边|旁)?"


def usual_circumstances(text: str) -> tuple[str, tuple[Change, ...]]:
    """A text in the words of captions, and what was exchanged; words of captions stay."""
    if len(text.lower()) != len(text):  # letters that change their number
        return text, ()
    changes: list[Change] = []

    def exchanged(found: re.Match[str]) -> str:
        if found["usual"]:
            return found[0]
        usual = _usual(found)
        if usual.lower() != found[0].lower():
            changes.append((found[0], usual))
        return usual

    text = _pattern().sub(exchanged, text)
    return _at_night(text, changes), tuple(changes)


def _at_night(text: str, changes: list[Change]) -> str:
    """The night as an hour, where another place is named: alone it is a place of captions."""
    lower = text.lower()
    others = (words for name, words in lexicon.PLACES.items() if name != "night")
    if not any(each.lower() in lower for words in others for each in (*words["en"], *words["zh"])):
        return text

    def exchanged(found: re.Match[str]) -> str:
        usual = lexicon.HOURS["night"]["en" if found[0].isascii() else "zh"][0]
        written = next((said for said, read in changes if read == found[0]), found[0])
        changes[:] = [*(each for each in changes if each[0] != written), (written, usual)]
        return usual

    night = (*map(_whole, lexicon.PLACES["night"]["en"]), *lexicon.PLACES["night"]["zh"])
    return re.sub("|".join(night), exchanged, text, flags=re.IGNORECASE)


def _usual(found: re.Match[str]) -> str:
    (group,) = (name for name, text in found.groupdict().items() if text and name[0] == "_")
    return _usual_phrases()[group]


@cache
def _written() -> frozenset[str]:
    """The phrases of captions for circumstances, and names of things."""
    tables = (
        lexicon.PLACES,
        lexicon.GROUNDS,
        lexicon.WEATHERS,
        lexicon.HOURS,
        lexicon.CAMERAS,
        lexicon.FRAMINGS,
        lexicon.ANGLES,
        lexicon.CUTS,
        lexicon.THINGS,
    )
    all_phrases = (phrases for table in tables for phrases in table.values())
    return frozenset(
        phrase.lower() for each in all_phrases for words in each.values() for phrase in words
    )


@cache
def _usual_phrases() -> dict[str, str]:
    """What the groups of the pattern are exchanged for."""
    found = {f"_other{index}": usual for index, (usual, _) in enumerate(OTHERS)}
    for place in PLACE_NOUNS:
        found[f"_{place}_en"] = lexicon.PLACES[place]["en"][0]
        found[f"_{place}_zh"] = lexicon.PLACES[place]["zh"][0]
    for color in COLORS:
        found[f"_{color}"] = color
    for index, chinese in enumerate(lexicon.COLORS_ZH.values()):
        found[f"_short{index}"] = chinese
    return found


@cache
def _pattern() -> re.Pattern[str]:
    written = sorted(_written(), key=len, reverse=True)
    usual = "|".join(_whole(re.escape(phrase)) for phrase in written)
    parts = [f"(?P<usual>{usual})"]
    parts += [f"(?P<_other{index}>{_whole(others)})" for index, (_, others) in enumerate(OTHERS)]
    for place, (english, chinese) in PLACE_NOUNS.items():
        hour = lexicon.PLACES[place]["en"][0].partition(" at ")[2]
        after = f"(?: at {hour})?" if hour else ""
        words = rf"\b{_PREPOSITION} {_ARTICLE}(?:{english})\b{after}"
        parts.append(f"(?P<_{place}_en>{words})")
        alone = "|".join(noun for noun in chinese.split("|") if len(noun) > 1)
        words = f"{_BEFORE_ZH}(?:{chinese}){_AFTER_ZH}|(?:{alone}){_AFTER_ZH}"
        parts.append(f"(?P<_{place}_zh>{words})")
    parts += [f"(?P<_{color}>{_whole(others)})" for color, others in COLORS.items()]
    worn = [phrase for phrases in lexicon.CLOTHES.values() for phrase in phrases["zh"]]
    worn += [word for words in CLOTHES.values() for word in words if not word.isascii()]
    worn += [phrase for phrases in lexicon.COLORED.values() for phrase in phrases["zh"]]
    nouns = "|".join(sorted(worn, key=len, reverse=True))
    parts += [
        f"(?P<_short{index}>{chinese[0]}(?={nouns}))"
        for index, chinese in enumerate(lexicon.COLORS_ZH.values())
    ]
    return re.compile("|".join(parts), re.IGNORECASE)


def _whole(words: str) -> str:
    """Alternatives as whole words, where they are English."""
    return rf"\b(?:{words})\b" if words.isascii() else f"(?:{words})"
