"""What the canvas gives a model for image-to-video, against diffusers' pipeline: a mask and latents
as further channels (I2V-A14B), and a first latent frame without noise (TI2V-5B)."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor

from random_weights import randomise
from relative_error import relative_error
from sorairo.generation.canvas.canvas import Canvas
from sorairo.generation.canvas.encode import encode_layout
from sorairo.generation.tasks.animate import animate
from sorairo.generation.tasks.layout import CanvasSpec
from sorairo.models.wan.codec.config import MEANS_STDS
from sorairo.models.wan.codec.network import WanCodec
from sorairo.models.wan.files.loading import load_codec
from sorairo.models.wan.model import CONDITIONING
from sorairo.models.wan.positions import WholePositions
from sorairo.video import Clip

HEIGHT, WIDTH, FRAMES = 64, 96, 13
SIZES = {
    16: {"base_dim": 8},
    48: {
        "base_dim": 8,
        "decoder_base_dim": 8,
        "z_dim": 48,
        "is_residual": True,
        "in_channels": 12,
        "out_channels": 12,
        "patch_size": 2,
        "scale_factor_spatial": 16,
    },
}


def codecs(channels: int, folder: Path) -> tuple[WanCodec, torch.nn.Module]:
    """Ours and theirs, with the same weights."""
    from diffusers import AutoencoderKLWan

    mean, std = (list(each) for each in MEANS_STDS[channels])
    sizes = {**SIZES[channels], "latents_mean": mean, "latents_std": std}
    network = randomise(AutoencoderKLWan(**sizes), scale=1.5)
    network.save_pretrained(folder)
    return load_codec([folder / "diffusion_pytorch_model.safetensors"], torch.float32), network


def pictures() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (2, HEIGHT, WIDTH, 3), np.uint8)


def canvas(codec: WanCodec, enters: str, at: tuple[int, ...]) -> Canvas:
    """The canvas of a clip with pictures at these frames."""
    side = codec.law.space_factor
    spec = CanvasSpec(
        fps=16.0,
        frames_per_latent_frame=4,
        multiple=2 * side,
        area=HEIGHT * WIDTH,
        world="",
    )
    given = [
        (frame / 16, Clip(frames=picture[None], fps=16.0))
        for frame, picture in zip(at, pictures(), strict=False)
    ]
    layout = animate(given, "", spec=spec, num_frames=FRAMES)

    def encode(frames: np.ndarray, shown: np.ndarray | None = None) -> Tensor:
        video = torch.from_numpy(frames[3:]).permute(3, 0, 1, 2).float() / 127.5 - 1
        if shown is not None:
            video = video * torch.from_numpy(shown[3:])
        return codec.encode(video[None])[0]

    return encode_layout(
        layout,
        encode,
        latent_channels=codec.law.channels,
        patch=2,
        positions=WholePositions(units_per_second=4.0),
        conditioning=CONDITIONING[enters],
    )


def prepared(network: torch.nn.Module, count: int, per_token: bool) -> tuple[Tensor, ...]:
    """What diffusers' pipeline prepares for the same pictures, after the noise."""
    from diffusers import WanImageToVideoPipeline

    first, last = (torch.from_numpy(each).permute(2, 0, 1)[None] / 127.5 - 1 for each in pictures())
    pipeline = SimpleNamespace(
        vae=network,
        vae_scale_factor_temporal=4,
        vae_scale_factor_spatial=16 if per_token else 8,
        config=SimpleNamespace(expand_timesteps=per_token),
    )
    return WanImageToVideoPipeline.prepare_latents(
        pipeline,  # type: ignore[arg-type]
        first,
        1,
        network.config.z_dim,
        HEIGHT,
        WIDTH,
        FRAMES,
        torch.float32,
        torch.device("cpu"),
        torch.Generator().manual_seed(0),
        last_image=last if count == 2 else None,
    )[1:]


@pytest.mark.parametrize("at", [(0,), (0, FRAMES - 1)], ids=["first", "first and last"])
@torch.no_grad()
def test_channels_of_i2v(at: tuple[int, ...], tmp_path: Path):
    codec, network = codecs(16, tmp_path)
    found = canvas(codec, "given channels", at).given
    (wanted,) = prepared(network, len(at), per_token=False)
    assert found is not None
    assert found.shape == wanted[0].shape == (20, 4, 8, 12)
    assert torch.equal(found[:4], wanted[0, :4]), "the mask"
    assert relative_error(found[4:], wanted[0, 4:]) < 1e-5


@torch.no_grad()
def test_the_first_latent_frame_of_5b(tmp_path: Path):
    """diffusers' mask is 1 where there is noise."""
    codec, network = codecs(48, tmp_path)
    found = canvas(codec, "token noise", (0,))
    wanted, noisy = prepared(network, 1, per_token=True)
    assert relative_error(found.latents[None, :, :1], wanted) < 1e-5
    noise = found.sigma_start.repeat_interleave(2, 1).repeat_interleave(2, 2)
    assert torch.equal(noise, noisy[0, 0])
