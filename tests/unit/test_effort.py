"""How often the network runs for a request, relative to one with the model's defaults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sorairo.generation.requests.edit import EditRequest
from sorairo.generation.requests.effort import effort_of
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.limits import Limits
from sorairo.generation.requests.reading import read_request
from sorairo.models.model_record import SamplingFacts
from sorairo.notes import Note

WAN = Limits(sampling=SamplingFacts(steps=50, guidance=5.0))


@pytest.fixture
def loras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a LoRA for four steps, one whose file says three, and one of another kind."""
    for name in ("self_forcing", "mine", "paper"):
        (tmp_path / f"{name}.safetensors").touch()
    schedule = {"sigmas": [1, 0.7, 0.4, 0], "guidance": 2}
    (tmp_path / "mine.json").write_text(json.dumps(schedule))
    monkeypatch.setenv("SORAIRO_LORAS", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("fields", "effort"),
    [
        ({}, 1.0),
        ({"steps": 10}, 0.2),
        ({"steps": 100}, 2.0),
        ({"guidance": 1.0}, 0.5),
        ({"quality": "draft"}, 0.6),
        ({"quality": "draft", "steps": 4}, 4 / 50),
        ({"quality": "draft", "loras": ("self_forcing",)}, 4 / 100),
        ({"guidance": 9.0}, 1.0),
        ({"steps": 25, "guidance": 1.0}, 0.25),
        ({"loras": ("paper",)}, 1.0),
        ({"loras": ("paper", "self_forcing:0.8")}, 4 / 100),
        ({"loras": ("self_forcing",), "steps": 8}, 8 / 100),
        ({"loras": ("self_forcing",), "guidance": 3.0}, 8 / 100),
        ({"loras": ("mine",)}, 6 / 100),
        ({"loras": ("nowhere",)}, 1.0),
    ],
)
def test_the_effort_of_a_request(loras: Path, fields: dict, effort: float):
    for kind in (GenerateRequest, EditRequest):
        assert effort_of(kind(prompt="a ball", **fields), WAN) == pytest.approx(effort)


def test_a_model_without_guidance_runs_once_a_step():
    plain = Limits(sampling=SamplingFacts(steps=8, guidance=1.0))
    assert effort_of(GenerateRequest(prompt="a ball", guidance=4.0), plain) == 2.0
    assert effort_of(GenerateRequest(prompt="a ball", steps=2), plain) == 0.25


def test_nothing_is_known_without_the_defaults_of_the_model():
    assert effort_of(GenerateRequest(prompt="a ball", steps=3), Limits()) == 1.0


@pytest.mark.parametrize(
    ("fields", "default", "ignored"),
    [
        ({}, 5.0, False),
        ({"guidance": 1.0}, 5.0, True),
        ({"guidance": 0.0}, 5.0, False),
        ({"loras": ("self_forcing",)}, 5.0, True),  # whose guidance is distilled into it
        ({"loras": ("self_forcing",), "guidance": 3.0}, 5.0, False),
        ({"loras": ("mine",)}, 5.0, False),
        ({"loras": ("paper",)}, 5.0, False),
        ({}, 1.0, True),
        ({"guidance": 2.0}, 1.0, False),
        ({}, None, False),
        ({"guidance": 1.0}, None, True),
    ],
)
@pytest.mark.parametrize("rewrite", [True, False])
def test_a_negative_prompt_without_guidance_is_said_to_be_ignored(
    loras: Path, fields: dict[str, Any], default: float | None, ignored: bool, rewrite: bool
):
    sampling = None if default is None else SamplingFacts(steps=50, guidance=default)
    limits = Limits(sampling=sampling)
    fields = {"rewrite": rewrite, **fields}
    request = GenerateRequest(prompt="a cat", negative=" snow ", **fields)
    notes = read_request(request, limits).notes
    assert notes == (
        ("Ignored (a negative prompt needs a guidance above 1): snow",) if ignored else ()
    )
    assert [note.to_json() for note in notes if isinstance(note, Note)] == (
        [{"code": "unguided", "values": {"negative": "snow"}}] if ignored else []
    )
    assert read_request(GenerateRequest(prompt="a cat", **fields), limits).notes == ()
