"""Records that `benchmarks/canvas.py --keep` wrote when it had a format of its own.

A suite's folder then held `plan.json` (the model and the settings) and a file for each question:
`0000.json`, `0001.json` and so on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sorairo.errors import ConfigError
from sorairo.exam.question import Question
from sorairo.exam.run_folder import RunFolder
from sorairo.exam.suite import Suite

PLAN = "plan.json"


def adopt_old_records(
    files: RunFolder, suite: Suite, questions: Sequence[Question], plan: Mapping[str, object]
) -> int:
    """Writes old verdicts under the questions' keys, so that the run continues after them.

    Returns how many there were. Raises ConfigError where they are of another plan.
    """
    folder = files.path / suite.name
    if not (folder / PLAN).exists():
        return 0
    if json.loads((folder / PLAN).read_text()) != dict(plan):
        raise ConfigError(
            f"{folder} holds answers of another model or with other settings: name another folder,"
            " or remove that one."
        )
    adopted = 0
    for index, question in enumerate(questions):
        old = folder / f"{index:04d}.json"
        if old.exists() and not files.judged(suite, question):
            files.keep(suite, question, json.loads(old.read_text())["verdicts"])
            adopted += 1
    return adopted
