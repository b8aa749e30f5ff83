"""A prompt with its words replaced where they stand, for scenes that one sentence cannot hold."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sorairo.world.tabletop.language.reading.camera_words import read_camera
from sorairo.world.tabletop.language.reading.pieces import ADJECTIVES, Piece
from sorairo.world.tabletop.language.reading.scene_words import NEAREST_SHAPE, SceneWords
from sorairo.world.tabletop.language.reading.wording import AND, wording
from sorairo.world.tabletop.scene import SceneConfig

NOUN_PHRASE = (*ADJECTIVES, "shape", "floor", "count", "name", "style", "camera")
ARTICLES, JOINING = ("article",), ("and", "with", "near", "beside", "next to", "和", "与")


def substituted(
    pieces: Sequence[Piece], said: SceneWords, part: SceneConfig | None, language: str
) -> str:
    """The pieces in the words of captions, without those that have no meaning."""
    undrawn = set(said.undrawn)
    kept: list[tuple[Piece, str]] = []
    for piece in read_camera(pieces):
        if piece.category == "pause":
            kept.append((piece, piece.said))
        elif (piece.category, piece.value) in undrawn:
            if piece.category == "shape":
                kept.append((piece, wording("shape", NEAREST_SHAPE, language, piece.form)))
        else:
            text = _text(piece, said, language)
            if text:
                kept.append((piece, text))
    words = [text for _, text in _without_loose_ends(_without_floor_colors(kept, said))]
    return _joined(words, language)


def _text(piece: Piece, said: SceneWords, language: str) -> str:
    """What is written for a piece; "" for nothing."""
    if piece.category == "unknown":
        return ""
    if piece.category in ("filler", "article", "name"):
        if piece.said in AND.values():
            return AND[language]
        foreign = piece.category != "name" and piece.language != language
        return piece.said if piece.written and not foreign else ""
    if piece.written and piece.language == language:
        return piece.said
    value = piece.value
    if value == "move":
        value = said.event or "slide"
        value = value if value in ("roll", "slide") else "slide"
    return wording(piece.category, value, language, piece.form)


def _without_floor_colors(
    kept: Sequence[tuple[Piece, str]], said: SceneWords
) -> list[tuple[Piece, str]]:
    """Without the adjectives of floors, which floors have not."""
    result: list[tuple[Piece, str]] = []
    for piece, text in kept:
        if piece.category == "floor":
            while result and (result[-1][0].category in ADJECTIVES or result[-1][1] == "的"):
                result.pop()
        result.append((piece, text))
    return result


def _without_loose_ends(kept: Sequence[tuple[Piece, str]]) -> list[tuple[Piece, str]]:
    """Without articles and conjunctions whose noun is left out, and pauses side by side."""
    result: list[tuple[Piece, str]] = []
    for piece, text in reversed(kept):
        after = result[-1] if result else None
        if piece.category == "article" and (after is None or after[0].category not in NOUN_PHRASE):
            continue
        if text in JOINING and (after is None or after[0].category == "pause"):
            continue
        if piece.category == "pause" and _is_loose(text, after):
            continue
        result.append((piece, text))
    return result[::-1]


def _is_loose(pause: str, after: tuple[Piece, str] | None) -> bool:
    """Whether nothing follows a pause but another one, or the end."""
    return pause in ",;:" if after is None else after[0].category == "pause"


def _joined(words: Sequence[str], language: str) -> str:
    if language == "zh":
        text = "".join(words).replace("在在", "在")
        text = re.sub("([,;:.!?])", lambda found: _FULL_WIDTH[found.group()], text)
        return text.lstrip(_PAUSES)
    text = " ".join(words)
    text = re.sub(r"\s+([,.;:!?])", r"\1", text).lstrip(", .;:")
    text = re.sub(r"\b(is|are) (?:is|are)\b", r"\1", text)
    text = re.sub(r"\b(on|onto|across|over|along) (?:on|onto|across|over|along)\b", r"\1", text)
    return re.sub(r"\b(an?) (?=(\w))", _article, text)


def _article(found: re.Match[str]) -> str:
    return "an " if found.group(2) in "aeiou" else "a "


_FULL_WIDTH = dict(zip(",;:.!?", "\uff0c\uff1b\uff1a\u3002\uff01\uff1f", strict=True))
_PAUSES = "".join(_FULL_WIDTH.values())
