"""The package on PyPI has everything that is shipped, within the limit for a file there."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "src" / "sorairo"
LIMIT = 100e6  # bytes of a file on PyPI, where no larger one is asked for
LEFT_OUT = {"__pycache__"}


def test_the_wheel_with_all_weights_is_within_the_limit_of_the_index():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as wheel:  # as a wheel is packed
        for path in sorted(PACKAGE.rglob("*")):
            if path.is_file() and not LEFT_OUT & set(path.parts):
                wheel.write(path, path.relative_to(PACKAGE.parent))
        names = wheel.namelist()
    assert any(name.endswith("crafter/denoiser.safetensors") for name in names)
    assert len(buffer.getvalue()) <= LIMIT
