"""The journal of a run: what was measured at each logged step."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from sorairo.video.atomic_write import one_sentence, whole_file


class Journal:
    """Appends to `log.jsonl` in the folder of the run, and to TensorBoard where it is installed.

    A run that continues at `step` removes what was written about later steps before it stopped: it
    does them again. Raises WriteError where the system refuses, as on a full disk.
    """

    def __init__(self, folder: Path, step: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "log.jsonl"
        _keep_until(step, path)
        self.path = path
        with one_sentence(path):
            self.lines = path.open("a", encoding="utf-8")
        self.board = None
        try:
            from torch.utils.tensorboard import SummaryWriter

            self.board = SummaryWriter(str(folder / "tensorboard"), purge_step=step + 1)
        except ImportError:
            pass

    def write(self, step: int, values: Mapping[str, float | Tensor]) -> None:
        """One line of the journal."""
        with one_sentence(self.path):
            self.lines.write(json.dumps({"step": step, **values}) + "\n")
            self.lines.flush()
            for name, value in values.items():
                if self.board is not None:
                    self.board.add_scalar(name, value, step)

    def close(self) -> None:
        with one_sentence(self.path):
            try:
                self.lines.close()
            finally:
                if self.board is not None:
                    self.board.close()


def _keep_until(step: int, path: Path) -> None:
    """Removes the lines of later steps, and those that a crash has cut."""
    if not path.exists():
        return
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    kept = [line for line in lines if _is_of(line, step)]
    if kept != lines:
        with whole_file(path) as temporary:
            temporary.write_text("".join(kept), encoding="utf-8")


def _is_of(line: str, step: int) -> bool:
    """Whether a line is whole and of the first `step` steps."""
    try:
        return line.endswith("\n") and json.loads(line)["step"] <= step
    except (ValueError, TypeError, KeyError):
        return False
