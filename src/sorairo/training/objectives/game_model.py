"""The objective of a playable model: clean latents of frames at noise levels of their own, whether
the player moves, and in training alone what the frames show by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from PIL import Image
from tokenizers import Tokenizer
from torch import Tensor, nn

from sorairo.flow import path as flow
from sorairo.models.codec import Codec
from sorairo.models.crafter.amounts import AMOUNTS, ITEM_PLACES
from sorairo.models.crafter.given import MAP_PLACES, PLACES, SLEEPING, given, positions
from sorairo.models.crafter.network import PlayConfig, PlayModel, PlayNetwork, Prediction
from sorairo.models.text import tokenize
from sorairo.training.data.games.latents import LatentGame
from sorairo.training.data.games.windows import Windows, WindowsConfig, WindowSource
from sorairo.training.evaluation.dreams import dream_sheet
from sorairo.training.evaluation.events_drawn import events_drawn, gains_drawn
from sorairo.training.loop.throughput import count_flop
from sorairo.world.crafter.names import ACTIONS, COLUMNS, GROUND, ROWS, THINGS


@dataclass(frozen=True, kw_only=True)
class PlayLossConfig:
    """The loss of a playable model, and its batches."""

    windows: WindowsConfig = field(default_factory=WindowsConfig)
    smooth: float = 0.4
    """Errors of a place's latents below this are squared, larger ones count as they are
    (pseudo-Huber, arXiv 2310.14189). So one step draws the likeliest of several outcomes rather
    than their mean: a cow stands or walks, and does not fade. Much less than this drowns the few
    places that change in the small errors of all others (docs/log.md). Land that was never seen has
    the square of all errors: its mean is what several steps need to draw one of many lands."""
    pure_noise: float = 0.5
    """Share of frames at noise level 1."""
    clean: float = 0.2
    """Share of frames at level 0, which are only history; the rest are uniform between."""
    memory_noise: float = 0.25
    """The most noise on the memory, in standard deviations; it is uniform up to that in each
    window, and absent in a third of them."""
    near: float = 4.0
    """Weight of the nine tiles around the player, where actions take effect."""
    items: float = 2.0
    """Weight of the inventory's places."""
    lively: float = 8.0
    """Weight of the places that things which move by themselves can reach in a step."""
    target: float = 60.0
    """Weight of the place that an action works on."""
    amounts: float = 20.0
    """Weight of the inventory's places where an action may change them."""
    moves: float = 0.1
    """Weight of the loss of whether the player moves, and of whether it sleeps."""
    names: float = 0.1
    """Weight of the cross-entropy of what each place shows, amounts among it (see
    `NamingNetwork`)."""


DREAMED = 0.15  # standard deviation of the errors of dreamed latents
GROUNDS, KINDS = len(GROUND), len(GROUND) + len(THINGS)


class NamingNetwork(PlayNetwork):
    """A network that also names what it draws: ground and thing of each tile. The names are for
    training alone and are not stored with a model."""

    def __init__(self, config: PlayConfig) -> None:
        super().__init__(config)
        self.naming_head = nn.Sequential(
            nn.LayerNorm(config.transformer.dim, elementwise_affine=False),
            nn.Linear(config.transformer.dim, KINDS),
        )

    def naming_loss(
        self, found: Prediction, true: Float[Tensor, "b f p t"]
    ) -> Float[Tensor, "b f p"]:
        """The cross-entropy of the names and amounts of each place, from `Truth.channels`; 0 where
        there are none."""
        logits = self.naming_head(found.features).float()
        # A place of the inventory has no ground, one of the map no amount: all zeros, and no loss.
        loss = _cross_entropy(logits[..., :GROUNDS], true[..., :GROUNDS])
        loss = loss + _cross_entropy(logits[..., GROUNDS:], true[..., GROUNDS:KINDS])
        if found.amounts is None:
            return loss
        amounts = true[..., ITEM_PLACES, KINDS : KINDS + AMOUNTS]
        items = _cross_entropy(found.amounts, amounts)
        return loss + F.pad(items, (MAP_PLACES, PLACES - ITEM_PLACES.stop))


def _cross_entropy(logits: Tensor, true: Tensor) -> Tensor:
    return -(logits.log_softmax(-1) * true).sum(-1)


