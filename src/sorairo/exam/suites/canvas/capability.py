"""What all suites about the capabilities of a model have in common."""

from __future__ import annotations

from typing import TypedDict


class CapabilitySettings(TypedDict):
    """Fields of a `Suite`."""

    columns: tuple[str, ...]
    batch_size: int
    needs_engine: bool
    timed: bool


CAPABILITY = CapabilitySettings(
    columns=("model", "truth", "codec"), batch_size=1, needs_engine=True, timed=True
)
"""The questions call the model's methods, some of them several times, so they are asked one by
one."""
