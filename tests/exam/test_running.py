"""Cases are kept as they are judged, and shared by those who run them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

import sorairo
from sorairo.errors import ConfigError
from sorairo.exam.canvas_running import run
from sorairo.exam.canvas_suite import Answer, Plan, Suite
from sorairo.exam.statistics import Goal, Verdict
from sorairo.generation.engine import Engine
from sorairo.video import Clip

PLAN = Plan(cases=4)
BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "canvas.py"


@dataclass(frozen=True, kw_only=True)
class Grey:
    """Asked, it notes that, and answers with a clip of one level of grey."""

    level: int
    asked: list[int] = field(default_factory=list)
    broken: bool = False

    @property
    def label(self) -> str:
        return f"grey {self.level}"

    def ask(self, model: Engine, plan: Plan) -> Answer:
        if self.broken:
            raise KeyboardInterrupt
        self.asked.append(self.level)
        return [Clip(frames=np.full((2, 16, 16, 3), self.level, np.uint8), fps=12.0)]

    def truth(self) -> None:
        return None

    def judge(self, answer: Answer) -> Verdict:
        return {"level": float(answer[0].frames.mean())}


def greys(asked: list[int], broken: int | None = None) -> Suite:
    cases = [Grey(level=9 * i, asked=asked, broken=i == broken) for i in range(4)]
    return Suite(name="greys", cases=lambda plan: cases, aims=(Goal(measure="level"),))


@pytest.fixture(scope="module")
def model() -> Engine:
    return sorairo.load()


def test_what_was_stopped_goes_on_where_it_stopped(model: Engine, tmp_path: Path):
    asked: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        list(run(greys(asked, broken=2), model, PLAN, tmp_path))
    assert asked == [0, 9]
    results = list(run(greys(asked), model, PLAN, tmp_path))
    assert asked == [0, 9, 18, 27]
    assert [each.verdicts["model"]["level"] for each in results] == [0, 9, 18, 27]
    assert [each.strips[0].getpixel((0, 0))[0] for each in results] == [0, 9, 18, 27]


def test_several_share_the_cases(model: Engine, tmp_path: Path):
    asked: list[int] = []
    for part in ((1, 2), (2, 2)):
        assert len(list(run(greys(asked), model, PLAN, tmp_path, part))) == 2
    assert sorted(asked) == [0, 9, 18, 27]
    results = list(run(greys(asked), model, PLAN, tmp_path))
    assert [each.label for each in results] == ["grey 0", "grey 9", "grey 18", "grey 27"]
    assert len(asked) == 4


def test_cases_of_another_plan_are_not_taken(model: Engine, tmp_path: Path):
    list(run(greys([]), model, PLAN, tmp_path))
    with pytest.raises(ConfigError, match="--keep"):
        list(run(greys([]), model, replace(PLAN, steps=3), tmp_path))
    info = replace(model.model.info, digest="of another")
    other = Engine(replace(model.model, info=info))
    with pytest.raises(ConfigError, match="another model"):
        list(run(greys([]), other, PLAN, tmp_path))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--part", "1/2"], "add --keep FOLDER"),
        (["--part", "3/2", "--keep", "kept"], "invalid part value"),
        (["--part", "1/2", "--keep", "kept", "--json", "out.json"], "leave out --json"),
    ],
)
def test_parts_that_would_be_lost_are_refused(words: list[str], sentence: str, tmp_path: Path):
    command = [sys.executable, str(BENCHMARK), "story", *words]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 2
    assert sentence in run.stderr
    assert not list(tmp_path.iterdir())
