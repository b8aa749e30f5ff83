"""A suite asks a model for clips, judges them, and judges the truth in the same way beside them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image

from sorairo.exam.candidates.standard import through_codec
from sorairo.exam.statistics import Estimate, Goal, Verdict, estimate
from sorairo.generation.engine import Engine
from sorairo.video import Clip
from sorairo.video.writing.contact_sheet import contact_sheet

Answer = Sequence[Clip]  # what a model makes of one case; mostly one clip
STRIP, SIDE = 12, 96  # frames of a strip, pixels of a frame


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much of which `model` (name or directory) is measured: `cases` of each suite (None: as
    many as the suite says), and what is passed to every capability; `media` are photographs and
    footage for the suites that take them."""

    model: str = "tabletop"
    cases: int | None = None
    quick: bool = False
    steps: int | None = None
    guidance: float | None = None
    media: tuple[Path, ...] = ()

    def how(self, seed: int) -> dict[str, Any]:
        return {"seed": seed, "steps": self.steps, "guidance": self.guidance}

    def count(self, full: int, quick: int = 8) -> int:
        return self.cases or (quick if self.quick else full)


class Case(Protocol):
    """One thing that is asked of a model."""

    @property
    def label(self) -> str: ...

    def ask(self, model: Engine, plan: Plan) -> Answer: ...

    def truth(self) -> Answer | None:
        """An answer that is right by construction, if there is one."""
        ...

    def judge(self, answer: Answer) -> Verdict: ...


@dataclass(frozen=True, kw_only=True)
class Suite:
    """What is asked, and what is aimed at."""

    name: str
    cases: Callable[[Plan], Sequence[Case]]
    aims: tuple[Goal, ...]


@dataclass(frozen=True, kw_only=True)
class Result:
    """One answered case: what was asked, a strip of frames of each clip, and who answered ->
    verdict; "model" is always there."""

    label: str
    strips: Sequence[Image.Image]
    verdicts: dict[str, Verdict]

    def badness(self, aims: Sequence[Goal]) -> float:
        return sum(aim.shortfall(self.verdicts["model"]) for aim in aims)

    def failed(self, aims: Sequence[Goal]) -> list[str]:
        return [aim.measure for aim in aims if aim.failed(self.verdicts["model"])]


@dataclass(frozen=True, kw_only=True)
class Report:
    """All results of a suite."""

    suite: Suite
    results: Sequence[Result] = field(default_factory=tuple)

    def columns(self) -> dict[str, dict[str, Estimate]]:
        """The figures of the model, of the truth, and of the truth after the model's codec."""
        return {
            who: {
                aim.key: estimate(aim, [r.verdicts[who] for r in self.results if who in r.verdicts])
                for aim in self.suite.aims
            }
            for who in ("model", "truth", "codec")
        }


def mark(case: Case, model: Engine, plan: Plan) -> Result:
    """Asked, and judged beside the truth."""
    start = time.monotonic()
    answer = case.ask(model, plan)
    spent = time.monotonic() - start
    verdicts: dict[str, Verdict] = {"model": {**case.judge(answer), "seconds": spent}}
    truth = case.truth()
    if truth is not None:
        verdicts["truth"] = case.judge(truth)
        verdicts["codec"] = case.judge([through_codec(model, clip) for clip in truth])
    return Result(label=case.label, strips=[strip(clip) for clip in answer], verdicts=verdicts)


def strip(clip: Clip) -> Image.Image:
    """Frames of a clip from its first to its last, side by side."""
    picked = np.linspace(0, clip.num_frames - 1, min(STRIP, clip.num_frames)).round().astype(int)
    shown = Clip(frames=clip.frames[picked], fps=clip.fps)
    shown = shown.resize(max(1, round(SIDE * clip.width / clip.height)), SIDE)
    return contact_sheet(shown.frames, columns=STRIP, every=1)
