"""MuJoCo, loaded so that it can live beside Triton, which PyTorch's builds for GPUs bring along.

Both the renderer in memory (OSMesa) and Triton carry an LLVM. Where Triton's is loaded second, the
process dies without a word; the other way round both work.
"""

import contextlib
import os

if os.environ.get("MUJOCO_GL", "").lower().strip() == "osmesa":
    with contextlib.suppress(ImportError):
        import triton  # noqa: F401  # pyright: ignore[reportMissingImports]

import mujoco

__all__ = ["mujoco"]
