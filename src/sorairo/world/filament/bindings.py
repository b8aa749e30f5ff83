"""MuJoCo's bindings of Filament, and the rendering context of this process."""

# pyright: reportAttributeAccessIssue=false, reportMissingImports=false
# (MuJoCo's bindings are compiled and have no stubs.)

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sorairo.errors import MissingExtraError
from sorairo.world.bindings import mujoco

__all__ = ["context", "mjrf", "mujoco"]

importlib.import_module("mujoco.studio._studio")  # registers the materials
mjrf: Any = importlib.import_module("mujoco.mjrf")


@cache
def context() -> Any:
    """The rendering context of this process. The first call takes seconds.

    Raises:
        MissingExtraError: There is no Vulkan driver.
    """
    config = mjrf.ContextConfig()
    config.graphics_api = mjrf.GraphicsApi.GRAPHICS_API_VULKAN
    config.software_rendering = not os.environ.get("SORAIRO_RENDER_ON_GPU")
    try:
        with _silenced():
            return mjrf.Context(config)
    except Exception as error:
        raise MissingExtraError(
            "Rendering this world needs a Vulkan driver: "
            "sudo apt-get install mesa-vulkan-drivers libvulkan1"
        ) from error


@contextmanager
def _silenced() -> Iterator[None]:
    """Keeps Filament's own messages off the streams of this process until the block ends."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [(stream, os.dup(stream)) for stream in (1, 2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for stream, _ in kept:
            os.dup2(nowhere, stream)
        yield
    finally:
        for stream, copy in kept:
            os.dup2(copy, stream)
            os.close(copy)
        os.close(nowhere)
