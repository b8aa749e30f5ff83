"""How much a request asks of the network, beside size and length. No torch."""

from __future__ import annotations

from sorairo.errors import SorairoError
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.limits import Limits
from sorairo.generation.settings import DRAFT, FIRST_SHARE, LEAST_STEPS
from sorairo.models.lora.choices import choices_of, few_steps
from sorairo.models.model_record import SamplingFacts


def effort_of(request: Request, limits: Limits) -> float:
    """How often the network runs for a request, relative to one with the defaults of the model; 1.0
    where these are not known.

    A guided step counts twice, also for models that guide only a part of their noise levels."""
    if limits.sampling is None:
        return 1.0
    default, asked = limits.sampling, sampling_of(request, limits.sampling)
    computed = computed_steps(asked.steps, request.quality) / asked.steps
    return computed * evaluations(asked) / evaluations(default)


def sampling_of(request: Request, default: SamplingFacts) -> SamplingFacts:
    """Steps and guidance of a request, where those of the model are the `default`. What it says
    comes first, then the schedule of a LoRA for few steps where the file is here."""
    steps, guidance = request.steps, request.guidance
    try:
        few = few_steps(choices_of(request.loras))
    except SorairoError:  # whoever runs the request says what is wrong with it
        few = None
    if few is not None:
        steps = len(few.sigmas) - 1 if steps is None else steps
        guidance = few.guidance if guidance is None else guidance
    return SamplingFacts(
        steps=default.steps if steps is None else steps,
        guidance=default.guidance if guidance is None else guidance,
    )


def computed_steps(steps: int, quality: str) -> float:
    """In how many of the steps the network runs, as a rule: in a draft, in half of those that may
    take an earlier velocity again. It depends on the clip (see `flow.reuse`)."""
    if quality != DRAFT or steps < LEAST_STEPS:
        return float(steps)
    return steps * (FIRST_SHARE + (1 - FIRST_SHARE) / 2)


def evaluations(sampling: SamplingFacts) -> int:
    """How often the network runs for one window of a clip."""
    return sampling.steps * (1 if sampling.guidance == 1.0 else 2)
