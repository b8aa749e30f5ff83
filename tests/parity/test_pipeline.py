"""A whole sample, from the prompt to the frames, against diffusers' pipeline: the same random
weights, the same noise, four steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers.processors import TemplateProcessing

from random_weights import randomise
from relative_error import relative_error
from sorairo.generation.engine import Engine
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.tasks.registry import layout_of
from sorairo.models.sizing.placement import Placement
from sorairo.models.wan import model as wan_model
from sorairo.models.wan.files.folder import read_folder
from sorairo.models.wan.model import load_wan
from sorairo.models.wan.sampling import official_sigmas
from sorairo.models.wan.variants import NEGATIVE
from sorairo.nn.patches import unpatchify
from tiny_wan import TEXT, record_velocities, text_tensors

STEPS, SHIFT, GUIDANCE = 4, 8.0, 6.0
HEIGHT, WIDTH, FRAMES = 32, 48, 9
PROMPT = "a red ball  drops &amp;amp; rolls"


def scheduler(solver: str):
    """diffusers' scheduler, with the official noise levels and timesteps."""
    from diffusers import FlowMatchEulerDiscreteScheduler, UniPCMultistepScheduler

    sigmas = official_sigmas(STEPS, SHIFT)
    base = FlowMatchEulerDiscreteScheduler if solver == "euler" else UniPCMultistepScheduler

    class Official(base):  # type: ignore[misc, valid-type]
        def set_timesteps(self, *_: object, **__: object) -> None:
            if solver == "euler":
                super().set_timesteps(sigmas=sigmas[:-1].tolist())
            else:
                super().set_timesteps(STEPS)
            self.sigmas = sigmas.float()
            at = (1000 * sigmas[:-1] + 5e-5).floor()
            self.timesteps = at.float() if solver == "euler" else at.long()

    if solver == "euler":
        return Official(shift=1.0)
    return Official(prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=1.0)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory):
    """diffusers' pipeline with tiny networks, and the folder that it saves."""
    from diffusers import AutoencoderKLWan, WanPipeline, WanTransformer3DModel
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast, UMT5Config, UMT5EncoderModel

    folder: Path = tmp_path_factory.mktemp("pipeline")
    tensors, text = text_tensors()
    tokenizer = Tokenizer.from_str(text)
    end = tokenizer.token_to_id("</s>")
    tokenizer.post_processor = TemplateProcessing(single="$A </s>", special_tokens=[("</s>", end)])
    config = UMT5Config(
        vocab_size=tokenizer.get_vocab_size(), feed_forward_proj="gated-gelu", **TEXT
    )
    encoder = UMT5EncoderModel(config)
    encoder.load_state_dict({**tensors, "encoder.embed_tokens.weight": tensors["shared.weight"]})
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="</s>", pad_token=tokenizer.id_to_token(0)
    )
    sizes = {"num_attention_heads": 1, "ffn_dim": 256, "num_layers": 2, "text_dim": TEXT["d_model"]}
    made = WanPipeline(
        tokenizer=fast,
        text_encoder=encoder.eval(),
        vae=randomise(AutoencoderKLWan(base_dim=8), scale=1.5),
        scheduler=scheduler("unipc"),
        transformer=randomise(WanTransformer3DModel(**sizes)),
    )
    made.set_progress_bar_config(disable=True)
    made.save_pretrained(folder)
    return made, folder


@pytest.mark.parametrize("solver", ["unipc", "euler"])
def test_from_the_prompt_to_the_frames(pipeline, solver: str, monkeypatch: pytest.MonkeyPatch):
    theirs, folder = pipeline
    monkeypatch.setattr(wan_model, "compute_dtype", lambda _device: torch.float32)
    model = load_wan(read_folder(folder), Placement(device=torch.device("cpu")))
    model = replace(model, sampling=replace(model.sampling, solver=solver))
    seen = record_velocities(monkeypatch)
    engine = Engine(model)
    request = GenerateRequest(
        prompt=PROMPT, seconds=FRAMES / 16, width=WIDTH, height=HEIGHT, steps=STEPS
    )
    layout = layout_of(request, (), engine.spec.sized(WIDTH, HEIGHT))
    found = engine.fill(layout, replace(request.settings(), guidance=GUIDANCE))
    assert len(seen) == STEPS, "guidance is one batch"
    noise = unpatchify(seen[0].x[:1], seen[0].grid, 2)
    theirs.scheduler = scheduler(solver)
    options = {"negative_prompt": NEGATIVE, "height": HEIGHT, "width": WIDTH}
    options |= {"num_frames": FRAMES, "num_inference_steps": STEPS, "guidance_scale": GUIDANCE}
    wanted = theirs(PROMPT, latents=noise, output_type="latent", **options).frames
    assert relative_error(found, wanted[0]) < 1e-3
    frames = theirs(PROMPT, latents=noise, output_type="np", **options).frames[0]
    difference = engine.decode(layout, found).astype(np.float32) - 255 * frames
    assert np.abs(difference).max() < 2
    assert frames.std() > 0.1, "there is something to see"
