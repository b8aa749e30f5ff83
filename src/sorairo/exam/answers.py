"""Who sits the exam: a model, the simulator itself, and trivial baselines."""

from __future__ import annotations

from collections.abc import Callable

from sorairo.exam.canvas.suite import through_codec
from sorairo.exam.held_out import FPS
from sorairo.exam.question import Question, Truth
from sorairo.generation.engine import Engine
from sorairo.video import Clip

Answer = Callable[[Question, Truth], Clip]
"""A question and its truth, of which only the given frames may be looked at: a whole clip."""


def by_model(engine: Engine, *, steps: int | None, guidance: float | None) -> Answer:
    """The model's own clips: from text, from a picture, or from the beginning of a clip."""

    def answer(question: Question, truth: Truth) -> Clip:
        how = {"seed": question.seed, "steps": steps, "guidance": guidance}
        prompt, seconds = question.prompt, question.seconds
        if not question.given:
            return engine.generate(prompt, seconds=seconds, **how)
        if question.given == 1:
            return engine.animate(truth.given, prompt, seconds=seconds, **how)
        forward = (question.num_frames - question.given) / FPS
        return engine.extend(truth.given, prompt, forward=forward, **how)

    return answer


def by_simulator(_question: Question, truth: Truth) -> Clip:
    """The truth: what it lacks is the judge's error."""
    return truth.clip


def by_codec(engine: Engine) -> Answer:
    """The truth, compressed and brought back: what no model of this codec can do better."""
    return lambda _question, truth: through_codec(engine, truth.clip)


def frozen(question: Question, truth: Truth) -> Clip:
    """The first frame, for as long as the clip lasts."""
    return Clip(frames=truth.clip.frames[:1].repeat(question.num_frames, 0), fps=FPS)
