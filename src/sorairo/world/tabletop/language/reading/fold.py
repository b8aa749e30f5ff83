"""Folding of prompts: one form for characters that are written in several ways."""

from __future__ import annotations

import unicodedata

_TRADITIONAL = (
    "與兩個臨叢東書烏於雲從兒軍衝擊製動單雙發後檯臺國圖圓場塊牆聲處復複頭寶實對將屬乾張彈拋擋攝擺搖數斷時"
    "晝曉暉術機條來極檸樣欖氣淺漸滾滿灘燈狀環電畫蓋盤著磚離積穩筆紅純紙紋線細經繞繪給緋綠緩網羅膠藝蕩藥藍"
    "蠟見視讓許請質賽轉較輛邊過運還這進遠鐘鋼鈷鐵鉛銅鋁鉻銀鋪鏽鏡長間陽際隨靜顆頻顏風飄飛馬駛鮮鵝黃體會圍"
    "龐裡裏幾無點種傑嚮開隻餘沒壓墜揚遊關閃團並蹤"
)
_SIMPLIFIED = (
    "与两个临丛东书乌于云从儿军冲击制动单双发后台台国图圆场块墙声处复复头宝实对将属干张弹抛挡摄摆摇数断时"
    "昼晓晖术机条来极柠样榄气浅渐滚满滩灯状环电画盖盘着砖离积稳笔红纯纸纹线细经绕绘给绯绿缓网罗胶艺荡药蓝"
    "蜡见视让许请质赛转较辆边过运还这进远钟钢钴铁铅铜铝铬银铺锈镜长间阳际随静颗频颜风飘飞马驶鲜鹅黄体会围"
    "庞里里几无点种杰向开只余没压坠扬游关闪团并踪"
)
_SIMPLIFY = str.maketrans(_TRADITIONAL, _SIMPLIFIED)


def fold(text: str) -> str:
    """The text in lower case, with full-width letters as ASCII, traditional Chinese characters as
    simplified ones, and without invisible characters (zero-width spaces, control characters)."""
    return simplified(unicodedata.normalize("NFKC", text)).casefold()


def simplified(text: str) -> str:
    """The text with simplified characters, in one line, without invisible characters."""
    kept = (
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cf", "Cn", "Cs")
    )
    return "".join(kept).translate(_SIMPLIFY)


def same_to_the_model(one: str, other: str) -> bool:
    """Whether a tokenizer that folds width and case reads two texts as one."""
    return _read(one) == _read(other)


def _read(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())
