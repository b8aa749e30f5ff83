"""From the files of a folder to networks: first what the headers say is checked, then every tensor
is read once, in the number format in which it is computed with. One that is stored in that format
stays mapped to its file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from sorairo.errors import ModelError
from sorairo.models.transformer import Transformer, TransformerConfig
from sorairo.models.wan.codec.config import MEANS_STDS, WanCodecConfig
from sorairo.models.wan.codec.names import codec_names
from sorairo.models.wan.codec.network import WanCodec
from sorairo.models.wan.files.folder import HEAD_WIDTH
from sorairo.models.wan.files.layouts import finer, from_ours, into_ours
from sorairo.models.wan.files.tensor_source import Shapes, TensorSource
from sorairo.models.wan.files.transformer_names import naming_of, renamer
from sorairo.models.wan.variants import Variant
from sorairo.nn.packed import Packed, PackedEmbedding, PackedLinear
from sorairo.nn.skip_init import on_meta_device

SHOWN = 3  # names in a message


def transformer_config(shapes: Shapes, variant: Variant) -> TransformerConfig:
    """The configuration of a transformer whose parameters, by our names, have these shapes in its
    files."""
    width = shapes["patch_embedding.weight"][0]
    given = variant.in_channels - variant.latent_channels
    control = shapes.get("control.patch_embedding.weight")
    steering = len({name.split(".")[2] for name in shapes if name.startswith("control.blocks.")})
    layers = len({name.split(".")[1] for name in shapes if name.startswith("blocks.")})
    every = layers // steering if steering else 1
    return TransformerConfig(
        latent_channels=variant.latent_channels,
        dim=width,
        ffn_dim=shapes["blocks.0.ffn.0.weight"][0],
        heads=width // HEAD_WIDTH,
        layers=layers,
        text_dim=shapes["text_embedding.0.weight"][1],
        freq_dim=shapes["time_embedding.0.weight"][1],
        rope_theta=10000.0,
        eps=1e-6,
        time_scale=1.0,
        given_channels=given,
        control_channels=control[1] if control else 0,
        control_blocks=tuple(range(0, layers, every))[:steering] if control else (),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class CheckedTransformer:
    """An expert whose names, shapes and number formats fit. No tensor of it has been read."""

    source: TensorSource
    names: dict[str, str]
    """Names in the files, by ours."""
    config: TransformerConfig

    def load(self, dtype: torch.dtype) -> Transformer:
        """The network. Raises ModelError for files that cannot be read."""
        with on_meta_device():
            network = Transformer(self.config)
        packed, tensors = {}, {}
        for name in network.state_dict():
            found = self.source.read(self.names[name])
            precise = torch.float32 if finer(name) else dtype
            if isinstance(found, Packed) and not finer(name):
                packed[name] = found.with_rows(partial(into_ours, name, config=self.config))
            else:
                dense = found.unpacked(precise) if isinstance(found, Packed) else found.to(precise)
                tensors[name] = into_ours(name, dense, self.config)
        put_packed(network, packed, tensors, dtype)
        assign(network, tensors)
        return network


def check_transformer(files: Sequence[Path], variant: Variant) -> CheckedTransformer:
    """One expert, from the headers of its files. Raises ModelError for files that do not fit."""
    source = TensorSource.of(files)
    to_ours = renamer(naming_of(source.shapes), "ours")
    names = {to_ours(name) or name: name for name in source.shapes}
    shapes = {ours: source.shapes[name] for ours, name in names.items()}
    try:
        config = transformer_config(shapes, variant)
    except (KeyError, IndexError) as error:
        raise no_part(files[0], "transformer", error) from error
    with on_meta_device():
        expected = Transformer(config).state_dict()
    wanted = {name: tuple(from_ours(name, each, config).shape) for name, each in expected.items()}
    check_names(files[0], wanted, shapes)
    source.check_formats(names.values())
    return CheckedTransformer(source=source, names=names, config=config)


def load_transformer(files: Sequence[Path], variant: Variant, dtype: torch.dtype) -> Transformer:
    """One expert. Raises ModelError for files that do not fit."""
    return check_transformer(files, variant).load(dtype)


def put_packed(
    network: nn.Module, packed: dict[str, Packed], tensors: dict[str, Tensor], dtype: torch.dtype
) -> None:
    """Replaces the layers whose weights are packed. Their biases are taken out of `tensors`."""
    for name, matrix in packed.items():
        stem = name.removesuffix(".weight")
        parent, _, last = stem.rpartition(".")
        bias = tensors.pop(f"{stem}.bias", None)
        layer: nn.Module = PackedLinear(matrix, bias, dtype)
        if isinstance(network.get_submodule(stem), nn.Embedding):
            layer = PackedEmbedding(matrix, dtype)
        setattr(network.get_submodule(parent), last, layer)


@dataclass(frozen=True, kw_only=True, eq=False)
class CheckedCodec:
    """A codec whose names, shapes and number formats fit. No tensor of it has been read."""

    source: TensorSource
    names: dict[str, str]
    """Names in the files, by ours."""
    config: WanCodecConfig

    def load(self, dtype: torch.dtype) -> WanCodec:
        """The network: the encoder in float32, because rounded latents of given frames are seen in
        what follows, and the decoder in `dtype`. Raises ModelError for files that cannot be read.
        """
        with on_meta_device():
            network = WanCodec(self.config)
        assign(network, {name: self._read(name, dtype) for name in self.names})
        network.to_channels_last()
        return network

    def _read(self, name: str, dtype: torch.dtype) -> Tensor:
        decodes = name.startswith(("decoder.", "before_decoder."))
        tensor = self.source.dense(self.names[name], dtype if decodes else torch.float32)
        return tensor.flatten() if name.endswith("gamma") else tensor


def check_codec(files: Sequence[Path]) -> CheckedCodec:
    """A codec, from the headers of its files. Raises ModelError for files that do not fit."""
    source = TensorSource.of(files)
    config = _codec_config(files[0], source.shapes)
    column = 2 if "decoder.conv_in.weight" in source.shapes else 1
    names = {row[0]: row[column] for row in codec_names(config)}
    with on_meta_device():
        network = WanCodec(config)
    wanted = {names[name]: tuple(each.shape) for name, each in network.state_dict().items()}
    # gamma has further axes of length 1 in the files
    held = {name: _without_ones(name, shape) for name, shape in source.shapes.items()}
    check_names(files[0], wanted, held)
    source.check_formats(names.values())
    return CheckedCodec(source=source, names=names, config=config)


def load_codec(files: Sequence[Path], dtype: torch.dtype) -> WanCodec:
    """A codec. Raises ModelError for files that do not fit."""
    return check_codec(files).load(dtype)


def _codec_config(file: Path, shapes: Shapes) -> WanCodecConfig:
    try:
        diffusers = "decoder.conv_in.weight" in shapes
        name = "conv_in" if diffusers else "conv1"
        enter, leave = shapes[f"encoder.{name}.weight"], shapes[f"decoder.{name}.weight"]
        patch = {3: 1, 12: 2}[enter[1]]
        if leave[1] not in MEANS_STDS:
            raise KeyError(f"a codec of 16 or 48 channels, not {leave[1]}")
        return WanCodecConfig(
            latent_channels=leave[1],
            encoder_width=enter[0],
            decoder_width=leave[0] // 4,
            patch=patch,
            residual=patch == 2,
        )
    except (KeyError, IndexError) as error:
        raise no_part(file, "codec", error) from error


def _without_ones(name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape[:1] if name.endswith("gamma") and set(shape[1:]) <= {1} else shape


def no_part(file: Path, part: str, error: Exception) -> ModelError:
    """What is said of a file in whose tensors `error` was met."""
    said = f"it lacks {error}" if isinstance(error, KeyError) else "its tensors have other shapes"
    return ModelError(f"{file} is not a {part} of Wan: {said}.")


def check_names(file: Path, wanted: Shapes, held: Shapes) -> None:
    """Raises ModelError, with names, where a file's parameters are not those of the network."""
    missing = sorted(wanted.keys() - held.keys())
    unexpected = sorted(held.keys() - wanted.keys())
    if missing or unexpected:
        parts = [("lacks", missing), ("has unknown", unexpected)]
        said = " and ".join(f"{verb} {_listed(names)}" for verb, names in parts if names)
        raise ModelError(f"{file} does not fit: it {said}.")
    for name, shape in wanted.items():
        if held[name] != shape:
            raise ModelError(
                f"{file} does not fit: {name} is {list(held[name])}, not {list(shape)}."
            )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def assign(network: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Makes tensors the parameters of a network, for inference."""
    _, unexpected = network.load_state_dict(tensors, strict=False, assign=True)
    assert not unexpected
    assert not any(each.is_meta for each in network.parameters())
    network.eval().requires_grad_(False)
