"""What is said of a prompt before anything is made."""

import dataclasses
from pathlib import Path

from sorairo.cli.prompt_warnings import prompt_warnings
from sorairo.config import to_json
from sorairo.models import hub
from sorairo.world.tabletop.scene import CROWD_WORLD


def test_a_prompt_without_an_event_is_warned_of(tiny_model: Path):
    plain = hub.info(tiny_model)
    record = plain.record | {"training": {"scene": to_json(CROWD_WORLD)}}
    several = dataclasses.replace(plain, record=record)
    for prompt in ("a red ball on the sand", "一个红色的球在沙地上"):
        (warning,) = prompt_warnings(prompt, several)
        assert "what happens" in warning
        assert prompt_warnings(prompt, plain) == []
    assert prompt_warnings("a red ball rolls to the left on the sand", several) == []
