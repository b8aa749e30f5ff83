"""The sizes of a large model's networks in memory, from the headers of its files: nothing is
loaded. No torch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sorairo.models.model_info import MemoryNeeds, Workload
from sorairo.models.sizing.machine import SPARE, Machine
from sorairo.models.sizing.needs import (
    DECODE_BYTES,
    ENCODE_BYTES,
    TEXT_TOKENS,
    Widths,
    memory_needs,
)
from sorairo.models.sizing.plan import NetworkSizes, WeightPlan, plan_weights
from sorairo.models.sizing.text_encoder import TextShape
from sorairo.models.wan.codec.config import CODEC_21, CODEC_22, WanCodecConfig
from sorairo.models.wan.files.folder import WanFolder
from sorairo.models.wan.files.tensor_files import TensorEntry, read_headers
from sorairo.models.wan.files.transformer_names import naming_of, renamer, without_prefix
from sorairo.models.wan.text.names import text_name
from sorairo.models.wan.variants import Variant

FRAME_BYTES = 13  # of a pixel of a result: RGB, as often as frames are held
DECODED = 16  # latent frames that are decoded at once
SINGLE = 4  # bytes of a number in float32
FORMATS = {"F32": SINGLE, "F16": 2, "BF16": 2}
COMPUTED = {2: "BF16", SINGLE: "F32"}  # the format of networks, by the bytes of their numbers
SCALES = (".scale_weight", ".weight_scale")
FINER = ("time_embedding.", "modulation")  # parameters that stay in float32
REORDERED = ("self_attn.q", "self_attn.k")  # rows that are stored in another order in files
ENCODES = ("encoder.", "conv1.", "quant_conv.")  # parameters of a codec that stay in float32
TABLES = ("shared.", "relative_attention_bias")
"""In the names of a text encoder's embeddings, which are not rounded."""
TEXT_BLOCK = "encoder.block."  # how the names of the parameters in its blocks begin
BESIDE = ("scaled_fp8", "spiece_model", "embed_tokens.weight")  # in files, but no parameters
ROUNDED_SCALE = {"int8": 5, "fp8": 4}  # bytes a row: a scale in float32, and a zero point


@dataclass(frozen=True, kw_only=True)
class PartSize:
    """Bytes of a network."""

    kept: int
    """In memory, as it is computed with."""
    copied: int
    """While it is loaded: what does not stay mapped to its file, before it is rounded."""
    blocks: int = 0
    """Of those that are kept: the blocks."""


