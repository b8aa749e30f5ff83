"""The networks of a playable model, and the settings that its directory records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from tokenizers import Tokenizer
from torch import Tensor, nn

from sorairo.flow import path as flow
from sorairo.models.codec import Codec, CodecConfig
from sorairo.models.crafter.amounts import AMOUNTS, ITEM_PLACES, AmountHead
from sorairo.models.crafter.causal_transformer import CausalTransformer
from sorairo.models.crafter.given import MAP_PLACES, given_channels
from sorairo.models.model_info import DeliveryDefaults
from sorairo.models.model_record import PLAYED_FAMILY
from sorairo.models.text import TextConfig, TextNetwork
from sorairo.models.transformer import KeysValues, TransformerConfig
from sorairo.world.crafter.names import ACTIONS, COLUMNS, FACINGS, FPS, ROWS, SIDE

CENTER = (ROWS // 2) * COLUMNS + COLUMNS // 2
AROUND = (CENTER, *(CENTER + y * COLUMNS + x for x, y in FACINGS.values()))
"""The places that decide whether a step succeeds: the player's, and those to its four sides."""


@dataclass(frozen=True, kw_only=True)
class StepSampling:
    """The sampling defaults of a playable model."""

    steps: int = 1
    """Steps of the solver for each frame, 1 to 4."""
    new_land_steps: int = 1
    """The same for frames with places that were never seen, where it is more: one step gives the
    mean of what may be there, several choose."""
    guidance: float = 1.0
    """Scale of classifier-free guidance; 1 is off."""


@dataclass(frozen=True, kw_only=True)
class PlayConfig:
    """The configuration of a playable model, stored in model.json."""

    name: str = PLAYED_FAMILY
    codec: CodecConfig = field(default_factory=CodecConfig)
    transformer: TransformerConfig = field(default_factory=TransformerConfig)
    text: TextConfig = field(default_factory=TextConfig)
    sampling: StepSampling = field(default_factory=StepSampling)
    window: int = 4
    """Frames that the transformer sees: the new one, and the past before it."""
    counted: int = 0
    """Ages below this many steps are told apart exactly, and those of the inventory are for how
    long an amount has been so; 0: the inventory has no ages."""
    counts_sleep: bool = False
    """It is also told for how long the player has slept or been awake."""
    named_amounts: bool = False
    """The amounts of the inventory are chosen by name and drawn from a table (see `amounts`)."""
    hidden: int = 64
    """Width of the networks that say whether the player moves, and whether it sleeps."""
    world: str = "crafter"
    """The simulated world that it was trained on."""
    native_sizes: tuple[tuple[int, int], ...] = ((SIDE, SIDE),)
    """Width and height of its pictures."""
    fps: float = FPS
    """Frames a second of clips of it; a step is a frame."""
    max_frames: int = 100_000
    """The longest clip, in frames; play has no end."""
    multiple: int = SIDE
    """Its pictures have one size."""
    delivery: DeliveryDefaults = field(
        default_factory=lambda: DeliveryDefaults(size=None, fps=None)
    )
    """The size and rate at which clips of it are delivered by default."""
    licence: str = "Apache-2.0"
    """SPDX identifier of the weights' licence."""
    trained_for: tuple[str, ...] = ("play",)
    """The tasks that it was trained for, by the names of their commands."""
    version: str = ""
    notes: str = ""

    @property
    def given_channels(self) -> int:
        """Channels of the transformer's input beside the noised latents: those of `given`, and the
        remembered amounts."""
        named = AMOUNTS if self.named_amounts else 0
        return given_channels(self.codec.latent_channels, self.counted) + named


class Prediction(NamedTuple):
    """What a network says of f frames of b samples."""

    clean: Float[Tensor, "b f p c"]
    """The clean latents, in float32. Those of items do not count where there are `amounts`."""
    amounts: Float[Tensor, "b f i n"] | None
    """The logits of each amount of each item; None for a network that does not name them."""
    features: Float[Tensor, "b f p d"]
    """The transformer's features."""
    kept: KeysValues
    """See `CausalTransformer.frames`."""


