"""The schedule in a file beside a LoRA: what it may say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sorairo.errors import ModelError
from sorairo.flow import solvers
from sorairo.models.lora.choices import (
    SOLVERS,
    LoraChoice,
    choices_of,
    few_steps,
    find_lora,
    lora_names,
)


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


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("paper", None),
        ("lightning_over_the_sea", None),
        ("wan2.2_lightx2v_4steps_high_noise", 4),
        ("Wan2.2-Lightning_T2V", 4),
    ],
)
def test_what_other_programs_note_beside_a_lora_is_no_schedule(
    name: str, steps: int | None, tmp_path: Path
):
    """As the managers of LoRAs write it. The name says what it says without."""
    (tmp_path / f"{name}.json").write_text('{"description": "", "activation text": "paper boat"}')
    found = few_steps((LoraChoice(path=tmp_path / f"{name}.safetensors"),))
    assert (None if found is None else len(found.sigmas) - 1) == steps


def test_a_folder_as_lightx2v_publishes_it_says_its_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Not a folder that happens to be above a file which is named by its path."""
    monkeypatch.setenv("SORAIRO_LORAS", str(tmp_path / "loras"))
    name = "Wan2.2-T2V-A14B-4steps-lora-rank64-Seko-V1"
    for folder in (tmp_path / "loras" / name, tmp_path / "4steps"):
        folder.mkdir(parents=True)
        for noise in ("high", "low"):
            (folder / f"{noise}_noise_model.safetensors").touch()
    found = few_steps(choices_of((name,)))
    assert found is not None
    assert found.sigmas == (1.0, 0.9375, 0.8333, 0.625, 0.0)
    assert (
        few_steps(choices_of((str(tmp_path / "4steps" / "high_noise_model.safetensors"),))) is None
    )


def test_what_a_mac_leaves_on_other_disks_is_no_lora(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SORAIRO_LORAS", str(tmp_path))
    (tmp_path / "pair").mkdir()
    for name in ("paper", "pair/high_noise", "pair/low_noise"):
        path = tmp_path / f"{name}.safetensors"
        path.touch()
        path.with_name(f"._{path.name}").touch()
    assert lora_names() == ["pair", "paper", "tabletop-fast"]
    assert [path.name for path in find_lora("pair")] == [
        "high_noise.safetensors",
        "low_noise.safetensors",
    ]
