"""The journal of a run: what was measured at each logged step."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor


class Journal:
    """Appends to `log.jsonl` in the folder of the run, and to TensorBoard where it is installed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.lines = (folder / "log.jsonl").open("a")
        self.board = None
        try:
            from torch.utils.tensorboard import SummaryWriter

            self.board = SummaryWriter(str(folder / "tensorboard"))
        except ImportError:
            pass

    def write(self, step: int, values: Mapping[str, float | Tensor]) -> None:
        """One line of the journal."""
        self.lines.write(json.dumps({"step": step, **values}) + "\n")
        self.lines.flush()
        for name, value in values.items():
            if self.board is not None:
                self.board.add_scalar(name, value, step)

    def close(self) -> None:
        self.lines.close()
        if self.board is not None:
            self.board.close()
