"""Memory of decoding with Wan's codecs, in bytes a pixel: python benchmarks/wan_decode_memory.py

Each codec at its full width, random weights, bfloat16, three latent frames, on the CPU. The memory
is that of the process beside what it was before. `DECODE_BYTES` in models/sizing/needs.py has the
results.
"""

from __future__ import annotations

import threading

import psutil
import torch

from sorairo.models.wan.codec.config import CODEC_21, CODEC_22
from sorairo.models.wan.codec.network import WanCodec

SIDE, LATENT_FRAMES = 256, 3


def bytes_per_pixel(codec: WanCodec) -> float:
    """Peak of one decode, divided by the pixels of a frame."""
    law, process = codec.law, psutil.Process()
    side = SIDE // law.space_factor
    latents = torch.randn(1, law.channels, LATENT_FRAMES, side, side, dtype=torch.bfloat16)
    before, most, ended = process.memory_info().rss, [0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.005):
            most[0] = max(most[0], process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    with torch.inference_mode():
        codec.decode(latents)
    ended.set()
    watcher.join()
    return (most[0] - before) / SIDE**2


for name, config in (("Wan 2.1", CODEC_21), ("Wan 2.2", CODEC_22)):
    torch.manual_seed(0)
    network = WanCodec(config).to(torch.bfloat16).eval().requires_grad_(False)
    network.to_channels_last()
    print(f"{name}: {bytes_per_pixel(network):.0f} bytes a pixel")
