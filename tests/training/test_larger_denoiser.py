"""A denoiser of more latent channels starts from one of fewer and computes the same at first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from sorairo.models.model import DenoiserNetwork
from sorairo.nn.patches import patchify, unpatchify
from sorairo.training.networks.initial_weights import load_initial
from training_recipes import MODEL_RECIPE


def test_more_latent_channels_change_nothing_at_first(model_run: Path):
    """As before for the channels that the model has; new ones are seen and learned at once."""
    config = MODEL_RECIPE.model.transformer
    wider_config = replace(config, latent_channels=config.latent_channels + 3)
    wider = DenoiserNetwork(wider_config, MODEL_RECIPE.model.text)
    load_initial(wider, str(model_run / "model"), "denoiser")
    same = DenoiserNetwork(config, MODEL_RECIPE.model.text)
    load_initial(same, str(model_run / "model"), "denoiser")
    generator = torch.Generator().manual_seed(0)
    latents = torch.randn(2, wider_config.latent_channels, 2, 4, 4, generator=generator)
    tokens = patchify(latents, config.patch)
    others = (
        torch.randn(2, tokens.shape[1], 3, generator=generator),
        torch.rand(2, tokens.shape[1], generator=generator),
        torch.randint(0, 300, (2, 5), generator=generator),
        torch.ones(2, 5, dtype=torch.bool),
    )
    velocity = unpatchify(wider(tokens, *others), (2, 2, 2), config.patch)
    known = patchify(latents[:, : config.latent_channels], config.patch)
    with torch.no_grad():
        before = unpatchify(same(known, *others), (2, 2, 2), config.patch)
    torch.testing.assert_close(velocity[:, : config.latent_channels].detach(), before)
    assert not velocity[:, config.latent_channels :].any()
    (velocity - latents).square().mean().backward()
    for layer in (wider.transformer.patch_embedding, wider.transformer.head.head):
        gradient = layer.weight.grad
        assert gradient is not None
        new = (
            gradient[:, config.token_channels :]
            if layer.in_features == tokens.shape[2]
            else (gradient[config.token_channels :])
        )
        assert new.abs().max() > 0
