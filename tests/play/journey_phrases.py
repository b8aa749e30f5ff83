"""Every phrase of the light in a dream of the shipped model: `make studio`."""

from __future__ import annotations

from play.test_shipped_model import IGNORED, wrong_lights
from sorairo.models.crafter.dream import Dream
from sorairo.models.crafter.files import load_play_model
from sorairo.world.crafter.simulator import Simulator


def test_light_obeys_every_phrase_but_those_of_the_model_card() -> None:
    wrong, _ = wrong_lights(Dream(load_play_model("crafter")), Simulator())
    assert set(wrong) == IGNORED, wrong
