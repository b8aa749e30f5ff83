"""NSFWJS: a MobileNetV2 that sorts pictures into drawings, neutral ones and three kinds of others.

The network is that of Sandler et al. (arXiv 1801.04381) with width 1, as Keras has it. Its weights
(see `filter_weights`) are JavaScript: a list of names, shapes and 8-bit quantisations, and the
bytes in base64.
"""

from __future__ import annotations

import base64
import math
import re

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from sorairo.server.filter_weights import fetched

CLASSES = ("drawing", "hentai", "neutral", "porn", "sexy")
SIDE = 224  # pixels of the network's input
BLOCKS = 17
STRIDED = (1, 3, 6, 13)  # blocks that halve the size; 0 is the one that expands nothing
EPSILON = 1e-3  # of the normalisations
_NUMBER = r"([-+.\de]+)"
_ENTRY = re.compile(
    r'\{name:"([^"]+)",shape:\[([\d,]+)\],dtype:"float32",quantization:'
    rf'\{{min:{_NUMBER},scale:{_NUMBER},dtype:"uint8"\}}\}}'
)
_BYTES = re.compile(r'exports="([A-Za-z0-9+/=]+)"')


def read_weights() -> dict[str, Tensor]:
    """The weights by name, float32. Raises MissingExtraError where they cannot be fetched."""
    folder = fetched()
    listed = _ENTRY.findall((folder / "model.min.js").read_text())
    (text,) = _BYTES.findall((folder / "group1-shard1of1.min.js").read_text())
    values, found, start = np.frombuffer(base64.b64decode(text), np.uint8), {}, 0
    for name, shape, least, scale in listed:
        sides = [int(side) for side in shape.split(",")]
        end = start + math.prod(sides)
        part = values[start:end].astype(np.float32) * float(scale) + float(least)
        found[name] = torch.from_numpy(part.reshape(sides))
        start = end
    assert start == len(values), "the weights do not fit their list"
    return found


class NsfwNetwork:
    """The network, ready to compute on the CPU."""

    def __init__(self) -> None:
        self._weights = read_weights()

    @torch.no_grad()
    def __call__(self, frames: np.ndarray) -> np.ndarray:
        """uint8 [F, H, W, 3] -> the probability of each of CLASSES, float32 [F, 5]."""
        x = torch.tensor(frames).permute(0, 3, 1, 2).float() / 255
        x = F.interpolate(x, (SIDE, SIDE), mode="bilinear", align_corners=True)
        x = self._normal(self._conv(x, "Conv1", stride=2), "bn_Conv1", relu=True)
        for number in range(BLOCKS):
            x = self._block(x, number)
        x = self._normal(self._conv(x, "Conv_1"), "Conv_1_bn", relu=True).mean((2, 3))
        x = self._dense(self._dense(x, "dense_1").relu(), "dense_2").relu()
        return self._dense(x, "dense_3").softmax(-1).numpy()

    def _block(self, x: Tensor, number: int) -> Tensor:
        """Widened, filtered channel by channel, narrowed; added to the input where shapes agree."""
        name = f"block_{number}" if number else "expanded_conv"
        y = x
        if number:
            y = self._normal(self._conv(y, f"{name}_expand"), f"{name}_expand_BN", relu=True)
        kernel = self._weights[f"{name}_depthwise/depthwise_kernel"].permute(2, 3, 0, 1)
        y = _convolved(y, kernel, stride=2 if number in STRIDED else 1, groups=len(kernel))
        y = self._normal(y, f"{name}_depthwise_BN", relu=True)
        y = self._normal(self._conv(y, f"{name}_project"), f"{name}_project_BN", relu=False)
        return x + y if x.shape == y.shape else y

    def _conv(self, x: Tensor, name: str, *, stride: int = 1) -> Tensor:
        kernel = self._weights[f"{name}/kernel"].permute(3, 2, 0, 1)
        return _convolved(x, kernel, stride=stride, groups=1)

    def _normal(self, x: Tensor, name: str, *, relu: bool) -> Tensor:
        gamma, beta, mean, variance = (
            self._weights[f"{name}/{each}"]
            for each in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        x = F.batch_norm(x, mean, variance, gamma, beta, eps=EPSILON)
        return F.relu6(x) if relu else x

    def _dense(self, x: Tensor, name: str) -> Tensor:
        return x @ self._weights[f"{name}/kernel"] + self._weights[f"{name}/bias"]


def _convolved(x: Tensor, kernel: Tensor, *, stride: int, groups: int) -> Tensor:
    """Padded as Keras does: where the size is halved, on the right and below alone."""
    if kernel.shape[-1] == 3:
        x = F.pad(x, (0, 1, 0, 1) if stride == 2 else (1, 1, 1, 1))
    return F.conv2d(x, kernel, stride=stride, groups=groups)
