"""The parts of a model, checked from the headers of their files before any tensor is read."""

from __future__ import annotations

from dataclasses import dataclass

from sorairo.errors import ModelError
from sorairo.models.wan.files.folder import WanFolder
from sorairo.models.wan.files.loading import (
    CheckedCodec,
    CheckedTransformer,
    check_codec,
    check_transformer,
)
from sorairo.models.wan.text.loading import CheckedText, check_text


@dataclass(frozen=True, kw_only=True, eq=False)
class CheckedParts:
    """The parts of a model, which fit together."""

    experts: tuple[CheckedTransformer, ...]
    codec: CheckedCodec
    text: CheckedText


def check_parts(folder: WanFolder) -> CheckedParts:
    """All parts of the model in a folder. Raises ModelError for files that are broken, lack
    tensors, have others, or do not fit together."""
    experts = tuple(check_transformer(each, folder.variant) for each in folder.transformers)
    codec, text = check_codec(folder.codec), check_text(folder.text, folder.tokenizer)
    for files, expert in zip(folder.transformers, experts, strict=True):
        if expert.config != experts[0].config:
            raise ModelError(
                f"{files[0]} and {folder.transformers[0][0]} are of different sizes: they are not"
                " the two experts of one model."
            )
    found, wanted = codec.config.latent_channels, folder.variant.latent_channels
    if found != wanted:
        raise ModelError(
            f"{folder.codec[0]} has {found} latent channels, but {folder.variant.name} needs"
            f" {wanted}: use the codec of Wan {'2.2' if wanted == 48 else '2.1'}."
        )
    width = experts[0].config.text_dim
    if text.width != width:
        raise ModelError(
            f"{folder.text[0]} gives {text.width} features a token, but {folder.variant.name} takes"
            f" {width}: use umT5-xxl."
        )
    return CheckedParts(experts=experts, codec=codec, text=text)
