"""Each family of Wan, tiny and with random weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from sorairo.generation.engine import Engine, load
from tiny_wan import ALL, write_wan


@pytest.fixture(scope="module")
def wan_folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Their folders, by name."""
    root = tmp_path_factory.mktemp("wan")
    return {name: write_wan(root / name, name) for name in ALL}


@pytest.fixture(scope="module")
def wan_engines(wan_folders: dict[str, Path]) -> dict[str, Engine]:
    """Them, loaded, by name."""
    return {name: load(folder, device="cpu") for name, folder in wan_folders.items()}
