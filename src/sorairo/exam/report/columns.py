"""The look of a column in every plot: its colour (a class in `page.css`) and its marks."""

from __future__ import annotations

from collections.abc import Sequence

from sorairo.exam.report.markup import escape, tag

R = 4.5  # pixels: the radius of a mark
CIRCLE = f"M{-R} 0a{R} {R} 0 1 0 {2 * R} 0a{R} {R} 0 1 0 {-2 * R} 0z"
SQUARE = "M-4-4h8v8h-8z"
CROSS = "M-4-4l8 8m-8 0l8-8"
PLUS = "M0-5v10m-5-5h10"
DIAMOND = "M0-5.5l5.5 5.5l-5.5 5.5l-5.5-5.5z"
TRIANGLE, UPSIDE_DOWN = "M0-5l5 9h-10z", "M0 5l5-9h-10z"
EXAMINED = ("examined", CIRCLE)
KNOWN = {
    "truth": ("truth", DIAMOND),
    "codec": ("codec", SQUARE),
    "frozen": ("frozen", CROSS),
    "constant velocity": ("straight-on", TRIANGLE),
    "nearest clip": ("nearest", UPSIDE_DOWN),
}
UNKNOWN = ("unknown", PLUS)
EXPLAINED = {
    "truth": "true clips: what they lack of a full mark is the judge's error",
    "codec": "true clips, encoded and decoded by the model's codec",
    "frozen": "the first frame for the whole clip",
    "constant velocity": "objects keep the velocity that the given frames show",
    "nearest clip": "the most similar training clip",
}
Look = tuple[str, str]  # class, shape


def looks(columns: Sequence[str]) -> dict[str, Look]:
    """Column -> look. The first column is the examined one, whatever its name."""
    others = {name: KNOWN.get(name, UNKNOWN) for name in columns[1:]}
    return {columns[0]: EXAMINED} | others


def mark(look: Look, x: float, y: float) -> str:
    kind, shape = look
    return tag("path", class_=f"mark {kind}", transform=f"translate({x:g} {y:g})", d=shape)


def legend(columns: Sequence[str], *, explained: bool = False) -> str:
    """A list of the columns with their marks; the examined one first."""
    entries = []
    for name, look in looks(columns).items():
        sign = tag("svg", mark(look, 7, 7), width=14, height=14, aria_hidden="true")
        about = "with its 95 % interval" if look is EXAMINED else EXPLAINED.get(name, "")
        note = f" {about}" if explained and about else ""
        entries.append(tag("li", sign, tag("b", escape(name)), escape(note)))
    return tag("ul", *entries, class_="legend")
