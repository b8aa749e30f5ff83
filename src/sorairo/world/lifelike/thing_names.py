"""The things with names: those of Microsoft's Fluent emoji that look like the object itself,
and furniture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class NamedThing:
    """What an object is called, and how large it is."""

    code: str
    """The code points of its picture; "" for furniture."""
    en: str
    """Its name in English."""
    zh: str
    """Its name in Chinese."""
    height: float
    """Metres."""
    thickness: float = 0.8
    """1 makes a round outline a ball, less a flatter body."""


def _things(*rows: tuple[str, str, str, float]) -> dict[str, NamedThing]:
    return {
        en: NamedThing(code=code, en=en, zh=zh, height=height, thickness=FLAT.get(en, 0.8))
        for code, en, zh, height in rows
    }


FLAT = {
    "bicycle": 0.3, "scooter": 0.25, "butterfly": 0.15, "sailing boat": 0.3, "pizza": 0.18,
    "watermelon": 0.3, "guitar": 0.25, "book": 0.35, "chair": 0.6, "cookie": 0.2, "cheese": 0.6,
    "doughnut": 0.6, "sunflower": 0.4, "tulip": 0.6, "frog": 0.7, "chocolate": 0.15,
}  # fmt: skip


NAMES: dict[str, NamedThing] = _things(
    ("1f415", "dog", "狗", 0.8),
    ("1f408", "cat", "猫", 0.5),
    ("1f40e", "horse", "马", 1.7),
    ("1f404", "cow", "奶牛", 1.5),
    ("1f416", "pig", "猪", 0.9),
    ("1f411", "sheep", "绵羊", 1.0),
    ("1f407", "rabbit", "兔子", 0.45),
    ("1f413", "rooster", "公鸡", 0.5),
    ("1f986", "duck", "鸭子", 0.45),
    ("1f427", "penguin", "企鹅", 0.8),
    ("1f418", "elephant", "大象", 2.4),
    ("1f992", "giraffe", "长颈鹿", 3.0),
    ("1f422", "turtle", "乌龟", 0.5),
    ("1f438", "frog", "青蛙", 0.4),
    ("1f98b", "butterfly", "蝴蝶", 0.4),
    ("1f697", "car", "汽车", 1.5),
    ("1f68c", "bus", "公共汽车", 2.4),
    ("1f6b2", "bicycle", "自行车", 1.1),
    ("1f6f5", "scooter", "踏板车", 1.1),
    ("26f5", "sailing boat", "帆船", 2.2),
    ("1f333", "tree", "树", 3.2),
    ("1f332", "fir", "冷杉", 3.2),
    ("1f334", "palm", "棕榈树", 3.4),
    ("1f335", "cactus", "仙人掌", 1.2),
    ("1f337", "tulip", "郁金香", 0.5),
    ("1f33b", "sunflower", "向日葵", 1.1),
    ("1f344", "mushroom", "蘑菇", 0.4),
    ("1f34e", "apple", "苹果", 0.45),
    ("1f34c", "banana", "香蕉", 0.45),
    ("1f349", "watermelon", "西瓜", 0.5),
    ("1f353", "strawberry", "草莓", 0.4),
    ("1f354", "hamburger", "汉堡", 0.5),
    ("1f36a", "cookie", "曲奇饼", 0.4),
    ("1f369", "doughnut", "甜甜圈", 0.4),
    ("1f350", "pear", "梨", 0.45),
    ("1f351", "peach", "桃子", 0.4),
    ("1f345", "tomato", "番茄", 0.4),
    ("1f9c0", "cheese", "奶酪", 0.4),
    ("1f96a", "sandwich", "三明治", 0.4),
    ("1f36b", "chocolate", "巧克力", 0.45),
    ("1faa8", "stone", "石头", 0.45),
    ("1fab5", "log", "原木", 0.5),
    ("2693", "anchor", "船锚", 0.7),
    ("1f355", "pizza", "比萨", 0.5),
    ("1f382", "cake", "蛋糕", 0.6),
    ("2615", "cup", "杯子", 0.45),
    ("1f37e", "bottle", "瓶子", 0.6),
    ("1f4d6", "book", "书", 0.45),
    ("1f381", "present", "礼物", 0.5),
    ("1f388", "balloon", "气球", 0.9),
    ("2602-fe0f", "umbrella", "雨伞", 1.0),
    ("", "chair", "椅子", 0.868),
    ("", "bench", "长凳", 0.508),
    ("", "armchair", "扶手椅", 0.783),
    ("", "stool", "凳子", 0.6),
    ("", "table", "桌子", 0.739),
    ("", "sofa", "沙发", 0.866),
    ("", "bookcase", "书架", 1.472),
    ("", "barrel", "木桶", 0.897),
    ("", "crate", "木箱", 0.594),
    ("1f3b8", "guitar", "吉他", 1.0),
    ("1f3e0", "house", "房子", 3.0),
    ("26c4", "snowman", "雪人", 1.4),
    ("1f9f8", "teddy bear", "泰迪熊", 0.7),
    ("1f916", "robot", "机器人", 1.4),
)
