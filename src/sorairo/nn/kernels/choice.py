"""Whether kernels other than torch's own may be used."""

from __future__ import annotations

import os


def may_replace_torch() -> bool:
    """False where the user has set SORAIRO_KERNELS to "torch"."""
    return os.environ.get("SORAIRO_KERNELS") != "torch"
