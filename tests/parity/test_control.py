"""What the canvas gives a control branch, against diffusers' pipeline: mask, extension, keyframes
and a reference, through the same codec."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from torch import Tensor

from random_weights import randomise
from relative_error import relative_error
from sorairo.generation.canvas.encode import encode_layout
from sorairo.generation.tasks.layout import (
    CanvasLayout,
    CanvasSpec,
    GivenFrames,
    Keyframe,
    single_prompt,
)
from sorairo.models.wan.codec.network import WanCodec
from sorairo.models.wan.files.loading import load_codec
from sorairo.models.wan.model import CONDITIONING
from sorairo.models.wan.positions import WholePositions

HEIGHT, WIDTH, FRAMES = 32, 48, 13
SPEC = CanvasSpec(fps=16.0, frames_per_latent_frame=4, multiple=16, area=HEIGHT * WIDTH, world="")


def layout() -> CanvasLayout:
    """Five frames at the beginning, a region of three in the middle, a keyframe, a reference."""
    pixels = np.random.default_rng(1).integers(0, 256, (FRAMES + 1, HEIGHT, WIDTH, 3), np.uint8)
    region = np.zeros((HEIGHT, WIDTH), np.float32)
    region[8:20, 5:30] = 1
    prompts, weights = single_prompt("", FRAMES)
    return CanvasLayout(
        spec=SPEC,
        num_frames=FRAMES,
        width=WIDTH,
        height=HEIGHT,
        prompts=prompts,
        prompt_weights=weights,
        segments=(),
        given=(
            GivenFrames(first=0, frames=pixels[:5]),
            GivenFrames(first=6, frames=pixels[6:9], strength=1.0, region=region),
        ),
        keyframes=(
            Keyframe(at=11, picture=pixels[11]),
            Keyframe(at=0, picture=pixels[FRAMES], noise=0.5),
        ),
    )


def theirs(network: torch.nn.Module, given: CanvasLayout) -> Tensor:
    """What diffusers' pipeline prepares for the same frames, mask and reference."""
    from diffusers import WanVACEPipeline

    video, mask = torch.zeros(1, 3, FRAMES, HEIGHT, WIDTH), torch.ones(1, 3, FRAMES, HEIGHT, WIDTH)
    pictures = [
        torch.from_numpy(each.frames).permute(3, 0, 1, 2) / 127.5 - 1 for each in given.given
    ]
    video[0, :, :5], mask[0, :, :5] = pictures[0], 0
    region = torch.from_numpy(given.given[1].region)
    video[0, :, 6:9], mask[0, :, 6:9] = pictures[1] * (1 - region), region
    keyframe, reference = (
        torch.from_numpy(each.picture).permute(2, 0, 1) / 127.5 - 1 for each in given.keyframes
    )
    video[0, :, 11], mask[0, :, 11] = keyframe, 0
    pipeline = SimpleNamespace(
        vae=network,
        transformer=SimpleNamespace(config=SimpleNamespace(patch_size=(1, 2, 2))),
        vae_scale_factor_temporal=4,
        vae_scale_factor_spatial=8,
        _execution_device="cpu",
    )
    latents = WanVACEPipeline.prepare_video_latents(pipeline, video, mask, [[reference]])
    masks = WanVACEPipeline.prepare_masks(pipeline, mask, [[reference]])
    return torch.cat([latents, masks], dim=1)[0]


@torch.no_grad()
def test_control_channels(tmp_path: Path):
    from diffusers import AutoencoderKLWan

    network = randomise(AutoencoderKLWan(base_dim=8), scale=1.5)
    network.save_pretrained(tmp_path)
    codec: WanCodec = load_codec([tmp_path / "diffusion_pytorch_model.safetensors"], torch.float32)

    def encode(frames: np.ndarray, shown: np.ndarray | None = None) -> Tensor:
        video = torch.from_numpy(frames[3:]).permute(3, 0, 1, 2).float() / 127.5 - 1
        if shown is not None:
            video = video * torch.from_numpy(shown[3:])
        return codec.encode(video[None])[0]

    canvas = encode_layout(
        layout(),
        encode,
        latent_channels=16,
        patch=2,
        positions=WholePositions(units_per_second=4.0),
        conditioning=CONDITIONING["control branch"],
    )
    (reference,) = canvas.reference_tokens
    assert canvas.given is not None
    assert reference.given is not None
    found = torch.cat([reference.given, canvas.given], dim=1)
    wanted = theirs(network, layout())
    assert found.shape == wanted.shape == (96, 5, 4, 6)
    assert torch.equal(found[32:], wanted[32:]), "the mask"
    assert relative_error(found, wanted) < 1e-5
    assert bool((canvas.sigma(0.5) == 0.5).all()), "all is generated, the reference too"
