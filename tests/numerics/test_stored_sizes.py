"""The sizes of networks from the headers of their files are those of the loaded networks."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from sorairo.models.sizing.placement import Placement
from sorairo.models.sizing.stored import stored_model
from sorairo.models.wan.files.folder import read_folder
from sorairo.models.wan.model import WanModel, load_wan
from sorairo.models.wan.placing import block_rows
from sorairo.nn.placement import bytes_of
from sorairo.nn.precision import compute_dtype
from sorairo.nn.rounding import Rounding
from tiny_wan import write_wan

CPU = torch.device("cpu")
NUMBER = compute_dtype(CPU).itemsize


def sizes_of(model: WanModel) -> dict[str, int]:
    experts = model.denoiser.experts
    return {
        "codec": bytes_of(model.codec),
        "text": bytes_of(model.text.network),
        "experts": sum(map(bytes_of, experts)),
        "blocks": sum(bytes_of(row) for each in experts for row in block_rows(each)),
    }


@pytest.mark.parametrize(
    ("name", "layout", "rounding"),
    [
        ("wan2.1-vace-1.3b", "comfyui", None),
        ("wan2.2-5b", "diffusers", "int8"),
        ("wan2.2-i2v-14b", "diffusers", "fp8"),
    ],
)
def test_headers_say_what_networks_take(
    name: str, layout: str, rounding: Rounding | None, tmp_path: Path
):
    folder = read_folder(write_wan(tmp_path / "wan", name, layout))
    text = rounding == "int8"
    stored = stored_model(folder, NUMBER, rounding, rounds_text=text)
    placement = Placement(device=CPU, rounding=rounding, rounds_text=text)
    found = sizes_of(load_wan(folder, placement))
    assert {
        "codec": stored.codec.kept,
        "text": stored.text.kept,
        "experts": sum(each.kept for each in stored.experts),
        "blocks": sum(each.blocks for each in stored.experts),
    } == found
