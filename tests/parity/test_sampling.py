"""Our solvers, schedule and text encoder against those of diffusers and transformers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from relative_error import relative_error
from sorairo.flow.solvers import SOLVERS
from sorairo.models.wan.sampling import official_sigmas, timesteps
from sorairo.models.wan.text.encoder import LENGTH
from sorairo.models.wan.text.loading import load_text
from sorairo.models.wan.text.names import original_name
from tiny_wan import text_tensors


def velocity(z: Tensor, s: float) -> Tensor:
    """A velocity that bends."""
    return torch.tanh(z * (0.5 + s)) + z.flip(-1) * s**2


def theirs(solver: str, z: Tensor, sigmas: Tensor) -> Tensor:
    """A whole sample by diffusers' scheduler, with these noise levels."""
    from diffusers import FlowMatchEulerDiscreteScheduler, UniPCMultistepScheduler

    levels = sigmas[:-1].tolist()
    if solver == "euler":
        scheduler = FlowMatchEulerDiscreteScheduler(shift=1.0)
        scheduler.set_timesteps(sigmas=levels)
    else:
        scheduler = UniPCMultistepScheduler(
            prediction_type="flow_prediction",
            use_flow_sigmas=True,
            num_train_timesteps=1000,
            flow_shift=1.0,
        )
        scheduler.set_timesteps(len(levels))
        scheduler.sigmas = torch.tensor([*levels, 0.0])
        scheduler.timesteps = torch.tensor([1000 * s for s in levels])
    for t, s in zip(scheduler.timesteps, levels, strict=True):
        z = scheduler.step(velocity(z, s), t, z, return_dict=False)[0]
    return z


@pytest.mark.parametrize("solver", ["unipc", "euler"])
@pytest.mark.parametrize("steps", [1, 2, 3, 4, 12])
def test_a_whole_sample(solver: str, steps: int):
    z = torch.randn(3, 40, generator=torch.Generator().manual_seed(0), dtype=torch.float64).float()
    sigmas = official_sigmas(steps, 5.0)
    *_, last = SOLVERS[solver](velocity, z, sigmas)
    assert relative_error(last.z, theirs(solver, z, sigmas)) < 1e-5


@pytest.mark.parametrize(
    ("shift", "steps"), [(3, 40), (5, 40), (5, 50), (8, 50), (12, 40), (16, 50)]
)
def test_timesteps_are_the_integer_parts(shift: float, steps: int):
    """They stay exact on the way through float32 noise levels."""
    official = np.linspace(0.999, 0, steps + 1)[:-1]
    official = shift * official / (1 + (shift - 1) * official)
    sigmas = official_sigmas(steps, shift)
    np.testing.assert_allclose(sigmas[:-1].numpy(), official, rtol=1e-12)
    assert float(sigmas[-1]) == 0
    assert timesteps(sigmas[:-1].float()).tolist() == [int(1000 * s) for s in official]


@pytest.mark.parametrize("original", [False, True])
@torch.no_grad()
def test_umt5(original: bool, tmp_path: Path):
    """Prompts padded and masked, as the official code encodes them, cut at their length and padded
    with zeros."""
    from transformers import UMT5EncoderModel

    tensors, tokenizer = text_tensors()
    (tmp_path / "tokenizer.json").write_text(tokenizer)
    named = {original_name(k): v for k, v in tensors.items()} if original else tensors
    save_file(named, tmp_path / "text.safetensors")
    text = load_text([tmp_path / "text.safetensors"], tmp_path / "tokenizer.json", torch.float32)
    assert bool((text.network.get_input_embeddings().weight != 0).any()), "no embedding of zeros"
    reference = UMT5EncoderModel(text.network.config).eval()
    missing, unexpected = reference.load_state_dict(tensors, strict=False)
    assert not unexpected
    assert set(missing) <= {"encoder.embed_tokens.weight"}
    prompts = ["a red ball  drops", "一个红色的球落下 &amp;amp;", ""]
    features, mask = text.encode(prompts)
    assert features.shape == (3, LENGTH, 32)
    assert bool(mask.all()), "the transformer attends to the padding"
    for row, prompt in enumerate(prompts):
        ids = text.tokens(prompt)
        padded = torch.tensor([ids + [0] * (LENGTH - len(ids))])
        wanted = reference(padded, attention_mask=(padded != 0).long()).last_hidden_state[0]
        assert relative_error(features[row, : len(ids)], wanted[: len(ids)]) < 1e-5
        assert not bool(features[row, len(ids) :].any())
    assert text.tokens(" a  ball ") == text.tokens("a ball")
    assert len(text.tokens("ball " * 2000)) == LENGTH