@dataclass(frozen=True, kw_only=True)
class StoredModel:
    """The sizes of a model, in one format of numbers."""

    variant: Variant
    codec: PartSize
    text: PartSize
    text_shape: TextShape
    experts: tuple[PartSize, ...]
    layers: int
    """Blocks of a denoiser."""
    streams: int
    """2 with a control branch, else 1."""
    widths: Widths
    number: int
    """Bytes of a number."""

    @property
    def bytes(self) -> int:
        """All weights in memory."""
        return sum(each.kept for each in (self.codec, self.text, *self.experts))

    @property
    def needs(self) -> MemoryNeeds:
        """What requests need, wherever the weights are."""
        needs = memory_needs(self.widths, self.bytes, self.number)
        return replace(needs, reading=self.text_shape.reading(self.number))

    @property
    def networks(self) -> NetworkSizes:
        """The sizes by which weights are placed."""
        blocks = sum(each.blocks for each in self.experts)
        outside = sum(each.kept - each.blocks for each in self.experts)
        return NetworkSizes(
            text=self.text.kept,
            text_block=-(-self.text.blocks // self.text_shape.layers),
            fixed=self.codec.kept + outside,
            block=-(-blocks // (self.layers * len(self.experts))),
            blocks=self.layers,
            denoisers=len(self.experts),
            streams=self.streams,
        )

    def placed(self, machine: Machine, offload: bool | None) -> tuple[WeightPlan, MemoryNeeds]:
        """What stays on the device of a machine for clips of the official size and length, and what
        requests need then. Beside a device without memory of its own there is no other memory to
        rest in: there, weights rest only where that is asked for."""
        needs, clip, memory = self.needs, official_clip(self.variant), machine.planned
        if machine.shared:
            offload = bool(offload)
            frames = FRAME_BYTES * self.variant.frames * clip.pixels
            memory -= (needs.program + frames) / SPARE
        plan = plan_weights(self.networks, needs, clip, memory, offload)
        if plan.text_stays and machine.device != "cpu":  # it rests in the host's memory there
            text = self.text.kept
            staying, moving = plan.staying - text, self.networks.moving_text
            plan = replace(plan, text_stays=False, staying=staying, moving_text=moving)
        needs = plan.applied(needs, rests=not machine.shared)
        return plan, replace(needs, loading=self._loading(plan, machine))

    def _loading(self, plan: WeightPlan, machine: Machine) -> int:
        """Bytes of the host's memory while the networks are loaded, one after another, at most."""
        parts = (self.codec, self.text, *self.experts)
        resting = [part.kept for part in parts]
        if not machine.shared:
            streamed = 0 if plan.kept is None else self.layers - len(plan.kept)
            blocks = [part.blocks * streamed // self.layers for part in self.experts]
            resting = [0, 0 if plan.text_stays else self.text.kept, *blocks]
        most = before = 0
        for part, rests in zip(parts, resting, strict=True):
            most = max(most, before + max(part.copied, rests))
            before += rests
        return most


def stored_model(
    folder: WanFolder, number: int, rounding: str | None = None, *, rounds_text: bool = False
) -> StoredModel:
    """The sizes of the model in a folder. Raises ModelError for files that cannot be read."""
    experts = [_expert(read_headers(files), number, rounding) for files in folder.transformers]
    shapes = _by_ours(read_headers(folder.transformers[0]))
    layers = _count(shapes, "blocks.")
    control = _count(shapes, "control.blocks.")
    codec, config = _codec(folder, number)
    text, text_shape = _text(folder.text, number, rounded=rounds_text)
    published = CODEC_22 if config.patch == CODEC_22.patch else CODEC_21
    latents = published.latent_channels
    return StoredModel(
        variant=folder.variant,
        codec=codec,
        text=text,
        text_shape=text_shape,
        experts=tuple(experts),
        layers=layers,
        streams=2 if control else 1,
        widths=Widths(
            dim=shapes["patch_embedding.weight"].shape[0],
            ffn_dim=shapes["blocks.0.ffn.0.weight"].shape[0],
            blocks=len(experts) * (layers + control),
            text_tokens=TEXT_TOKENS,
            decode_bytes=DECODE_BYTES[latents] * config.decoder_width / published.decoder_width,
            encode_bytes=ENCODE_BYTES[latents] * config.encoder_width / published.encoder_width,
            encodes_all=folder.variant.enters != "token noise",
        ),
        number=number,
    )


def official_clip(variant: Variant) -> Workload:
    """The clip that weights are placed for: of the official size and length."""
    width, height = variant.native_sizes[0]
    law = (CODEC_22 if variant.latent_channels == CODEC_22.latent_channels else CODEC_21).law
    side = 2 * law.space_factor
    grid = (width // side) * (height // side)
    return Workload(
        tokens=law.latent_frames(variant.frames) * grid,
        pixels=width * height,
        encoded_frames=1 if variant.enters == "token noise" else variant.frames,
        decoded_frames=min(variant.frames, law.coded_frames(DECODED)),
    )


def _expert(entries: Mapping[str, TensorEntry], number: int, rounding: str | None) -> PartSize:
    kept = copied = blocks = 0
    for name, entry in _by_ours(entries).items():
        in_block = name.startswith(("blocks.", "control.blocks."))
        finer = name.startswith(FINER[0]) or name.endswith(FINER[1])
        size = _size(entry, SINGLE if finer else number)
        mapped = entry.dtype == COMPUTED[SINGLE if finer else number] or _packed(entry)
        copied += 0 if mapped and not name.rpartition(".")[0].endswith(REORDERED) else size
        if in_block and rounding and len(entry.shape) == 2 and not _packed(entry):
            size = math.prod(entry.shape) + ROUNDED_SCALE[rounding] * entry.shape[0]
        kept += size
        blocks += size if in_block else 0
    return PartSize(kept=kept, copied=copied, blocks=blocks)


def _codec(folder: WanFolder, number: int) -> tuple[PartSize, WanCodecConfig]:
    """The size of a codec, and its widths. Of a pickle, which has no header, the published ones."""
    published = CODEC_22 if folder.variant.latent_channels == 48 else CODEC_21
    if folder.codec[0].suffix == ".pth":
        numbers = sum(each.stat().st_size for each in folder.codec) // SINGLE
        size = int(numbers * (0.4 * SINGLE + 0.6 * number))
        return PartSize(kept=size, copied=size), published
    entries = read_headers(folder.codec)
    size = sum(
        _size(each, SINGLE if name.startswith(ENCODES) else number)
        for name, each in entries.items()
    )
    last = "conv_in" if "decoder.conv_in.weight" in entries else "conv1"
    config = WanCodecConfig(
        encoder_width=entries[f"encoder.{last}.weight"].shape[0],
        decoder_width=entries[f"decoder.{last}.weight"].shape[0] // 4,
        patch=published.patch,
    )
    return PartSize(kept=size, copied=size), config


def _text(files: Sequence[Path], number: int, *, rounded: bool) -> tuple[PartSize, TextShape]:
    """The size of a text encoder, and its widths. Of a pickle, which has no header, the published
    ones."""
    if files[0].suffix == ".pth":  # in bfloat16
        shape, size = TextShape(), sum(each.stat().st_size for each in files) // 2 * number
        share = shape.layers * shape.block_parameters / shape.parameters
        kept = int(size * (1 - share + share / number)) if rounded else size
        blocks = kept - int(size * (1 - share))
        copied = 0 if number == FORMATS["BF16"] else size
        return PartSize(kept=kept, copied=copied, blocks=blocks), shape
    entries = {text_name(n): e for n, e in read_headers(files).items() if not n.endswith(BESIDE)}
    sizes = {name: _size(each, number) for name, each in entries.items()}
    mapped = [n for n, e in entries.items() if e.dtype == COMPUTED[number] or _packed(e)]
    whole = sum(sizes.values())
    copied = whole - sum(sizes[name] for name in mapped)
    for name, each in entries.items() if rounded else ():
        if len(each.shape) == 2 and not _packed(each) and not any(t in name for t in TABLES):
            sizes[name] = math.prod(each.shape) + ROUNDED_SCALE["int8"] * each.shape[0]
    blocks = sum(size for name, size in sizes.items() if name.startswith(TEXT_BLOCK))
    shape = TextShape.of({name: tuple(each.shape) for name, each in entries.items()})
    return PartSize(kept=sum(sizes.values()), copied=copied, blocks=blocks), shape


def _packed(entry: TensorEntry) -> bool:
    """Whether a matrix stays as it is stored until it is used."""
    return entry.dtype not in FORMATS and len(entry.shape) == 2


def _size(entry: TensorEntry, number: int) -> int:
    """Bytes of a tensor that is computed with in numbers of `number` bytes."""
    return entry.bytes if _packed(entry) else number * math.prod(entry.shape)


def _by_ours(entries: Mapping[str, TensorEntry]) -> dict[str, TensorEntry]:
    """The parameters of a transformer by our names, with the scales of quantised ones."""
    plain = {without_prefix(name): entry for name, entry in entries.items()}
    rename = renamer(naming_of(plain), "ours")
    found = {rename(name) or "": entry for name, entry in plain.items()}
    found |= {name: each for name, each in plain.items() if name.endswith(SCALES)}
    found.pop("", None)
    return found


def _count(names: Iterable[str], start: str) -> int:
    """How many blocks have names that begin so."""
    return len({name.removeprefix(start).split(".")[0] for name in names if name.startswith(start)})
