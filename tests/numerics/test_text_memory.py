"""What the text encoder of Wan takes of memory follows from its layers and widths."""

from __future__ import annotations

import weakref
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from random_weights import randomise
from sorairo.models.sizing.machine import Machine
from sorairo.models.sizing.published import published_model
from sorairo.models.sizing.stored import stored_model
from sorairo.models.sizing.text_encoder import TextShape
from sorairo.models.wan.files.folder import read_folder
from sorairo.models.wan.text.loading import check_text
from sorairo.models.wan.variants import variant_named
from sorairo.nn.placement import bytes_of
from tiny_wan import TEXT, write_wan

GB = 1e9


class LiveBytes(TorchDispatchMode):
    """Counts the bytes of the tensors that are made within it."""

    def __init__(self) -> None:
        super().__init__()
        self.alive = self.most = 0
        self.known: set[int] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        held = {each.untyped_storage().data_ptr() for each in _tensors((args, kwargs))}
        found = func(*args, **(kwargs or {}))
        for each in _tensors(found):
            storage = each.untyped_storage()
            if storage.data_ptr() in held | self.known:
                continue
            self.known.add(storage.data_ptr())
            self.alive += storage.nbytes()
            self.most = max(self.most, self.alive)
            weakref.finalize(storage, self._gone, storage.data_ptr(), storage.nbytes())
        return found

    def _gone(self, place: int, size: int) -> None:
        self.known.discard(place)
        self.alive -= size


def _tensors(values: Any) -> list[Tensor]:
    return [each for each in tree_leaves(values) if isinstance(each, Tensor)]


def test_the_parameters_of_umt5_are_those_that_were_published():
    assert TextShape().parameters == 5_680_910_336


@pytest.mark.parametrize("layout", ["diffusers", "original", "comfyui"])
def test_the_shape_of_an_encoder_is_read_from_its_files(layout: str, tmp_path: Path):
    folder = read_folder(write_wan(tmp_path / "wan", "wan2.1-1.3b", layout))
    text = check_text(folder.text, folder.tokenizer).load(torch.float32).network
    stored = stored_model(folder, 4)
    assert stored.text.blocks in (bytes_of(text.encoder.block), stored.text.blocks)
    if layout == "original":  # a pickle, which says nothing before it is opened
        assert stored.text_shape == TextShape()
        return
    assert stored.text.blocks == bytes_of(text.encoder.block)
    shape = stored.text_shape
    assert (shape.layers, shape.width, shape.heads) == (2, TEXT["d_model"], TEXT["num_heads"])
    assert shape.ffn_dim == TEXT["d_ff"]
    assert 4 * shape.parameters == bytes_of(text)
    assert 4 * shape.layers * shape.block_parameters == stored.text.blocks


@pytest.mark.parametrize(
    ("heads", "inner", "ffn_dim", "dtype"),
    [(8, 64, 128, torch.float32), (8, 64, 128, torch.bfloat16), (1, 32, 4096, torch.float32)],
)
def test_a_block_takes_what_is_reckoned(heads: int, inner: int, ffn_dim: int, dtype: torch.dtype):
    """With many heads the scores are the most, with a wide feed-forward its branches are."""
    from transformers import UMT5Config
    from transformers.models.umt5.modeling_umt5 import UMT5Block

    config = UMT5Config(
        d_model=64,
        d_kv=inner // heads,
        num_heads=heads,
        d_ff=ffn_dim,
        num_layers=1,
        feed_forward_proj="gated-gelu",
    )
    config.is_decoder, config._attn_implementation = False, "eager"
    block = randomise(UMT5Block(config), 0).to(dtype).eval()
    shape = TextShape(layers=1, width=64, heads=heads, inner=inner, ffn_dim=ffn_dim)
    with torch.inference_mode():
        hidden = torch.randn(1, 512, 64, dtype=dtype)
        with LiveBytes() as live:
            block(hidden)
    assert 0.75 <= live.most / shape.reading(dtype.itemsize) <= 1.0


def test_two_blocks_of_an_offloaded_encoder_and_what_one_takes_are_on_the_device():
    """umT5 has 386 MB a block in bfloat16; its embedding, 2.1 GB, stays in the host's memory."""
    model = published_model(variant_named("wan2.1-1.3b"), 2)
    assert model.networks.text_block / 1e6 == pytest.approx(386, abs=1)
    machine = Machine(host=64 * GB, device="cuda", total=24 * GB, free=24 * GB, number=2)
    plan, needs = model.placed(machine, None)
    assert not plan.text_stays
    assert needs.moving_text == 2 * model.networks.text_block
    assert needs.reading / 1e6 == pytest.approx(128, abs=1)
