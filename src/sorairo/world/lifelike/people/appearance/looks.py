"""What people look like: values that a scene holds, and their colours."""

from __future__ import annotations

from dataclasses import dataclass

# Linear RGB.
SKINS: dict[str, tuple[float, float, float]] = {
    "pale": (0.62, 0.38, 0.28),
    "light": (0.50, 0.28, 0.18),
    "tan": (0.33, 0.17, 0.095),
    "brown": (0.17, 0.075, 0.04),
    "dark": (0.065, 0.03, 0.018),
}
HAIR_COLORS: dict[str, tuple[float, float, float]] = {
    "black": (0.012, 0.010, 0.010),
    "brown": (0.06, 0.028, 0.014),
    "blond": (0.42, 0.26, 0.09),
    "red": (0.24, 0.06, 0.02),
    "grey": (0.33, 0.33, 0.34),
    "white": (0.70, 0.70, 0.70),
}
CLOTHES_COLORS: dict[str, tuple[float, float, float]] = {
    "red": (0.50, 0.015, 0.015),
    "orange": (0.72, 0.20, 0.01),
    "yellow": (0.75, 0.55, 0.03),
    "green": (0.03, 0.22, 0.05),
    "blue": (0.02, 0.07, 0.42),
    "purple": (0.16, 0.03, 0.32),
    "pink": (0.75, 0.22, 0.38),
    "white": (0.75, 0.75, 0.75),
    "black": (0.015, 0.015, 0.017),
    "grey": (0.20, 0.20, 0.21),
    "brown": (0.14, 0.065, 0.03),
}
HAIR_STYLES = ("bald", "short", "long")
TOPS = ("t-shirt", "sweater", "coat", "dress")
BOTTOMS = ("trousers", "shorts", "skirt")


@dataclass(frozen=True, kw_only=True)
class Person:
    """How one person looks."""

    sex: str
    """One of `bodies.SEXES`."""
    age: str
    """A key of `bodies.AGES`."""
    build: str
    """A key of `bodies.BUILDS`."""
    variant: int = 0
    """Which of the bodies of this kind."""
    skin: str = "light"
    """A key of SKINS."""
    hair: str = "short"
    """One of HAIR_STYLES."""
    hair_color: str = "brown"
    """A key of HAIR_COLORS."""
    top: str = "t-shirt"
    """One of TOPS."""
    top_color: str = "red"
    """A key of CLOTHES_COLORS."""
    bottom: str = "trousers"
    """One of BOTTOMS; a dress has none."""
    bottom_color: str = "blue"
    """A key of CLOTHES_COLORS."""
    shoe_color: str = "black"
    """A key of CLOTHES_COLORS."""
