"""Ranges of the numbers of a configuration."""

from __future__ import annotations

import math
from typing import Any

from sorairo.errors import ConfigError


def check_range(
    owner: Any,
    where: str,
    names: str,
    least: float,
    most: float = math.inf,
    *,
    beyond: bool = False,
) -> None:
    """Raises ConfigError for a field of `owner` in `names` (with spaces between) that is not from
    `least` to `most`, or, with `beyond`, `least` itself. None is in every range. `where` names the
    owner in the error, such as "loop."."""
    for name in names.split():
        value = getattr(owner, name)
        if value is None or ((least < value if beyond else least <= value) and value <= most):
            continue
        reach = f"more than {least:g}" if beyond else f"{least:g} or more"
        if most < math.inf:
            reach = f"{least:g} to {most:g}"
        raise ConfigError(f"{where}{name} is {value:g}: choose {reach}.")
