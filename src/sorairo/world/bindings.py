"""Imports MuJoCo in a way that works together with Triton, a part of PyTorch's GPU builds.

OSMesa, which renders in memory, and Triton each contain an LLVM. If Triton's is loaded second, the
process crashes without a message; if it is loaded first, both work. So all worlds import
MuJoCo from this module.
"""

import contextlib
import os
import sys

from sorairo.errors import MissingExtraError

# MuJoCo chooses its OpenGL library when first imported. Without a display, render in memory.
if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
    os.environ.setdefault("MUJOCO_GL", "osmesa")
if os.environ.get("MUJOCO_GL", "").lower().strip() == "osmesa":
    with contextlib.suppress(ImportError):
        import triton  # noqa: F401  # pyright: ignore[reportMissingImports]

try:
    import mujoco
except AttributeError as error:  # how PyOpenGL says that a library is not there
    raise MissingExtraError(
        "MuJoCo needs OSMesa to render without a display: sudo apt-get install libosmesa6"
        " (or set MUJOCO_GL=egl where there is a GPU)."
    ) from error

__all__ = ["mujoco"]
