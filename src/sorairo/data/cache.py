"""The cache folder: rendered clips, encoded latents and training runs."""

from __future__ import annotations

from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """The user's cache folder of sorairo."""
    return Path(platformdirs.user_cache_dir("sorairo"))
