"""The folder of an exam: the examined model, the verdicts, and the clips that the report shows.

`run.json` holds the examined model and the settings. Each suite has a folder. In it a question has
`KEY.json` (column -> verdict), `KEY.mp4` (the examined answer) and `KEY-truth.mp4`. If an answer
has several clips, the next ones are `KEY-2.mp4` and so on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sorairo.config import read_json
from sorairo.errors import ConfigError
from sorairo.exam.question import Answer, Question
from sorairo.exam.statistics import Verdict
from sorairo.exam.suite import Suite
from sorairo.video.atomic_write import whole_file

RECORD = "run.json"
OLD_RECORD = "sitting.json"  # the name until 0.1; read, never written
NUMBER = re.compile(r"[^-]+-(\d+)")  # in the key of a question


@dataclass(frozen=True)
class RunFolder:
    """Reads and writes the files of an exam."""

    path: Path

    def identity(self) -> dict[str, object] | None:
        """The examined model and its settings; None if there is no exam in this folder."""
        for name in (RECORD, OLD_RECORD):
            if (self.path / name).exists():
                return self._read(self.path / name)
        return None

    def begin(self, identity: Mapping[str, object]) -> None:
        """Makes the folder, or continues the exam in it.

        Raises ConfigError where the folder holds an exam of another model or other settings.
        """
        wanted, found = json.loads(json.dumps(dict(identity))), self.identity()
        if found not in (None, wanted):
            raise ConfigError(
                f"{self.path} holds an exam of another model or with other settings: name"
                " another folder with -o, or remove that one."
            )
        self.path.mkdir(parents=True, exist_ok=True)
        if not (self.path / RECORD).exists():  # other processes may be reading it
            with whole_file(self.path / RECORD) as new:
                new.write_text(json.dumps(wanted, indent=1))

    def keys(self, suite: Suite) -> set[str]:
        """The keys of the questions that have been judged."""
        return {path.stem for path in (self.path / suite.name).glob("*.json")}

    def judged(self, suite: Suite, question: Question) -> bool:
        return self._file(suite, question, ".json").exists()

    def verdicts(self, suite: Suite, question: Question) -> dict[str, Verdict]:
        """Column -> verdict of a judged question."""
        return self._read(self._file(suite, question, ".json"))

    @staticmethod
    def _read(path: Path) -> Any:
        try:
            return read_json(path)
        except (OSError, ConfigError) as error:
            raise ConfigError(
                f"{path} cannot be read: {error}. Remove it, or name another folder with -o."
            ) from error

    def keep(self, suite: Suite, question: Question, verdicts: Mapping[str, Verdict]) -> None:
        """Writes the verdicts, after all clips are written: the question is judged then."""
        with whole_file(self._file(suite, question, ".json")) as new:
            new.write_text(json.dumps({name: _plain(each) for name, each in verdicts.items()}))

    def keep_clips(
        self, suite: Suite, question: Question, answer: Answer, *, truth: bool = False
    ) -> None:
        (self.path / suite.name).mkdir(parents=True, exist_ok=True)
        for index, clip in enumerate(answer, start=1):
            clip.save(self._file(suite, question, clip_suffix(index, truth=truth)))

    def clips(self, suite: Suite, question: Question, *, truth: bool = False) -> list[Path]:
        """The files of an answer that was kept."""
        found = []
        while (
            path := self._file(suite, question, clip_suffix(len(found) + 1, truth=truth))
        ).exists():
            found.append(path)
        return found

    def _file(self, suite: Suite, question: Question, suffix: str) -> Path:
        return self.path / suite.name / f"{question.key}{suffix}"


def clip_suffix(index: int, *, truth: bool) -> str:
    """How the file of an answer's clip ends: its `index` counts from 1."""
    return f"{'-truth' if truth else ''}{f'-{index}' if index > 1 else ''}.mp4"


def number_of(key: str) -> int:
    """The number of the question in its key; 0 if it has none."""
    found = NUMBER.match(key)
    return int(found[1]) if found else 0


def _plain(verdict: Verdict) -> dict[str, float]:
    """A verdict with Python's numbers: judges may return NumPy's."""
    return {measure: float(value) for measure, value in verdict.items()}
