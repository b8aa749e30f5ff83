"""Names of the codecs' parameters in three ways: ours, those of the original repositories, and
those of diffusers. No torch."""

from __future__ import annotations

from collections.abc import Iterator

from sorairo.models.wan.codec.config import BLOCKS, HALVES_TIME, WanCodecConfig

Row = tuple[str, str, str]  # ours, original, diffusers

RESIDUAL: tuple[Row, ...] = (
    ("norm1.gamma", "residual.0.gamma", "norm1.gamma"),
    *((f"conv1.{end}", f"residual.2.{end}", f"conv1.{end}") for end in ("weight", "bias")),
    ("norm2.gamma", "residual.3.gamma", "norm2.gamma"),
    *((f"conv2.{end}", f"residual.6.{end}", f"conv2.{end}") for end in ("weight", "bias")),
)
SHORTCUT = tuple(
    (f"shortcut.{e}", f"shortcut.{e}", f"conv_shortcut.{e}") for e in ("weight", "bias")
)
ATTENTION: tuple[Row, ...] = (
    ("norm.gamma", "norm.gamma", "norm.gamma"),
    *((f"qkv.{end}", f"to_qkv.{end}", f"to_qkv.{end}") for end in ("weight", "bias")),
    *((f"proj.{end}", f"proj.{end}", f"proj.{end}") for end in ("weight", "bias")),
)


def codec_names(config: WanCodecConfig) -> list[Row]:
    """Every parameter's name: ours, original, diffusers."""
    rows = [
        *_affine("after_encoder", "conv1", "quant_conv"),
        *_affine("before_decoder", "conv2", "post_quant_conv"),
    ]
    for coder in ("encoder", "decoder"):
        rows += [
            (f"{coder}.{a}", f"{coder}.{b}", f"{coder}.{c}") for a, b, c in _coder(config, coder)
        ]
    return rows


def _coder(config: WanCodecConfig, coder: str) -> Iterator[Row]:
    yield from _affine("enter", "conv1", "conv_in")
    yield from _within(RESIDUAL, "middle.before", "middle.0", "mid_block.resnets.0")
    yield from _within(ATTENTION, "middle.attention", "middle.1", "mid_block.attentions.0")
    yield from _within(RESIDUAL, "middle.after", "middle.2", "mid_block.resnets.1")
    yield ("norm.gamma", "head.0.gamma", "norm_out.gamma")
    yield from _affine("exit", "head.2", "conv_out")
    down = coder == "encoder"
    halves = HALVES_TIME if down else HALVES_TIME[::-1]
    flat = 0
    for level, (into, out) in enumerate(config.encoder_levels if down else config.decoder_levels):
        count = BLOCKS if down else BLOCKS + 1
        for index in range(count + (level < len(halves))):
            original, diffusers = _places(config, down, level, index, flat, index == count)
            flat += 1
            if index == count:
                ours = f"levels.{level}.change"
                yield from _affine(
                    f"{ours}.conv", f"{original}.resample.1", f"{diffusers}.resample.1"
                )
                if halves[level]:
                    names = (f"{ours}.time", f"{original}.time_conv", f"{diffusers}.time_conv")
                    yield from _affine(*names)
                continue
            rows = (*RESIDUAL, *SHORTCUT) if not index and into != out else RESIDUAL
            yield from _within(rows, f"levels.{level}.blocks.{index}", original, diffusers)


def _places(
    config: WanCodecConfig, down: bool, level: int, index: int, flat: int, change: bool
) -> tuple[str, str]:
    """Where the original and diffusers have a residual block, or (`change`) the way to the next
    level. The original of 2.1 has one flat list, that of 2.2 is nested."""
    way = "down" if down else "up"
    nested = f"{way}samples.{level}.{way}samples.{index}"
    original = nested if config.residual else f"{way}samples.{flat}"
    if down and not config.residual:
        return original, f"down_blocks.{flat}"
    part = f"resnets.{index}"
    if change:
        part = f"{way}sampler" if config.residual else f"{way}samplers.0"
    return original, f"{way}_blocks.{level}.{part}"


def _within(rows: tuple[Row, ...], *places: str) -> Iterator[Row]:
    for row in rows:
        a, b, c = (f"{place}.{name}" for place, name in zip(places, row, strict=True))
        yield a, b, c


def _affine(ours: str, original: str, diffusers: str) -> Iterator[Row]:
    for end in ("weight", "bias"):
        yield f"{ours}.{end}", f"{original}.{end}", f"{diffusers}.{end}"
