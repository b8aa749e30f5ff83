"""One optimiser: Muon for matrices and convolutions inside the network, Adam for the rest."""

# pyright: reportPrivateImportUsage=false
# (torch names its operations on lists of tensors with an underscore, and documents them.)

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from sorairo.config import check_range
from sorairo.errors import ConfigError
from sorairo.nn.precision import compute_dtype


@dataclass(frozen=True, kw_only=True)
class OptimiserConfig:
    """Settings of the optimiser. Learning rates are those at the peak of the schedule."""

    muon_lr: float = 0.02
    """Learning rate of Muon, whose updates are orthogonal: of spectral norm 1, or
    sqrt(rows / columns) for tall matrices."""
    adam_lr: float = 2e-3
    """Learning rate of Adam."""
    momentum: float = 0.95
    """Momentum of Muon."""
    betas: tuple[float, float] = (0.9, 0.98)
    """Decay of the two moments of Adam."""
    weight_decay: float = 0.01
    """Decay of the weights that Muon updates, relative to its learning rate."""
    clip_norm: float = 1.0
    """Norm to which the gradient of all weights is clipped; inf: it is not clipped."""

    def __post_init__(self) -> None:
        """Raises ConfigError for a number with which nothing is learned."""
        check_range(self, "optimiser.", "muon_lr adam_lr weight_decay", 0)
        check_range(self, "optimiser.", "clip_norm", 0, beyond=True)
        for name, value in (("momentum", self.momentum), *(("betas", each) for each in self.betas)):
            if not 0 <= value < 1:
                raise ConfigError(f"optimiser.{name} is {value:g}: choose 0 or more, below 1.")


def orthogonalise(gradients: Float[Tensor, "k m n"], iterations: int = 5) -> Float[Tensor, "k m n"]:
    """The nearest semi-orthogonal matrices, by the quintic Newton-Schulz iteration (Jordan et al.,
    "Muon", 2024)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = gradients
    tall = x.shape[1] > x.shape[2]
    if tall:
        x = x.transpose(1, 2)
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(iterations):
        gram = x @ x.transpose(1, 2)
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.transpose(1, 2) if tall else x


class MuonAdam(torch.optim.Optimizer):
    """Updates `matrices` with Muon (convolutions as out x rest) and `others` with Adam."""

    def __init__(
        self, matrices: list[nn.Parameter], others: list[nn.Parameter], config: OptimiserConfig
    ) -> None:
        self.config = config
        groups = [
            {"params": matrices, "muon": True, "lr": config.muon_lr},
            {"params": others, "muon": False, "lr": config.adam_lr},
        ]
        super().__init__(groups, {})

    @torch.no_grad()
    def step(self, factor: float = 1.0) -> None:  # type: ignore[override]
        """One step, with both learning rates times `factor`."""
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            step = self._muon if group["muon"] else self._adam
            step(params, group["lr"] * factor)

    def _muon(self, params: list[Tensor], lr: float) -> None:
        by_shape: dict[tuple[int, ...], list[Tensor]] = defaultdict(list)
        for p in params:
            by_shape[(p.shape[0], p.numel() // p.shape[0])].append(p)
        for shape, group in by_shape.items():
            momenta = [self._state(p, "momentum") for p in group]
            gradients = _gradients(group)
            torch._foreach_lerp_(momenta, gradients, 1 - self.config.momentum)
            ahead = torch._foreach_lerp(gradients, momenta, self.config.momentum)
            stacked = torch.stack([each.reshape(shape) for each in ahead])
            steps = orthogonalise(stacked.to(compute_dtype(stacked.device))).float()
            scale = max(1.0, shape[0] / shape[1]) ** 0.5
            torch._foreach_mul_(group, 1 - lr * self.config.weight_decay)
            updates = [update.reshape(p.shape) for p, update in zip(group, steps, strict=True)]
            torch._foreach_add_(group, updates, alpha=-lr * scale)

    def _state(self, p: Tensor, name: str) -> Tensor:
        state = self.state[p]
        if name not in state:
            state[name] = torch.zeros_like(p)
        return state[name]

    def _adam(self, params: list[Tensor], lr: float) -> None:
        beta1, beta2 = self.config.betas
        by_age: dict[int, list[Tensor]] = defaultdict(list)
        for p in params:
            state = self.state[p]
            state["step"] = state.get("step", torch.zeros(())) + 1
            by_age[int(state["step"])].append(p)
        for count, group in by_age.items():
            means, squares = ([self._state(p, name) for p in group] for name in ("mean", "square"))
            gradients = _gradients(group)
            torch._foreach_lerp_(means, gradients, 1 - beta1)
            torch._foreach_lerp_(squares, torch._foreach_mul(gradients, gradients), 1 - beta2)
            scales = torch._foreach_div(squares, 1 - beta2**count)
            torch._foreach_sqrt_(scales)
            torch._foreach_add_(scales, 1e-8)
            torch._foreach_addcdiv_(group, means, scales, value=-lr / (1 - beta1**count))


def _gradients(params: list[Tensor]) -> list[Tensor]:
    return [p.grad for p in params if p.grad is not None]


def make_optimiser(network: nn.Module, config: OptimiserConfig) -> MuonAdam:
    """An optimiser that updates inner weights of two and more axes with Muon, and embeddings, first
    and last layers, norms and biases with Adam."""
    ends = ("embedding", "stem", "head", "modulation", "latent_")
    matrices, others = [], []
    for name, p in network.named_parameters():
        inner = p.ndim >= 2 and not any(end in name for end in ends)
        (matrices if inner else others).append(p)
    return MuonAdam(matrices, others, config)
