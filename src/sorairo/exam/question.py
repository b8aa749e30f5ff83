"""What the exam asks: the contract between questions, candidates and judges.

A question knows how a model is asked (`ask`) and what a right answer looks like (`truth`). A
candidate answers questions: a model, the simulator itself, or a simple baseline. A suite's judge
turns an answer into a verdict.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from sorairo.generation.api import Capabilities
from sorairo.video import Clip

_SCENE = re.compile(r"[^-]+-\d+")  # at the beginning of a key

Answer = Sequence[Clip]
"""The clips that answer a question: one for most questions, none where there is no answer."""


def at_size_of(answer: Answer, true: Answer) -> Answer:
    """The clips of an answer at the size of the true ones, at which judges look: a model may have
    another native size. As they are where no true clip is known."""
    if not true:
        return answer
    return [clip.fit(true[0].width, true[0].height) for clip in answer]


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How a model samples its answers, the same for all questions of an exam."""

    steps: int | None = None
    """Sampling steps. None: the model's default."""
    guidance: float | None = None
    """Guidance scale. None: the model's default."""
    loras: tuple[str, ...] = ()
    """LoRAs by name."""
    model: str = "tabletop"
    """The name or directory of the model, for questions that load it in a process of their own."""

    def options(self, seed: int) -> dict[str, Any]:
        """Keyword arguments for the methods of a model."""
        asked = {"seed": seed, "steps": self.steps, "guidance": self.guidance, "loras": self.loras}
        # the model is examined, not the reading of prompts before it
        return {**asked, "rewrite": False, "vary": False}


class Truth(Protocol):
    """What is known about the right answer. A suite's judge compares answers with it."""

    @property
    def answer(self) -> Answer:
        """A right answer; empty if none is known."""
        ...


@dataclass(frozen=True, kw_only=True)
class KnownAnswer:
    """A truth that is nothing but clips."""

    answer: Answer = ()
    """A right answer; empty if none is known."""


@dataclass(frozen=True, kw_only=True)
class Question(ABC):
    """One question to a model."""

    key: str
    """Names the question in files: `<suite>-<number>`, with a variant after it if there are any.
    The numbers count from 0 and stay the same when more questions are asked."""
    prompt: str
    """The text that the model gets, or several texts joined by " | "."""
    seed: int
    """The seed that the model samples with."""
    about: str = ""
    """The kind of question, in suites that have several kinds."""

    @property
    def label(self) -> str:
        """One line that names the question in lists and pictures."""
        return f"{self.about}: {self.prompt}" if self.about else self.prompt

    @property
    def scene_key(self) -> str:
        """The key without its variant, which questions about one scene have in common."""
        found = _SCENE.match(self.key)
        return found[0] if found else self.key.rpartition("-")[0] or self.key

    @abstractmethod
    def truth(self) -> Truth:
        """What is known about the right answer. Expensive parts are computed on access."""

    @abstractmethod
    def ask(self, model: Capabilities, truth: Any, sampling: Sampling) -> Answer:
        """The model's answer. Of the truth it may use only what the question gives to the model."""


class Candidate(Protocol):
    """Answers questions. Each candidate is a column of the report."""

    def __call__(self, question: Any, truth: Any, /) -> Answer: ...


@runtime_checkable
class BatchCandidate(Protocol):
    """A candidate that can answer several questions as one batch."""

    def answer_batch(self, asked: Sequence[tuple[Any, Any]]) -> Sequence[Answer]:
        """The answers to pairs of (question, truth), in order."""
        ...
