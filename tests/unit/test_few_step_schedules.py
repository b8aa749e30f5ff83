"""The schedule in a file beside a LoRA: what it may say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sorairo.errors import ModelError
from sorairo.flow import solvers
from sorairo.models.lora.choices import SOLVERS, LoraChoice, few_steps


def test_the_solvers_are_those_of_the_sampler():
    assert set(SOLVERS) == set(solvers.SOLVERS)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"solver": "ddim"}, "names the solver 'ddim': choose one of euler"),
        ({"guidance": float("nan")}, "guidance of nan"),
        ({"guidance": float("inf")}, "guidance of inf"),
        ({"sigmas": [1, 0.5]}, "must fall from at most 1 to 0"),
    ],
)
def test_a_schedule_that_cannot_be_followed_is_refused(
    changed: dict[str, object], sentence: str, tmp_path: Path
):
    record = {"sigmas": [1, 0.5, 0], "solver": "heun", "guidance": 2}
    described, choice = tmp_path / "quick.json", LoraChoice(path=tmp_path / "quick.safetensors")
    described.write_text(json.dumps(record))
    found = few_steps((choice,))
    assert found is not None
    assert (found.solver, found.guidance) == ("heun", 2)
    described.write_text(json.dumps({**record, **changed}))
    with pytest.raises(ModelError, match=sentence):
        few_steps((choice,))
