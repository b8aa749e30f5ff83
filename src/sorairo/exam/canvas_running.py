"""Suites case by case, each kept as soon as it is judged: what was stopped goes on where it
stopped, and several processes may share the cases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from PIL import Image

from sorairo.errors import ConfigError
from sorairo.exam.canvas_suite import Plan, Result, Suite, mark
from sorairo.generation.engine import Engine
from sorairo.video.atomic_write import whole_file


def run(
    suite: Suite,
    model: Engine,
    plan: Plan,
    keep: Path | None = None,
    part: tuple[int, int] = (1, 1),
) -> Iterator[Result]:
    """Case after case; of `part` (k, n) every n-th, from the k-th on. What lies in `keep` is read,
    and what does not is put there.

    Raises ConfigError where `keep` holds cases of another model or plan.
    """
    if keep:
        keep = keep / suite.name
        _begin(keep, model, plan)
    first, every = part
    for index, case in enumerate(suite.cases(plan)):
        if index % every != first - 1:
            continue
        result = _kept(keep, index) if keep else None
        if result is None:
            result = mark(case, model, plan)
            if keep:
                _put(keep, index, result)
        yield result


def _begin(folder: Path, model: Engine, plan: Plan) -> None:
    told = replace(plan, model=model.info["digest"], media=tuple(Path(p.name) for p in plan.media))
    record, text = folder / "plan.json", json.dumps(vars(told), default=str, indent=1)
    if record.exists() and record.read_text() != text:
        raise ConfigError(
            f"{folder} holds cases of another model or with other settings: name another folder"
            " with --keep, or remove that one."
        )
    folder.mkdir(parents=True, exist_ok=True)
    if not record.exists():  # others may be reading it
        with whole_file(record) as new:
            new.write_text(text)


def _kept(folder: Path, index: int) -> Result | None:
    path = folder / f"{index:04d}.json"
    if not path.exists():
        return None
    told = json.loads(path.read_text())
    strips = []
    for name in told["strips"]:
        with Image.open(folder / name) as strip:
            strips.append(strip.copy())
    return Result(label=told["label"], strips=strips, verdicts=told["verdicts"])


def _put(folder: Path, index: int, result: Result) -> None:
    names = [f"{index:04d}-{number}.png" for number in range(len(result.strips))]
    for name, strip in zip(names, result.strips, strict=True):
        strip.save(folder / name)
    told = {"label": result.label, "strips": names, "verdicts": result.verdicts}
    with whole_file(folder / f"{index:04d}.json") as new:
        new.write_text(json.dumps(told))
