"""The names of the animals."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Name:
    """How a kind of animal is called; the first name is the usual one."""

    english: tuple[str, ...]
    """In the singular."""
    plural: tuple[str, ...]
    """The same names in the plural."""
    chinese: tuple[str, ...]
    measure: str
    """The Chinese measure word."""


_IRREGULAR = {
    "sheep": "sheep", "deer": "deer", "hippopotamus": "hippopotamuses", "fox": "foxes",
    "lioness": "lionesses", "wolf": "wolves", "pony": "ponies", "rhinoceros": "rhinoceroses",
}  # fmt: skip


def _name(english: str, chinese: str, measure: str) -> Name:
    names = tuple(english.split("|"))
    return Name(names, tuple(map(_plural, names)), tuple(chinese.split("|")), measure)


def _plural(name: str) -> str:
    *before, last = name.split(" ")
    return " ".join([*before, _IRREGULAR.get(last, last + "s")])


NAMES: dict[str, Name] = {
    "wolf": _name("wolf", "狼", "只"),
    "white wolf": _name("white wolf|arctic wolf", "白狼|北极狼", "只"),
    "brown bear": _name("brown bear", "棕熊", "头"),
    "black bear": _name("black bear", "黑熊", "头"),
    "polar bear": _name("polar bear", "北极熊", "头"),
    "lion": _name("lion|male lion", "雄狮|公狮子", "头"),
    "lioness": _name("lioness|female lion", "母狮|母狮子", "头"),
    "tiger": _name("tiger", "老虎", "只"),
    "fox": _name("red fox|fox", "红狐狸|狐狸", "只"),
    "white fox": _name("white fox|arctic fox", "白狐狸|北极狐", "只"),
    "dog": _name("dog|mastiff", "狗|獒犬", "只"),
    "horse": _name("horse", "马", "匹"),
    "pony": _name("pony", "小马", "匹"),
    "donkey": _name("donkey", "驴|毛驴", "头"),
    "zebra": _name("zebra", "斑马", "匹"),
    "camel": _name("camel|dromedary camel", "骆驼|单峰骆驼", "头"),
    "giraffe": _name("giraffe", "长颈鹿", "只"),
    "baby giraffe": _name("baby giraffe|young giraffe", "小长颈鹿", "只"),
    "African elephant": _name("African elephant", "非洲象|非洲大象", "头"),
    "Asian elephant": _name("Asian elephant", "亚洲象|亚洲大象", "头"),
    "baby elephant": _name("baby elephant|young elephant", "小象|小大象", "头"),
    "rhinoceros": _name("rhinoceros|rhino", "犀牛", "头"),
    "hippopotamus": _name("hippopotamus|hippo", "河马", "头"),
    "cow": _name("cow", "奶牛|母牛", "头"),
    "bull": _name("black bull|bull", "黑公牛|公牛", "头"),
    "long-horned cow": _name("long-horned cow", "长角牛", "头"),
    "zebu": _name("zebu|humped cow", "瘤牛", "头"),
    "wildebeest": _name("wildebeest", "角马", "头"),
    "sheep": _name("sheep", "绵羊|羊", "只"),
    "goat": _name("goat", "山羊", "只"),
    "stag": _name("stag|male deer", "雄鹿|公鹿", "头"),
    "doe": _name("doe|female deer", "母鹿|雌鹿", "头"),
    "gazelle": _name("gazelle", "瞪羚|羚羊", "只"),
    "pig": _name("pig", "猪|大猪", "头"),
    "piglet": _name("piglet|baby pig", "小猪", "只"),
    "wild boar": _name("wild boar|boar", "野猪", "头"),
    "rabbit": _name("rabbit", "兔子", "只"),
    "chicken": _name("hen|chicken", "母鸡|鸡", "只"),
    "peacock": _name("peacock", "孔雀", "只"),
    "crocodile": _name("crocodile", "鳄鱼", "条"),
}
