"""Names of parameters in the original files against diffusers' own converter, by which it opens
single files."""

from __future__ import annotations

import pytest
import torch

from random_weights import randomise
from sorairo.models.transformer import Transformer
from sorairo.models.wan.codec.config import CODEC_21
from sorairo.models.wan.codec.names import codec_names
from sorairo.models.wan.variants import variant_named
from tiny_wan import transformer_config, transformer_tensors


@pytest.mark.parametrize("name", ["wan2.1-1.3b", "wan2.2-i2v-14b", "wan2.1-vace-1.3b"])
@pytest.mark.parametrize("prefix", ["", "model.diffusion_model."])
def test_transformer(name: str, prefix: str):
    from diffusers.loaders.single_file_utils import convert_wan_transformer_to_diffusers

    network = randomise(Transformer(transformer_config(variant_named(name))))
    original = transformer_tensors(network, "original")
    found = convert_wan_transformer_to_diffusers({prefix + k: v for k, v in original.items()})
    wanted = transformer_tensors(network, "diffusers")
    assert sorted(found) == sorted(wanted)
    assert all(torch.equal(found[key], wanted[key]) for key in wanted)


def test_codec_of_2_1():
    """Every name of the published codec; diffusers has no such converter for that of 2.2."""
    from diffusers.loaders.single_file_utils import convert_wan_vae_to_diffusers

    rows = codec_names(CODEC_21)
    found = convert_wan_vae_to_diffusers({original: original for _, original, _ in rows})
    assert found == {diffusers: original for _, original, diffusers in rows}
