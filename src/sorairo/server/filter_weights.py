"""The weights of the output filter: NSFWJS (github.com/infinitered/nsfwjs), fetched with npm."""

from __future__ import annotations

from pathlib import Path

from sorairo.errors import MissingExtraError
from sorairo.packages import Package, folder_of

NSFWJS = Package(
    name="nsfwjs",
    version="4.4.0",
    registry="npm",
    digest="585cd178f3b994337c4d10a87b080d342fc52f8b9bf0085c4d1f345a3a1c5382",
    licence="MIT (Infinite Red, Inc.)",
    files=("dist/models/mobilenet_v2/*.js",),
)


def fetched() -> Path:
    """The folder of the weights, which are fetched into the cache if they are not there yet. Raises
    MissingExtraError."""
    try:
        return folder_of(NSFWJS)
    except MissingExtraError as error:
        raise MissingExtraError(
            f"{error} The output filter needs it; --no-filter-output serves without."
        ) from error
