"""The training mixture of a denoiser: phases, shapes and kinds of examples, and batches drawn from
them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from tokenizers import Tokenizer

from sorairo.config import check_range, formerly
from sorairo.data.latent_dataset import ClipSet
from sorairo.errors import ConfigError, TrainingError
from sorairo.models.text import tokenize
from sorairo.training.data.batch import Batch, TrainingRow, padded, stacked
from sorairo.training.data.collate import lay_out
from sorairo.training.data.masking import MaskingConfig, draw_kind
from sorairo.training.data.samplers.captions import CaptionConfig
from sorairo.training.data.samplers.example import ExampleSpec
from sorairo.training.data.samplers.registry import draw_example
from sorairo.world.tabletop.language.caption_plan import weighted

FROM_START = 0.4  # share of the windows that begin where their clip begins, if a part is given


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Kinds of examples that have equally many tokens and texts, so that they mix in a batch and
    compile once."""

    kinds: tuple[ExampleSpec, ...]
    """The kinds; each has a weight."""

    @property
    def weight(self) -> float:
        """How often the shape is drawn, relative to others."""
        return sum(kind.weight for kind in self.kinds)


@dataclass(frozen=True, kw_only=True)
class Phase:
    """The mixture in one part of a run."""

    until: float
    """The share of the steps at which the phase ends."""
    shapes: tuple[Shape, ...]
    """The shapes to draw from."""
    masking: MaskingConfig | None = field(default=None, metadata=formerly("painting"))
    """How its examples are masked; None: as in `DenoiserLossConfig`."""


@dataclass(frozen=True, kw_only=True)
class DenoiserLossConfig:
    """The training mixture of a denoiser, and the size of its batches."""

    phases: tuple[Phase, ...]
    """One after another."""
    tokens: int = 4608
    """Tokens of a batch."""
    samples: int = 0
    """The most samples in a batch; 0: no limit."""
    text_tokens: int = 60
    """Tokens of a text; longer ones are cut."""
    compiled: bool = True
    """Whether blocks are compiled."""
    dynamic: bool = False
    """Whether they are compiled once for all shapes, not once for each."""
    captions: CaptionConfig = field(default_factory=CaptionConfig, metadata=formerly("taste"))
    """How captions are drawn."""
    masking: MaskingConfig = field(default_factory=MaskingConfig, metadata=formerly("painting"))
    """How examples are masked."""

    def __post_init__(self) -> None:
        """Raises ConfigError for a mixture from which nothing can be drawn."""
        check_range(self, "objective.", "tokens text_tokens", 1)
        check_range(self, "objective.", "samples", 0)
        if not self.phases or any(not sum(s.weight for s in p.shapes) > 0 for p in self.phases):
            raise ConfigError(
                "'objective.phases' needs a phase, and each phase a shape with a weight above 0."
            )


def phase_at(config: DenoiserLossConfig, share: float) -> Phase:
    """The phase of a run of which so large a share is done."""
    return next((each for each in config.phases if share < each.until), config.phases[-1])


def check_sizes(config: DenoiserLossConfig, clips: dict[str, ClipSet]) -> None:
    """Raises TrainingError for a kind of example whose source has no clips of its size."""
    for kind in (kind for phase in config.phases for shape in phase.shapes for kind in shape.kinds):
        if kind.size not in clips[kind.source].clips:
            width, height = kind.size
            raise TrainingError(
                f"No clip of the source '{kind.source}' has {width}x{height} pixels, which the"
                f" recipe draws: take more of its clips (sources.{kind.source}.count)."
            )


def draw_batch(
    config: DenoiserLossConfig,
    phase: Phase,
    clips: dict[str, ClipSet],
    tokenizer: Tokenizer,
    patch: int,
    rng: np.random.Generator,
) -> Batch:
    """A random batch: a shape, and for each sample a kind of example, a mask and an example."""
    shape = phase.shapes[weighted(rng, tuple(each.weight for each in phase.shapes))]
    masking = phase.masking or config.masking
    rows: list[TrainingRow] = []
    while not rows or len(rows) < _samples(config, len(rows[0].z)):
        spec = shape.kinds[weighted(rng, tuple(each.weight for each in shape.kinds))]
        kind, captions = draw_kind(rng, masking), config.captions
        if kind.gives:
            captions = replace(captions, from_start=FROM_START)
        example = draw_example(spec, clips, rng, captions)
        rows.append(lay_out(example, kind, rng, masking, patch))
    texts, width = [text for row in rows for text in row.texts], config.text_tokens
    return stacked(rows, *padded(*tokenize(tokenizer, texts, width), width))


def _samples(config: DenoiserLossConfig, tokens: int) -> int:
    """The number of samples in a batch, from the number of tokens of each."""
    found = config.tokens // tokens
    return min(found, config.samples) if config.samples else found
