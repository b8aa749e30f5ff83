"""The cost of one minute and of two minutes: seconds and memory, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass

import numpy as np

from sorairo.exam.held_out_scenes import FPS
from sorairo.exam.question import Answer, KnownAnswer, Question, Sampling, Truth
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.exam.suites.canvas.capability import CAPABILITY
from sorairo.generation.api import Capabilities
from sorairo.processes import python_command, python_environment
from sorairo.video import Clip

SECONDS, SEED = 60.0, 1
PROMPT = "a red ball turns on a turntable on a wooden floor"
SCRIPT = f"""
import json, resource, sys, time
import sorairo, torch
name, seconds, sampling = sys.argv[1:]
model = sorairo.load(name)
start = time.time()
clip = model.generate({PROMPT!r}, seconds=float(seconds), **json.loads(sampling))
spent = time.time() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
threads = torch.get_num_threads()
print(json.dumps(dict(seconds=spent, peak=peak, threads=threads, frames=clip.num_frames)))
"""


@dataclass(frozen=True, kw_only=True)
class Cost(Question):
    """Asks for a clip of one minute and one of two minutes."""

    def truth(self) -> KnownAnswer:
        return KnownAnswer()

    def ask(self, model: Capabilities, truth: Truth, sampling: Sampling) -> Answer:
        return [_measure(sampling, seconds) for seconds in (SECONDS, 2 * SECONDS)]


def _measure(sampling: Sampling, seconds: float) -> Clip:
    """Makes a clip in a new process. Returns a blank one with the cost in its comment."""
    arguments = [sampling.model, str(seconds), json.dumps(sampling.options(SEED))]
    cost = subprocess.run(
        python_command("-c", SCRIPT, *arguments),
        env=python_environment(),
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    blank = np.zeros((1, 16, 16, 3), np.uint8)
    return Clip(frames=blank, fps=FPS, metadata={"comment": cost})


def questions(_count: int) -> list[Cost]:
    return [Cost(key="cost-0000", prompt="one minute, two minutes", seed=SEED)]


def judge(question: Cost, answer: Answer, truth: Truth) -> Verdict:
    del question, truth
    one, two = (json.loads(clip.metadata["comment"]) for clip in answer)
    return {
        "seconds for 60 s": one["seconds"],
        "peak GB": one["peak"],
        "two for one": two["seconds"] / one["seconds"],
        "threads": one["threads"],
    }


SUITE = Suite(
    name="cost",
    title="Cost of a minute",
    count=1,
    quick=1,
    questions=questions,
    judge=judge,
    goals=(
        Goal(measure="seconds for 60 s", most=60.0),
        Goal(measure="peak GB", most=2.5),
        Goal(measure="two for one", most=2.2),
        Goal(measure="threads"),
    ),
    **CAPABILITY,
)
