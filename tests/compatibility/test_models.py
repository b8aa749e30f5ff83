"""Model directories that were saved before still load, with the same settings and weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from .conftest import Sorairo
from .program import FRAME_TOLERANCE, difference, load_upscaler

RED_BALL = ("generate", "a red ball", "--seconds", 0.5, "--seed", 3, "--json")
TRAINED_FOR = ["generate", "image", "animate", "extend", "loop", "connect", "edit", "storyboard"]
TRAINED_FOR = [*TRAINED_FOR, "cast"]
COSTS = ("costs", "host_gigabytes", "flops_per_second")
NATIVE = ("--size", "native", "--fps", "native")


def test_the_facts_of_a_model(sorairo: Sorairo):
    plain = {
        "name": "tiny",
        "path": "../models/tiny",
        "megabytes": 0.1,
        "digest": "461481bac144ef85",
        "native_sizes": [[64, 64], [128, 64]],
        "fps": 12.0,
        "delivered_size": [64, 64],
        "delivered_fps": 12.0,
        "max_frames": 400,
        "max_seconds": 33.33,
        "steps": 2,
        "guidance": 2.0,
        "version": "",
        "notes": "",
        "licence": "Apache-2.0",
        "trained_for": TRAINED_FOR,
    }
    assert without_costs(sorairo("models", "info", "../models/tiny", "--json").facts) == plain
    whole = {
        "name": "whole",
        "path": "../models/whole",
        "megabytes": 0.1,
        "digest": "cb1d65c6297717c2",
        "native_sizes": [[64, 64]],
        "fps": 8.0,
        "delivered_size": [128, 128],
        "delivered_fps": 16.0,
        "max_frames": 41,
        "max_seconds": 5.12,
        "steps": 3,
        "guidance": 1.5,
        "version": "1.2",
        "notes": "made for a test",
        "licence": "Apache-2.0",
        "trained_for": TRAINED_FOR,
    }
    assert without_costs(sorairo("models", "info", "../models/whole", "--json").facts) == whole


def without_costs(facts: dict[str, Any]) -> dict[str, Any]:
    """Memory and time depend on the machine, and are new."""
    return {key: value for key, value in facts.items() if key not in COSTS}


def test_every_setting_counts(sorairo: Sorairo, old: Path):
    """Solver, guidance, shift, window, steadier, weights: the clip is the one from before."""
    what = ("--seconds", 2.5, "--model", "../models/whole", "-o", "whole.mp4")
    made = sorairo(*RED_BALL, "--no-rewrite", *NATIVE, *what).facts
    assert (made["size"], made["fps"], made["frames"]) == ("64x64", 8.0, 20)
    assert difference(old / "clips" / "whole.mp4", old / "models" / "whole.mp4") < FRAME_TOLERANCE


def test_clips_are_delivered_as_the_model_says(sorairo: Sorairo):
    made = sorairo(*RED_BALL, "--model", "../models/whole", "-o", "delivered.mp4").facts
    assert (made["size"], made["fps"], made["native_size"]) == ("128x128", 16.0, "64x64")


def test_settings_that_the_first_versions_did_not_write(sorairo: Sorairo, old: Path):
    """They have the defaults that they got then: the weights of `tiny` make the same clip."""
    facts = sorairo("models", "info", "../models/early", "--json").facts
    assert (facts["delivered_size"], facts["delivered_fps"]) == ([512, 512], 24.0)
    for name in ("early", "tiny"):
        sorairo(*RED_BALL, *NATIVE, "--model", f"../models/{name}", "-o", f"{name}.mp4").facts  # noqa: B018
    assert difference(old / "clips" / "early.mp4", old / "clips" / "tiny.mp4") == 0


def test_an_upscaler(old: Path):
    weights = load_file(old / "models" / "finish" / "upscaler.safetensors")
    loaded = load_upscaler(old / "models" / "finish").state_dict()
    assert loaded.keys() == weights.keys()
    for name, value in weights.items():
        assert torch.equal(loaded[name].float(), value.float())
