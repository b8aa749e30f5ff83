"""Our codecs against those of diffusers, on the same random weights: the cached path, frame by
frame."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from random_weights import randomise
from relative_error import relative_error
from sorairo.models.wan.codec.config import MEANS_STDS
from sorairo.models.wan.codec.network import WanCodec
from sorairo.models.wan.files.loading import load_codec

SIZES = {
    "2.1": {"base_dim": 8, "z_dim": 16},
    "2.2": {
        "base_dim": 8,
        "decoder_base_dim": 16,
        "z_dim": 48,
        "is_residual": True,
        "in_channels": 12,
        "out_channels": 12,
        "patch_size": 2,
        "scale_factor_spatial": 16,
    },
}
FRAMES = [1, 5, 9, 17]


def pair(version: str, dtype: torch.dtype, folder: Path) -> tuple[WanCodec, torch.nn.Module]:
    """Ours and theirs, with the same weights in the same files."""
    from diffusers import AutoencoderKLWan

    network = randomise(AutoencoderKLWan(**SIZES[version]), scale=1.5)
    network.save_pretrained(folder)
    theirs = AutoencoderKLWan.from_pretrained(folder, torch_dtype=dtype)
    ours = load_codec([folder / "diffusion_pytorch_model.safetensors"], dtype)
    return ours, theirs


@pytest.fixture(scope="module", params=[*SIZES])
def exact(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    return pair(request.param, torch.float32, tmp_path_factory.mktemp("codec"))


def normalised(moments: torch.Tensor) -> torch.Tensor:
    channels = moments.shape[1]
    mean, std = (torch.tensor(each).view(1, -1, 1, 1, 1) for each in MEANS_STDS[channels])
    return (moments - mean) / std


@pytest.mark.parametrize("frames", FRAMES)
@torch.no_grad()
def test_encode(exact: tuple[WanCodec, torch.nn.Module], frames: int):
    ours, theirs = exact
    video = torch.rand(1, 3, frames, 32, 64, generator=torch.Generator().manual_seed(2)) * 2 - 1
    wanted = normalised(theirs.encode(video).latent_dist.mode())
    found = ours.encode(video)
    assert found.shape[2] == 1 + (frames - 1) // 4
    assert relative_error(found, wanted) < 1e-4


@pytest.mark.parametrize("frames", FRAMES)
@torch.no_grad()
def test_decode(exact: tuple[WanCodec, torch.nn.Module], frames: int):
    ours, theirs = exact
    law = ours.law
    shape = (1, law.channels, law.latent_frames(frames), 32 // law.space_factor, 4)
    latents = torch.randn(shape, generator=torch.Generator().manual_seed(3))
    mean, std = (torch.tensor(each).view(1, -1, 1, 1, 1) for each in MEANS_STDS[law.channels])
    wanted = theirs.decode(latents * std + mean).sample
    found = ours.decode(latents)
    assert found.shape == wanted.shape
    assert found.shape[2] == frames
    assert float((wanted.abs() == 1).float().mean()) < 0.9, "not all is clamped"
    assert relative_error(found, wanted) < 1e-4


@torch.no_grad()
def test_a_clip_in_pieces(exact: tuple[WanCodec, torch.nn.Module]):
    """Kept states are neither dropped early nor kept from one clip to the next."""
    ours, _ = exact
    latents = torch.randn(1, ours.law.channels, 5, 2, 2)
    whole, state = ours.decode(latents), {}
    parts = [ours.decode(part, state) for part in latents.split([1, 1, 2, 1], dim=2)]
    # Some processors add up in another order where there are fewer frames.
    torch.testing.assert_close(torch.cat(parts, dim=2), whole, atol=2e-5, rtol=0)
    assert torch.equal(ours.decode(latents), whole)


@pytest.mark.parametrize("version", [*SIZES])
@torch.no_grad()
def test_decode_in_bfloat16(version: str, tmp_path: Path):
    ours, theirs = pair(version, torch.bfloat16, tmp_path)
    law = ours.law
    latents = torch.randn(1, law.channels, 3, 4, 4, generator=torch.Generator().manual_seed(3))
    mean, std = (torch.tensor(each).view(1, -1, 1, 1, 1) for each in MEANS_STDS[law.channels])
    wanted = theirs.decode((latents * std + mean).bfloat16()).sample
    assert relative_error(ours.decode(latents.bfloat16()), wanted) < 2e-2


@torch.no_grad()
def test_the_encoder_stays_in_float32(tmp_path: Path):
    """Rounded latents of given frames would be seen in every frame after them."""
    ours, _ = pair("2.1", torch.bfloat16, tmp_path)
    assert ours.encoder.enter.weight.dtype == torch.float32
    assert ours.decoder.enter.weight.dtype == torch.bfloat16
    assert ours.encode(torch.zeros(1, 3, 1, 16, 16)).dtype == torch.float32