def without_names(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The weights of the `PlayNetwork` in those of a `NamingNetwork`."""
    return {name: value for name, value in weights.items() if not name.startswith("naming_head.")}


class PlayObjective:
    """The weighted error of clean latents, and the cross-entropy of moves."""

    def __init__(
        self,
        network: NamingNetwork,
        config: PlayLossConfig,
        games: list[LatentGame],
        held_out: list[LatentGame],
        tokenizer: Tokenizer,
        preview: tuple[PlayConfig, Codec],
    ) -> None:
        self.network, self.config, self.held_out = network, config, held_out
        ages, sleep = preview[0].counted > 0, preview[0].counts_sleep
        self.source = WindowSource(games, config.windows, ages=ages, sleep=sleep)
        self.tokenizer, self.preview = tokenizer, preview
        self.flop = 0.0
        self.device = next(network.parameters()).device
        self.weights = place_weights(config).to(self.device)

    def draw(self, step: int, rng: np.random.Generator) -> Windows:
        """The windows of one step."""
        del step
        return self.source.draw(rng)

    def loss(
        self, batch: Windows, generator: torch.Generator
    ) -> tuple[Tensor, dict[str, float | Tensor]]:
        batch = batch.to(self.device)
        z = batch.latents
        sigma = self._sigmas(z, generator)
        noise = torch.randn(z.shape, generator=generator, device=self.device)
        x = flow.point(z, noise, sigma[..., None, None])
        memory = self._noised_memory(batch, generator)
        features, mask = self._read(batch.prompts)
        if not self.flop:
            self.flop = 3 * count_flop(
                lambda: self._predicted(batch, x, sigma, memory, features, mask)
            )
        found = self._predicted(batch, x, sigma, memory, features, mask)
        weights, counted = self._weights(batch), (sigma > 0).float()
        error = self._errors(found.clean - z, batch) * weights
        if found.amounts is not None:
            error[..., ITEM_PLACES] = 0
        per_frame = error.mean(-1) * counted
        named = (self.network.naming_loss(found, batch.true) * weights).mean(-1) * counted
        frames = counted.sum().clamp(min=1)
        loss, names = per_frame.sum() / frames, named.sum() / frames
        moves, sleep = self._move_loss(batch, generator), self._sleep_loss(batch, generator)
        pure = (sigma == 1).float()
        return loss + self.config.moves * (moves + sleep) + self.config.names * names, {
            "loss_pure_noise": ((per_frame * pure).sum() / pure.sum().clamp(min=1)).detach(),
            "loss_moves": moves.detach(),
            "loss_sleep": sleep.detach(),
            "loss_names": names.detach(),
            "flop": self.flop,
        }

    def _predicted(
        self,
        batch: Windows,
        x: Tensor,
        sigma: Tensor,
        memory: Tensor,
        features: Tensor,
        mask: Tensor,
    ) -> Prediction:
        text, text_mask = self.network.read(batch.actions.flatten(), features, mask)
        where = positions(*batch.place.unbind(-1))
        true = batch.true * batch.anchored[:, None, None, None]
        inputs = given(memory, batch.age, true, self.preview[0].counted)
        return self.network.predict(x, sigma, inputs, where, text, text_mask)

    def _weights(self, batch: Windows) -> Tensor:
        """The weight of each place of each frame, [b, f, 81]. They depend on the actions and on
        what the picture before shows, not on what comes of it, and so favour no outcome."""
        weights = self.weights.expand(*batch.actions.shape, -1).clone()
        weights = torch.where(batch.lively, weights.clamp(min=self.config.lively), weights)
        works = batch.target >= 0
        at = F.one_hot(batch.target.clamp(min=0), PLACES).bool() & works[..., None]
        weights = torch.where(at, self.config.target, weights)
        acts = works | (batch.actions >= ACTIONS.index("make_wood_pickaxe"))
        items = torch.arange(PLACES, device=self.device) >= MAP_PLACES
        return torch.where(acts[..., None] & items, self.config.amounts, weights)

    def _errors(self, difference: Tensor, batch: Windows) -> Tensor:
        """The error of each place of each frame, [b, f, 81], from the difference of latents."""
        land = torch.arange(PLACES, device=self.device) < MAP_PLACES
        never = (batch.age < 0) & land & (batch.anchored == 0)[:, None, None]
        smooth = self.config.smooth
        squared = difference.square().mean(-1) / (2 * smooth)
        return torch.where(never, squared, pseudo_huber(difference, smooth))

    def _sigmas(self, z: Tensor, generator: torch.Generator) -> Tensor:
        config, shape = self.config, z.shape[:2]
        level = torch.rand(shape, generator=generator, device=self.device)
        kind = torch.rand(shape, generator=generator, device=self.device)
        level = torch.where(kind < config.pure_noise, 1.0, level)
        return torch.where(kind > 1 - config.clean, 0.0, level)

    def _noised_memory(self, batch: Windows, generator: torch.Generator) -> Tensor:
        windows = len(batch.memory)
        amount = torch.rand(windows, 1, 1, 1, generator=generator, device=self.device) * 1.5 - 0.5
        amount = amount.clamp(min=0) * self.config.memory_noise
        noise = torch.randn(batch.memory.shape, generator=generator, device=self.device)
        noised = batch.memory + amount * noise * (batch.age >= 0)[..., None]
        if self.network.amounts is None:
            return noised
        # A picture's amounts are read without error, so they are not noised.
        return torch.cat([noised[..., :MAP_PLACES, :], batch.memory[..., MAP_PLACES:, :]], -2)

    def _read(self, prompts: tuple[str, ...]) -> tuple[Tensor, Tensor]:
        """Features of every frame's prompt; equal prompts are read once."""
        different = list(dict.fromkeys(prompts))
        text = self.network.text
        ids, mask = tokenize(self.tokenizer, different, text.config.max_length)
        ids, mask = ids.to(self.device), mask.to(self.device)
        index = torch.tensor([different.index(each) for each in prompts], device=self.device)
        return text(ids, mask)[index], mask[index]

    def _move_loss(self, batch: Windows, generator: torch.Generator) -> Tensor:
        before = self._noised(batch.before.flatten(0, 1), generator)
        logits = self.network.moved(before, batch.actions.flatten())
        moved = batch.moved.flatten()
        counted = (moved >= 0).float()
        losses = F.binary_cross_entropy_with_logits(logits, moved.clamp(min=0), reduction="none")
        return (losses * counted).sum() / counted.sum().clamp(min=1)

    def _sleep_loss(self, batch: Windows, generator: torch.Generator) -> Tensor:
        logits = self.network.asleep(self._noised(batch.latents, generator))
        return F.binary_cross_entropy_with_logits(logits, batch.true[..., 0, SLEEPING])

    def _noised(self, latents: Tensor, generator: torch.Generator) -> Tensor:
        """Latents with as much noise as those of dreamed pictures may have."""
        noise = torch.randn(latents.shape, generator=generator, device=self.device)
        return latents + DREAMED * noise

    def sheet(self, path: Path, ema: dict[str, Tensor], step: int) -> dict[str, float]:
        """Dreams of held-out games below the games; the share of tiles that agree."""
        del step
        config, codec = self.preview
        model = PlayModel(config, self.tokenizer)
        model.codec.load_state_dict(codec.state_dict())
        model.denoiser.load_state_dict(without_names(ema))
        scores = events_drawn(model.eval(), self.held_out)
        picture, measured = dream_sheet(model, [each.truth for each in self.held_out])
        Image.fromarray(picture).save(path)
        return measured | {"gains": gains_drawn(scores)}


def pseudo_huber(difference: Tensor, smooth: float) -> Tensor:
    """The root mean square over the last axis, but squared where it is much below `smooth`."""
    return (difference.square().mean(-1) + smooth**2).sqrt() - smooth


def place_weights(config: PlayLossConfig) -> Tensor:
    """The weight of each place in the loss, with a mean of 1, [81]."""
    weights = torch.ones(PLACES)
    land = weights[:MAP_PLACES].view(ROWS, COLUMNS)
    rows, columns = ROWS // 2, COLUMNS // 2
    land[rows - 1 : rows + 2, columns - 1 : columns + 2] = config.near
    weights[MAP_PLACES:] = config.items
    return weights / weights.mean()
