"""A larger codec starts from a smaller one and computes the same at first."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from random_weights import randomise
from sorairo.errors import TrainingError
from sorairo.models.codec import Codec
from sorairo.training.networks.initial_weights import load_initial
from sorairo.training.networks.larger_codec import enlarged
from training_recipes import CODEC

LARGER = dataclasses.replace(
    CODEC,
    latent_channels=7,
    encoder_depths=(2, 3),
    decoder_depths=(2, 2),
    high_memory=True,
    pixel_width=24,
)


def test_a_larger_codec_reconstructs_what_the_smaller_one_does():
    small, large = randomise(Codec(CODEC), seed=1), Codec(LARGER)
    small.latent_mean.uniform_(-1, 1)
    large.load_state_dict(enlarged(small.state_dict(), large))
    video = torch.rand(2, 3, 12, 16, 24) * 2 - 1
    with torch.no_grad():
        latents = large.encode(video)
        torch.testing.assert_close(latents[:, :4], small.encode(video))
        assert latents[:, 4:].std() > 0.01, "new channels see the video"
        torch.testing.assert_close(large.decode(latents), small.decode(small.encode(video)))
    large.decode(latents).square().mean().backward()
    for gradient in (
        large.decoder.stem.weight.grad[:, 4:],  # type: ignore[index]
        large.decoder.high[0].mix.proj.weight.grad,  # type: ignore[union-attr]
        large.decoder.high[1].conv2.weight.grad,  # type: ignore[union-attr]
        large.decoder.pixels.conv2.weight.grad,  # type: ignore[union-attr]
    ):
        assert gradient.abs().max() > 0, "new weights learn at once"  # type: ignore[union-attr]


def test_a_codec_of_the_same_shape_takes_the_weights_as_they_are():
    source = randomise(Codec(CODEC), seed=1).state_dict()
    found = enlarged(source, Codec(CODEC))
    assert found.keys() == source.keys()
    assert all(torch.equal(found[name], source[name]) for name in source)


@pytest.mark.parametrize("field", [{"latent_channels": 3}, {"widths": (16, 32)}], ids=str)
def test_a_smaller_or_wider_codec_is_refused(model_run: Path, field: dict):
    codec = Codec(dataclasses.replace(CODEC, **field))
    with pytest.raises(TrainingError, match="another shape"):
        load_initial(codec, str(model_run / "model"), "codec")
