"""What is refused of folders of open weights, in one sentence."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from sorairo.errors import ModelError
from sorairo.models.loading import load_model
from sorairo.models.sizing.placement import Placement
from tiny_wan import state_digest, write_wan

FILE = "diffusion_pytorch_model.safetensors"
TRANSFORMER = f"transformer/{FILE}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_wan(tmp_path / "model", "wan2.1-1.3b")


def cut(folder: Path) -> None:
    os.truncate(folder / TRANSFORMER, (folder / TRANSFORMER).stat().st_size - 100)


def not_safetensors(folder: Path) -> None:
    (folder / TRANSFORMER).write_bytes(b"<html>404</html>" * 10)


def huge_header(folder: Path) -> None:
    (folder / TRANSFORMER).write_bytes(struct.pack("<Q", 2**60) + b"{}")


def missing_shard(folder: Path) -> None:
    tensors = load_file(folder / TRANSFORMER)
    (folder / TRANSFORMER).unlink()
    names = sorted(tensors)
    shards = [f"diffusion_pytorch_model-0000{i}-of-00002.safetensors" for i in (1, 2)]
    save_file({name: tensors[name] for name in names[::2]}, folder / "transformer" / shards[0])
    places = {name: shards[i % 2] for i, name in enumerate(names)}
    index = folder / "transformer" / f"{FILE}.index.json"
    index.write_text(json.dumps({"weight_map": places}))


def missing_key(folder: Path) -> None:
    tensors = load_file(folder / TRANSFORMER)
    del tensors["blocks.1.ffn.net.2.bias"]
    save_file(tensors, folder / TRANSFORMER)


def further_key(folder: Path) -> None:
    tensors = load_file(folder / TRANSFORMER)
    save_file({**tensors, "blocks.0.adapter.weight": torch.zeros(2)}, folder / TRANSFORMER)


def wrong_shape(folder: Path) -> None:
    tensors = load_file(folder / TRANSFORMER)
    save_file({**tensors, "blocks.1.ffn.net.2.bias": torch.zeros(3)}, folder / TRANSFORMER)


def quantised(folder: Path) -> None:
    tensors = load_file(folder / TRANSFORMER)
    name = "blocks.1.ffn.net.2.weight"
    save_file({**tensors, name: tensors[name].to(torch.int8)}, folder / TRANSFORMER)


def other_architecture(folder: Path) -> None:
    tensors = {f"double_{name}": value for name, value in load_file(folder / TRANSFORMER).items()}
    save_file(tensors, folder / TRANSFORMER)


def image_encoder(folder: Path) -> None:
    tensors = load_file(folder / TRANSFORMER)
    key = "condition_embedder.image_embedder.norm1.weight"
    save_file({**tensors, key: torch.zeros(2)}, folder / TRANSFORMER)


def other_codec(folder: Path) -> None:
    donor = write_wan(folder.parent / "donor", "wan2.2-5b")
    (donor / "vae" / FILE).rename(folder / "vae" / FILE)


def no_tokenizer(folder: Path) -> None:
    (folder / "tokenizer/tokenizer.json").unlink()


def no_codec(folder: Path) -> None:
    (folder / "vae" / FILE).unlink()


def two_codecs(folder: Path) -> None:
    (folder / "vae/second.safetensors").write_bytes((folder / "vae" / FILE).read_bytes())


class Harm:
    def __reduce__(self):
        return (os.mkdir, ("/tmp/sorairo-harm",))


def unknown_pickle(folder: Path) -> None:
    (folder / "vae" / FILE).unlink()
    torch.save({"decoder.conv1.weight": torch.ones(3)}, folder / "Wan2.1_VAE.pth")


def pickle_with_code(folder: Path) -> None:
    """Which the user trusts by mistake."""
    (folder / "vae" / FILE).unlink()
    torch.save({"decoder.conv1.weight": Harm()}, folder / "Wan2.1_VAE.pth")
    state_digest(folder / "Wan2.1_VAE.pth")


WRONG: dict[Callable[[Path], None], str] = {
    cut: "fetch it again",
    not_safetensors: "fetch it again",
    huge_header: "fetch it again",
    missing_shard: "lacks diffusion_pytorch_model-00002-of-00002",
    missing_key: "lacks blocks.1.ffn.2.bias",
    further_key: "has unknown blocks.0.adapter.weight",
    wrong_shape: r"blocks.1.ffn.2.bias is \[3\], not \[128\]",
    quantised: "bfloat16",
    other_architecture: "no transformer of Wan",
    image_encoder: "wan2.2-i2v-14b",
    other_codec: "48 latent channels.*needs 16",
    no_tokenizer: "no tokenizer.json",
    no_codec: "no codec",
    two_codecs: "2 files with a codec",
    unknown_pickle: "none of those published.*sha256sum Wan2.1_VAE.pth",
    pickle_with_code: "not a file of tensors",
}


@pytest.mark.parametrize("spoil", WRONG, ids=lambda each: each.__name__)
def test_refused_in_one_sentence(folder: Path, spoil: Callable[[Path], None]):
    spoil(folder)
    with pytest.raises(ModelError, match=WRONG[spoil]) as caught:
        load_model(folder, Placement(device=torch.device("cpu")))
    assert "\n" not in str(caught.value)
    assert not Path("/tmp/sorairo-harm").exists()
