"""Mixtures of the kinds of examples, for the phases of the recipes `canvas`, `laws` and `grown`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sorairo.training.data.mixture import Shape
from sorairo.training.data.samplers.example import ExampleSpec

WIDE = ((128, 80), (80, 128))
WIDEST = (144, 80)
LARGE = (1024, 512, 256)  # sides in pixels of the pictures that are cropped


@dataclass(frozen=True, kw_only=True)
class Mix:
    """Weights of the shapes of a phase at full size. Weights of sources are relative to the shape
    that they belong to."""

    one: float
    """Thirteen latent frames with one text."""
    several: float
    """Thirteen latent frames with several texts: stories, and clips that fade into others."""
    short: float
    """Pictures, and clips of three latent frames."""
    long: float = 0.0
    """A minute at 1.5 frames a second."""
    upright: bool = False
    """Whether all aspect ratios of films and photographs are used, or two only."""
    crowd: float = 0.2
    """In `one`: the source "crowd"."""
    first: float = 0.2
    """In `one`: the source "first"."""
    filmed: float = 0.0
    """In `one`: the source "filmed"."""
    falling: float = 0.0
    """In `one`: the source "falling"."""
    circled: float = 0.0
    """In `one`: the source "circled"."""
    pushed: float = 0.0
    """In `one`: the source "pushed"."""
    hiding: float = 0.0
    """In `one`: the source "hiding"."""
    photographs: float = 0.05
    """In `one`: dead leaves, which take the place of photographs."""
    bridges: float = 0.45
    """In `several`: clips that fade into others."""
    still_lifes: float = 0.35
    """In `short`: pictures of bodies at rest."""
    more: float = 0.0
    """In `short`: pictures of several bodies."""
    three_or_four: float = 0.0
    """In `short`: pictures of three and of four bodies."""
    turns: float = 0.0
    """In `short`: clips of the source "circled"."""

    def shapes(self) -> tuple[Shape, ...]:
        """The shapes to draw from."""
        one = _one_text("", self.one, self.photographs)
        for source, weight in (("crowd", self.crowd), ("first", self.first)):
            one = tuple(
                replace(kind, weight=weight * self.one) if kind.source == source else kind
                for kind in one
            )
        more = {name: getattr(self, name) for name in ("filmed", "circled", "pushed", "hiding")}
        one += tuple(
            _window(name, 13, weight * self.one) for name, weight in more.items() if weight
        )
        if self.falling:
            falling = _window("falling", 13, self.falling * self.one)
            one += (replace(falling, saying=("material",)),)
        return (
            Shape(kinds=one),
            _several_texts("", self.several, self.bridges),
            *(_every_shape() if self.upright else (_wide(0.03),)),
            _large(),
            *((_long("long", self.long),) if self.long else ()),
            *_short(self.short, self._pictures(), self._brief()),
        )

    def _brief(self) -> dict[str, float]:
        sources = {"crowd": 0.25, "circled": self.turns}
        return {source: weight for source, weight in sources.items() if weight}

    def _pictures(self) -> dict[str, float]:
        sources = {
            "still lifes": self.still_lifes,
            "several things": self.more,
            "three things": self.three_or_four / 2,
            "four things": self.three_or_four / 2,
        }
        return {source: weight for source, weight in sources.items() if weight}


def half_size() -> tuple[Shape, ...]:
    """The shapes of the first phase, at 64 px."""
    return (
        Shape(kinds=_one_text("half ", 0.36)),
        _several_texts("half ", 0.12),
        Shape(kinds=(_window("half world", 4, 0.27),)),
        _long("half long", 0.05),
        *_short(0.2, {}, {}),
    )


def _window(source: str, frames: int, weight: float) -> ExampleSpec:
    return ExampleSpec(draw="window", source=source, frames=frames, weight=weight)


def _one_text(size: str, share: float, photographs: float = 0.0) -> tuple[ExampleSpec, ...]:
    """Clips, clips with two given pictures, and edits; at full size also crowds and photographs."""
    kinds = (
        _window(f"{size}world", 13, 0.28),
        _window(f"{size}first", 13, 0.2),
        ExampleSpec(draw="keyed", source=f"{size}world", frames=11, weight=0.13),
        ExampleSpec(draw="edited", source=f"{size}twins", frames=13, weight=0.19),
    )
    if not size:
        kinds += (_window("crowd", 13, 0.2), _window("photographs", 13, photographs))
    return tuple(replace(kind, weight=share * kind.weight) for kind in kinds)


def _several_texts(size: str, share: float, bridges: float = 0.45) -> Shape:
    """Thirteen latent frames: two or three shots, or a clip that fades into another."""
    return Shape(
        kinds=(
            ExampleSpec(draw="story", source=f"{size}world", frames=13, weight=0.55 * share),
            ExampleSpec(draw="fade", source=f"{size}bridges", frames=13, weight=bridges * share),
        )
    )


def _long(source: str, weight: float) -> Shape:
    return Shape(kinds=(_window(source, 23, weight),))


def _wide(weight: float) -> Shape:
    return Shape(kinds=tuple(replace(_window("world", 12, weight), size=size) for size in WIDE))


def _large() -> Shape:
    return Shape(
        kinds=tuple(
            ExampleSpec(
                draw="crop", source=f"large{side}", frames=12, weight=0.01, size=(1024, 1024)
            )
            for side in LARGE
        )
    )


def _every_shape() -> tuple[Shape, ...]:
    return (
        _wide(0.015),
        _both_ways("wide clips", WIDEST, frames=12, share=0.08),
        *(
            _both_ways("wide pictures", size, frames=1, share=0.06)
            for size in (WIDEST, (128, 80), (112, 80))
        ),
    )


def _both_ways(source: str, size: tuple[int, int], *, frames: int, share: float) -> Shape:
    """Landscape and portrait, which have equally many tokens."""
    kind = _window(source, frames, share / 2)
    return Shape(kinds=(replace(kind, size=size), replace(kind, size=(size[1], size[0]))))


def _short(
    share: float, pictures: dict[str, float], brief: dict[str, float]
) -> tuple[Shape, Shape]:
    """Pictures, and clips of three latent frames: from the usual sources and from others, with the
    weights given for those."""
    alone = (
        _window("pictures", 1, 0.30 * share),
        ExampleSpec(draw="still", source="world", frames=1, weight=0.12 * share),
        *(_window(source, 1, weight * share) for source, weight in pictures.items()),
    )
    usual = {"world": 0.25, "first": 0.10}
    clips = tuple(_window(source, 3, w * share) for source, w in (usual | brief).items())
    return Shape(kinds=alone), Shape(kinds=clips)
