"""The networks of a playable model as ONNX graphs, for a runtime that knows no torch."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from sorairo.models.codec import Codec
from sorairo.models.crafter.given import PLACES, given, positions
from sorairo.models.crafter.network import PlayModel, PlayNetwork
from sorairo.nn.attention import RMSNorm
from sorairo.world.crafter.names import COLUMNS, ITEM_ROWS, ROWS, SIDE

OPSET = 20  # the first one with GELU


class DenoiserGraph(nn.Module):
    """One evaluation of the denoiser: clean latents, and keys and values for later frames."""

    def __init__(self, network: PlayNetwork, counted: int) -> None:
        super().__init__()
        self.network, self.counted = network, counted

    def forward(
        self,
        x: Tensor,
        sigma: Tensor,
        action: Tensor,
        features: Tensor,
        mask: Tensor,
        memory: Tensor,
        age: Tensor,
        place: Tensor,
        past_keys: Tensor,
        past_values: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """x [p, c] noised latents at `sigma` [1]; `action` [1]; features [s, d] and mask [s] of the
        prompt; memory [p, c] and age [p]; place [3]: time, x and y; past keys and values [layers,
        m, heads, d]. Gives clean latents [p, c], and keys and values [layers, p, heads, d]."""
        text, text_mask = self.network.read(action, features[None], mask[None])
        past = [(k[None], v[None]) for k, v in zip(past_keys, past_values, strict=True)]
        noised = x[None, None]
        found = self.network.predict(
            noised,
            sigma[None],
            given(memory, age, counted=self.counted)[None, None],
            positions(place[0], place[1], place[2])[None, None],
            text,
            text_mask,
            past,
        )
        keys, values = (torch.cat(each) for each in zip(*found.kept, strict=True))
        return self.network.draw(found, noised)[0, 0], keys, values


class MovesGraph(nn.Module):
    """Whether an action moves the player."""

    def __init__(self, network: PlayNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, latents: Tensor, action: Tensor) -> Tensor:
        """Latents [p, c] of the picture before, action [1] -> the logit, [1]."""
        return self.network.moved(latents[None], action)


class EncoderGraph(nn.Module):
    """From a picture to latents, and whether the player sleeps in it."""

    def __init__(self, codec: Codec, network: PlayNetwork) -> None:
        super().__init__()
        self.codec, self.network = codec, network

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """A picture [side, side, 3], 0 to 255 -> latents [p, c], and the logit of sleep, [1]."""
        video = picture.permute(2, 0, 1)[None, :, None] / 127.5 - 1
        latents = self.codec.encode(video)[0, :, 0].flatten(1).T
        return latents, self.network.asleep(latents[None])


class DecoderGraph(nn.Module):
    """From latents to a picture."""

    def __init__(self, codec: Codec) -> None:
        super().__init__()
        self.codec = codec

    def forward(self, latents: Tensor) -> Tensor:
        """Latents [p, c] -> a picture [side, side, 3], 0 to 255, rounded."""
        grid = latents.T.unflatten(1, (ROWS + ITEM_ROWS, COLUMNS))[None, :, None]
        video = self.codec.decode(grid)[0, :, 0].permute(1, 2, 0)
        return ((video + 1) * 127.5).clamp(0, 255).round()


@dataclass(frozen=True, kw_only=True)
class Graph:
    """One graph: a module with the inputs that it is traced with."""

    module: nn.Module
    inputs: Mapping[str, Tensor]
    outputs: Sequence[str]
    dynamic: Mapping[str, Mapping[int, str]]
    """Axes of inputs and outputs whose length varies."""


def graphs_of(model: PlayModel) -> dict[str, Graph]:
    """All graphs of a model in float32, by name. The model is changed to it."""
    model = model.float().eval().requires_grad_(False)
    for module in model.modules():
        if isinstance(module, RMSNorm):
            module.forward = module._normed  # type: ignore[method-assign] the same, without pieces
    transformer, channels = model.config.transformer, model.config.codec.latent_channels
    latents = torch.randn(PLACES, channels)
    text = model.config.text
    past = torch.randn(
        transformer.layers, PLACES, transformer.heads, transformer.dim // transformer.heads
    )
    denoiser = {
        "x": latents,
        "sigma": torch.ones(1),
        "action": torch.ones(1, dtype=torch.long),
        "features": torch.randn(text.max_length, text.dim),
        "mask": torch.ones(text.max_length, dtype=torch.bool),
        "memory": latents,
        "age": torch.ones(PLACES),
        "place": torch.ones(3),
        "past_keys": past,
        "past_values": past,
    }
    return {
        "denoiser": Graph(
            module=DenoiserGraph(model.denoiser, model.config.counted),
            inputs=denoiser,
            outputs=("clean", "keys", "values"),
            dynamic={"past_keys": {1: "past"}, "past_values": {1: "past"}},
        ),
        "moves": Graph(
            module=MovesGraph(model.denoiser),
            inputs={"latents": latents, "action": denoiser["action"]},
            outputs=("logit",),
            dynamic={},
        ),
        "encoder": Graph(
            module=EncoderGraph(model.codec, model.denoiser),
            inputs={"picture": torch.zeros(SIDE, SIDE, 3)},
            outputs=("latents", "asleep"),
            dynamic={},
        ),
        "decoder": Graph(
            module=DecoderGraph(model.codec),
            inputs={"latents": latents},
            outputs=("picture",),
            dynamic={},
        ),
    }


def to_onnx(graph: Graph) -> bytes:
    """A graph as an ONNX file."""
    file: Any = io.BytesIO()
    with warnings.catch_warnings():  # of shapes that are fixed, and of the other exporter
        warnings.simplefilter("ignore")
        torch.onnx.export(
            graph.module,
            tuple(graph.inputs.values()),
            file,
            input_names=list(graph.inputs),
            output_names=list(graph.outputs),
            dynamic_axes={name: dict(axes) for name, axes in graph.dynamic.items()},
            opset_version=OPSET,
            dynamo=False,
        )
    return file.getvalue()
