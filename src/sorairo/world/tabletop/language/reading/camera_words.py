"""What is said about the camera, in words that captions do not use."""

from __future__ import annotations

from collections.abc import Sequence

from sorairo.world.tabletop.language.reading import synonyms_en, synonyms_zh
from sorairo.world.tabletop.language.reading.lexicon import listed
from sorairo.world.tabletop.language.reading.pieces import Piece

_MARKS = {
    value: (*listed(synonyms_en.CAMERAS[value]), *synonyms_zh.CAMERAS[value].split())
    for value in synonyms_en.CAMERAS
}
_FILLERS = {*listed(synonyms_en.CAMERA_FILLERS), *synonyms_zh.CAMERA_FILLERS.split()}
_OF_CAMERA = ("unknown", "event", "heading", "filler")


def read_camera(pieces: Sequence[Piece]) -> list[Piece]:
    """The same pieces; the word "camera" and what is said of it are one piece, with the camera's
    motion or unknown."""
    read: list[Piece] = []
    at = 0
    while at < len(pieces):
        after = at + 1
        if pieces[at].category == "lens":
            while after < len(pieces) and pieces[after].category in _OF_CAMERA:
                after += 1
            read += _motion(pieces[at:after])
        else:
            read.append(pieces[at])
        at = after
    return read


def _motion(run: Sequence[Piece]) -> list[Piece]:
    separator = " " if run[0].language == "en" else ""
    said = separator.join(piece.said for piece in run)
    rest = separator.join(piece.said for piece in run[1:])
    for value, marks in _MARKS.items():
        found = next((mark for mark in marks if _says(rest, mark)), None)
        if found is None:
            continue
        right = any(piece.value == "right" for piece in run if piece.category == "heading")
        value = "orbit_right" if value == "orbit_left" and right else value
        stray = [
            piece
            for piece in run[1:]
            if piece.category == "unknown" and not (piece.said in found or piece.said in _FILLERS)
        ]
        return [Piece(said=said, category="camera", value=value, written=False), *stray]
    return [Piece(said=said, category="unknown", value=said)] if rest else []


def _says(text: str, mark: str) -> bool:
    return f" {mark} " in f" {text} " if mark.isascii() else mark in text
