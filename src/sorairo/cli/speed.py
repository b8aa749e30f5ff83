"""How fast results were made on this machine, kept in the cache folder, for `--dry-run`."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from sorairo.cli.options import CommonOptions
from sorairo.config import read_json
from sorairo.errors import SorairoError

WEIGHT = 0.5  # of the newest measurement against those before it


def estimated_seconds(units: float, common: CommonOptions) -> float | None:
    """Seconds that so many units of work take; None: no result was made with this model yet."""
    rate = _rates().get(_key(common))
    return None if rate is None else round(rate * units, 3)


def keep_speed(units: float, seconds: float, common: CommonOptions) -> None:
    """Keep how long so many units of work took."""
    from sorairo.video.atomic_write import whole_file

    rates, key, rate = _rates(), _key(common), seconds / max(units, 1e-9)
    rates[key] = rate if key not in rates else WEIGHT * rate + (1 - WEIGHT) * rates[key]
    with suppress(OSError, SorairoError):
        _file().parent.mkdir(parents=True, exist_ok=True)
        with whole_file(_file()) as temporary:
            temporary.write_text(json.dumps(rates))


def _key(common: CommonOptions) -> str:
    return f"{common.model.digest} {common.device or 'default'}"


def _rates() -> dict[str, float]:
    """Seconds of a unit of work by model and device."""
    with suppress(OSError, SorairoError):
        found = read_json(_file())
        if isinstance(found, dict):
            return {str(k): float(v) for k, v in found.items() if isinstance(v, int | float)}
    return {}


def _file() -> Path:
    from sorairo.data.cache import cache_folder

    return cache_folder() / "speed.json"
