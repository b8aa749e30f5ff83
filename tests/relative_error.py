"""What tests that compare with another implementation share."""

from __future__ import annotations

from torch import Tensor


def relative_error(found: Tensor, wanted: Tensor) -> float:
    """The norm of the difference, relative to that of what is wanted."""
    found, wanted = found.float(), wanted.float()
    return float((found - wanted).norm() / wanted.norm())
