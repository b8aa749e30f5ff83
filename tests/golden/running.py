"""Running `sorairo` in float32 on one thread, with a cache of its own."""

from __future__ import annotations

import contextlib
import io
import os
import runpy
import sys
import traceback
from pathlib import Path

# Before torch is imported: one thread; and no instructions newer than AVX2, of which those for
# bfloat16 are, so that the program computes in float32 and in the same order on most machines.
FIXED = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "LP_NUM_THREADS": "0",
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_CBWR": "AVX2",
    "CUDA_VISIBLE_DEVICES": "",
    "TOKENIZERS_PARALLELISM": "false",
    "TQDM_DISABLE": "1",
}


def fix(folder: Path) -> None:
    """Sets the environment of this process and of those it starts; caches lie in `folder`."""
    if "torch" in sys.modules:
        raise RuntimeError("torch is imported already: it has read the environment")
    os.environ |= FIXED | {"XDG_CACHE_HOME": str(folder / "cache"), "HOME": str(folder)}
    for name in [name for name in os.environ if name.startswith("SORAIRO_")]:
        del os.environ[name]


def sorairo(folder: Path, *words: str) -> str:
    """Runs `python -m sorairo WORDS` in `folder`, inside this process, for speed; its output.

    Raises RuntimeError where it fails.
    """
    out, err = io.StringIO(), io.StringIO()
    before, code = sys.argv, 0
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        sys.argv = ["sorairo", *words]
        try:
            runpy.run_module("sorairo", run_name="__main__")
        except SystemExit as ending:
            code = ending.code
        except Exception:
            code = traceback.format_exc()
        finally:
            sys.argv = before
    if code:
        raise RuntimeError(f"sorairo {' '.join(words)}: {code}\n{err.getvalue()[-3000:]}")
    return out.getvalue()
