"""The configuration of the training loop, and the learning rate of each step."""

from __future__ import annotations

from dataclasses import dataclass

from sorairo.config import check_range


@dataclass(frozen=True, kw_only=True)
class LoopConfig:
    """How long a run is, how its learning rate changes, and how often it is logged and saved."""

    steps: int = 2000
    """Steps of the whole run."""
    warmup: int = 50
    """Steps in which the learning rate rises to its peak."""
    cooldown: float = 0.3
    """Share of the steps, at the end, in which the learning rate falls to zero."""
    ema: float = 0.995
    """Decay of the moving average of the weights, per step."""
    seed: int = 0
    """Decides the initial weights, the batches and the noise."""
    log_every: int = 20
    """Steps between two entries of the journal."""
    sheet_every: int = 500
    """Steps between two sheets of pictures that show the state of the network."""
    save_minutes: float = 5.0
    """Minutes between two saves of the state."""
    minutes: float = 0.0
    """Ends the run after this number of minutes, with a learning rate that has fallen to zero by
    then; 0: no limit. A run that is continued has what is left of them. The result then depends on
    the speed of the machine."""
    workers: int = 0
    """Processes that draw batches ahead of their steps; 0: each batch is drawn at its step."""

    def __post_init__(self) -> None:
        """Raises ConfigError for a number that no run can have."""
        check_range(self, "loop.", "steps warmup workers seed save_minutes minutes", 0)
        check_range(self, "loop.", "log_every sheet_every", 1)
        check_range(self, "loop.", "cooldown ema", 0, 1)


def learning_factor(step: int, config: LoopConfig, minutes: float = 0.0) -> float:
    """The learning rate of a step as a share of its peak: warm-up, constant, linear to zero (Hu et
    al., arXiv 2404.06395: WSD), by steps or by the `minutes` passed, whichever ends sooner."""
    falling = max(1, round(config.steps * config.cooldown))
    factor = min(1.0, (step + 1) / max(1, config.warmup), max(0.0, (config.steps - step) / falling))
    if config.minutes:
        left = 1 - minutes / config.minutes
        factor = min(factor, max(0.0, left / config.cooldown if config.cooldown else left > 0))
    return factor