class PlayNetwork(nn.Module):
    """Transformer, text and action embeddings, and the networks that say whether the player moves
    and whether it sleeps; trained together.

    The transformer predicts clean latents as a change of the best guess without it: the noised
    latents where they tell more, what was last seen of a place where those are noise. With
    `PlayConfig.named_amounts`, the latents of the inventory's items come from a table instead.
    """

    def __init__(self, config: PlayConfig) -> None:
        super().__init__()
        channels = config.codec.latent_channels
        self.channels = channels
        self.transformer = CausalTransformer(config.transformer)
        self.amounts = (
            AmountHead(config.transformer.dim, channels) if config.named_amounts else None
        )
        self.text = TextNetwork(config.text)
        self.action_embedding = nn.Embedding(len(ACTIONS), config.text.dim)
        nn.init.normal_(self.action_embedding.weight, std=1.0)
        self.moves = classifier(len(AROUND) * channels + len(ACTIONS), config.hidden)
        self.sleep = classifier(channels, config.hidden) if config.counts_sleep else None

    def read(
        self,
        actions: Int[Tensor, "n"],
        features: Float[Tensor, "n s d"],
        mask: Bool[Tensor, "n s"],
    ) -> tuple[KeysValues, Bool[Tensor, "n z"]]:
        """Keys and values of each frame's action and prompt for every block, and their mask.
        `features` are those of the text network."""
        action = self.action_embedding(actions)[:, None].to(features)
        text = self.transformer.read_text(torch.cat([action, features], 1))
        return text, torch.cat([torch.ones_like(mask[:, :1]), mask], 1)

    def predict(
        self,
        x: Float[Tensor, "b f p c"],
        sigma: Float[Tensor, "b f"],
        given: Float[Tensor, "b f p g"],
        positions: Float[Tensor, "b f p 3"],
        text: KeysValues,
        text_mask: Bool[Tensor, "n s"],
        past: KeysValues | None = None,
    ) -> Prediction:
        """What frames with noised latents x show. `text` and its mask are from `read`; `past` keys
        and values of frames before these, see `CausalTransformer.frames`."""
        memory, seen = given[..., : self.channels], given[..., self.channels]
        inputs = [x.to(given), given]
        if self.amounts is not None:
            inputs.append(self.amounts.remembered(memory, seen))
        change, features, kept = self.transformer.frames(
            torch.cat(inputs, -1), positions, sigma, text, text_mask, past
        )
        return Prediction(
            clean=best_guess(x.float(), memory.float(), sigma) + change.float(),
            amounts=None if self.amounts is None else self.amounts(features, inputs[-1]),
            features=features,
            kept=kept,
        )

    def draw(self, found: Prediction, noise: Float[Tensor, "b f p c"]) -> Float[Tensor, "b f p c"]:
        """The clean latents of a prediction, with amounts that are drawn by their probabilities
        with standard normal noise: a sampler of several steps draws them at the first, by the noise
        that it begins with."""
        if found.amounts is None or self.amounts is None:
            return found.clean
        items = self.amounts.latents(found.amounts, noise[..., ITEM_PLACES, 0])
        before, after = found.clean[..., :MAP_PLACES, :], found.clean[..., ITEM_PLACES.stop :, :]
        return torch.cat([before, items, after], -2)

    def moved(
        self, latents: Float[Tensor, "n p c"], actions: Int[Tensor, "n"]
    ) -> Float[Tensor, "n"]:
        """The logit that the player changes its place by an action, from the picture before it."""
        around = latents[:, list(AROUND)].flatten(1)
        chosen = nn.functional.one_hot(actions, len(ACTIONS))
        weights = next(self.moves.parameters())
        return self.moves(torch.cat([around, chosen], 1).to(weights))[:, 0].float()

    def asleep(self, latents: Float[Tensor, "... p c"]) -> Float[Tensor, "..."]:
        """The logit that the player sleeps in a picture; -1 from a network that does not count
        sleep."""
        player = latents[..., CENTER, :]
        if self.sleep is None:
            return torch.full_like(player[..., 0], -1.0)
        weights = next(self.sleep.parameters())
        return self.sleep(player.to(weights))[..., 0].float()


def classifier(inputs: int, hidden: int) -> nn.Sequential:
    """A small network with one logit."""
    return nn.Sequential(nn.Linear(inputs, hidden), nn.SiLU(), nn.Linear(hidden, 1))


def best_guess(
    x: Float[Tensor, "b f p c"], memory: Float[Tensor, "b f p c"], sigma: Float[Tensor, "b f"]
) -> Float[Tensor, "b f p c"]:
    """E[z | x] for x = (1 - sigma) z + sigma noise, if z is normal around the memory with
    variance 1."""
    level = sigma[..., None, None].float()
    keep = 1 - level
    expected = flow.point(memory, torch.zeros_like(memory), level)
    return memory + keep / (keep.square() + level.square()) * (x - expected)


class PlayModel(nn.Module):
    """All networks of a playable model, and its tokenizer."""

    def __init__(self, config: PlayConfig, tokenizer: Tokenizer) -> None:
        super().__init__()
        self.config, self.tokenizer = config, tokenizer
        self.codec = Codec(config.codec)
        self.denoiser = PlayNetwork(config)
