"""The routers of the library, in the order in which paths are matched."""

from __future__ import annotations

from sorairo.server.api.library import (
    account,
    estimates,
    families,
    labels,
    lists,
    readings,
    recipes,
)

LIBRARY_ROUTERS = tuple(
    each.router for each in (lists, labels, estimates, readings, recipes, families, account)
)
