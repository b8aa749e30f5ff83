"""What models take: parameters, FLOP and memory, against published and counted numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from sorairo.cli.main import app
from sorairo.generation.engine import load
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.tasks.registry import layout_of
from sorairo.models import hub
from sorairo.models.sizing.shape import shape_of, wan_shape
from sorairo.models.sizing.speed import counted_flops
from sorairo.models.wan.variants import variant_named
from tiny_wan import write_wan

PARAMETERS = {
    "wan2.1-1.3b": 1_418_996_800,
    "wan2.1-14b": 14_288_491_584,
    "wan2.2-5b": 4_999_787_712,
    "wan2.2-i2v-14b": 14_288_901_184,
    "wan2.1-vace-1.3b": 2_153_972_032,
    "wan2.1-vace-14b": 17_337_592_896,
}
FORWARD = {  # size, frames: tokens, TFLOP
    "wan2.1-1.3b": ((832, 480), 81, 32_760, 283),
    "wan2.2-5b": ((1280, 704), 121, 27_280, 517),
    "wan2.1-14b": ((1280, 720), 81, 75_600, 6523),
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_are_those_that_were_published(name: str):
    assert wan_shape(variant_named(name)).parameters == pytest.approx(PARAMETERS[name], rel=0.003)


@pytest.mark.parametrize("name", FORWARD)
def test_flop_of_published_sizes(name: str):
    size, frames, tokens, teraflop = FORWARD[name]
    shape = wan_shape(variant_named(name))
    assert shape.tokens(size, frames) == tokens
    assert shape.forward_flops(tokens) == pytest.approx(teraflop * 1e12, rel=0.01)


def test_flop_of_the_shipped_model_are_those_that_torch_counts():
    """Of one step: products with weights, attention to itself and to the text."""
    shape, engine = shape_of(hub.info(hub.find("tabletop"))), load(device="cpu")
    assert shape is not None
    layout = layout_of(GenerateRequest(prompt="a ball", seconds=1), (), engine.spec)
    stack = torch.zeros(1, 144, 32)
    network = engine.model.denoiser.transformer
    text = network.read_text(torch.zeros(1, shape.text_tokens, 256, dtype=engine.model.dtype))
    mask = torch.ones(1, shape.text_tokens, dtype=torch.bool)
    positions = engine.model.positions.grid((4, 6, 6), torch.arange(4.0)).reshape(1, 144, 3)
    assert shape.tokens((layout.width, layout.height), 13) == 144
    tokens, noise = stack.to(engine.model.dtype), torch.full((1, 1), 0.5)
    with torch.inference_mode():
        counted = counted_flops(lambda: network(tokens, positions, noise, text, mask))
    assert counted == pytest.approx(shape.forward_flops(144), rel=0.02)


@pytest.fixture(scope="module")
def wan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_wan(tmp_path_factory.mktemp("sizing") / "wan", "wan2.1-1.3b")


@pytest.mark.parametrize("name", ["wan2.2-5b", "wan"])
def test_info_says_what_a_model_takes(name: str, wan: Path, monkeypatch: pytest.MonkeyPatch):
    """Of one that is not fetched yet, too."""
    monkeypatch.setenv("SORAIRO_MODELS", str(wan.parent))
    words = ["models", "info", name, "--json", *(["--no-speed"] if name != "wan" else [])]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    facts = json.loads(result.output)
    assert facts["licence"] == "Apache-2.0"
    first = facts["costs"][0]
    if name == "wan":
        assert first["expected_seconds"] > 0
        expected = first["petaflop"] * 1e15 / facts["flops_per_second"]
        assert first["expected_seconds"] == pytest.approx(expected, rel=0.01)
    else:
        assert (first["size"], first["frames"], first["expected_seconds"]) == (
            [1280, 704],
            121,
            None,
        )
        assert first["petaflop"] == pytest.approx((50 * 2 * 517 + 2011) / 1000, rel=0.01)


@pytest.mark.parametrize("device", [(), ("--device", "cpu")], ids=["none", "cpu"])
def test_info_counts_the_numbers_that_the_cpu_computes_with(
    device: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
):
    """Four bytes each on one without instructions for bfloat16; on a GPU there are two."""
    rows = {}
    for fast in (True, False):
        monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda fast=fast: fast)
        words = ["models", "info", "wan2.1-1.3b", "--json", "--no-speed", *device]
        found = json.loads(CliRunner().invoke(app, words, catch_exceptions=False).output)
        memory = found["costs"][0]["memory"]
        rows[fast] = {each["options"]: each for each in memory}
    cpu = [rows[fast].pop("--device cpu")["host_gigabytes"] for fast in (True, False)]
    assert 1.8 < cpu[1] / cpu[0] < 2.05
    assert rows[True] == rows[False]


def test_bench_times_a_forward_and_a_decode(wan: Path):
    words = ["bench", str(wan), "--size", "64x64", "--seconds", "0.3", "--repeats", "2", "--json"]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    found = json.loads(result.output.splitlines()[-1])
    assert (found["size"], found["frames"], found["rows"]) == ([64, 64], 5, 2)
    for part in ("forward", "decode"):
        assert found[part]["steady_seconds"] > 0
        assert found[part]["teraflop"] > 0
        assert 0 < found[part]["percent_of_peak"] < 110
