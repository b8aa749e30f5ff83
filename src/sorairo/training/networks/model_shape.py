"""Whether the networks of a model fit together, known before any clip is rendered."""

from __future__ import annotations

from sorairo.config import check_range
from sorairo.errors import ConfigError
from sorairo.models.model import ModelConfig


def check_shape(model: ModelConfig) -> None:
    """Raises ConfigError for a width, or a number of layers, that no network can have, and for two
    that have to be the same."""
    transformer, text = model.transformer, model.text
    sizes = "dim heads layers ffn_dim"
    check_range(transformer, "model.transformer.", f"{sizes} latent_channels patch freq_dim", 1)
    check_range(text, "model.text.", f"{sizes} vocabulary max_length", 1)
    for name, network in (("transformer", transformer), ("text", text)):
        if network.dim % (2 * network.heads):
            raise ConfigError(
                f"model.{name}.dim is {network.dim}, which {network.heads} heads cannot share:"
                f" choose a multiple of {2 * network.heads}, or another model.{name}.heads."
            )
    for one, other, first, second in (
        ("transformer.text_dim", "text.dim", transformer.text_dim, text.dim),
        (
            *("transformer.latent_channels", "codec.latent_channels"),
            *(transformer.latent_channels, model.codec.latent_channels),
        ),
    ):
        if first != second:
            raise ConfigError(
                f"model.{one} is {first}, and model.{other} is {second}: they are one number, set"
                " both."
            )
