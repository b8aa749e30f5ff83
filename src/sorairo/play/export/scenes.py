"""What an exported page begins with: pictures of places and times, and the words that name them."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from sorairo.play.prompts import PHRASES, shown
from sorairo.world.crafter.language.lexicon import PLACES, TIMES
from sorairo.world.crafter.simulator import Simulator
from sorairo.world.crafter.start import Start

LANDS = 4  # a land takes a second or more to make


def times_and_places() -> list[tuple[str, str]]:
    """All pairs of a time and a place, "" for none, in the order of the scenes of a land."""
    return list(itertools.product(("", *TIMES), ("", *PLACES)))


def words() -> dict[str, list[str]]:
    """The kind and the name of each phrase that is understood."""
    return {
        phrase: [kind, shown(name) if kind == "time" else name]
        for phrase, (kind, name) in PHRASES.items()
    }


def scenes(on_land: Callable[[int], None] = lambda _land: None) -> np.ndarray:
    """First pictures of all lands, uint8 [lands * pairs, 72, 72, 3]. `on_land` is called after each
    land."""
    simulator, found = Simulator(), []
    for land in range(LANDS):
        for time, place in times_and_places():
            start = Start(time=time, place=place) if time or place else None
            found.append(simulator.reset(land, start))
        on_land(land)
    return np.stack(found)
