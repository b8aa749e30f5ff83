"""MuJoCo, loaded so that it can live beside Triton, which PyTorch's builds for GPUs bring along.

Both the renderer in memory (OSMesa) and Triton carry an LLVM. Where Triton's is loaded second, the
process dies without a word; the other way round both work.
"""

import contextlib
import os

from sorairo.errors import MissingExtraError

if os.environ.get("MUJOCO_GL", "").lower().strip() == "osmesa":
    with contextlib.suppress(ImportError):
        import triton  # noqa: F401  # pyright: ignore[reportMissingImports]

try:
    import mujoco
except AttributeError as error:  # how PyOpenGL says that a library is not there
    raise MissingExtraError(
        "MuJoCo draws without a screen by OSMesa: sudo apt-get install libosmesa6"
        " (or set MUJOCO_GL=egl where there is a GPU)."
    ) from error

__all__ = ["mujoco"]
