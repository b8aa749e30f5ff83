"""The captions of training examples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.world import registry
from sorairo.world.protocol import Scene
from sorairo.world.tabletop.language.captions import caption
from sorairo.world.tabletop.scene import Scene as TabletopScene

LONG = 0.15  # share of long captions
SAYING = 0.8  # share of the captions that mention the properties of `ExampleSpec.saying`
NO_EVENT = 0.3  # share without the event, where nothing moves
PICTURE = 0.7  # share of the captions of pictures that say nothing of what happens
PHOTOGRAPHS = ("", "", "a photograph", "a picture", "a photo", "一张照片", "照片")


@dataclass(frozen=True, kw_only=True)
class CaptionConfig:
    """Shares of the kinds of captions, and of the windows that begin where their clip begins."""

    chinese: float = 0.45
    """Chinese captions."""
    no_text: float = 0.1
    """Examples without a caption."""
    from_start: float = 0.7
    """Windows that begin where their clip begins."""


def example_caption(
    scene: Scene | None,
    rng: np.random.Generator,
    config: CaptionConfig,
    *,
    world: str = registry.DEFAULT,
    picture: bool = False,
    saying: tuple[str, ...] = (),
) -> str:
    """A caption, sometimes empty.

    On the table-top the event may be left out of the caption of a picture, or where nothing moves,
    and most captions mention what is in `saying`. Of a picture of another world most captions say
    what it shows alone, if the world has such captions.
    """
    if scene is None:
        return str(rng.choice(PHOTOGRAPHS))
    if rng.random() < config.no_text:
        return ""
    language = "zh" if rng.random() < config.chinese else "en"
    long = rng.random() < LONG
    if not isinstance(scene, TabletopScene):
        entry = registry.entry(world)
        detail = entry.details[-1 if long else 0]
        if picture and entry.picture_detail and rng.random() < PICTURE:
            detail = entry.picture_detail
        return registry.caption(world, scene, rng, language=language, detail=detail)
    detail = "long" if long else "short"
    still = picture or scene.event == "stand"
    event = not (still and rng.random() < NO_EVENT)
    saying = saying if saying and rng.random() < SAYING else ()
    return caption(scene, rng, language=language, detail=detail, event=event, mention=saying)
