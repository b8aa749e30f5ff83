"""The routers of the library, in the order in which paths are matched."""

from __future__ import annotations

from sorairo.server.api.library import (
    account,
    derived,
    estimates,
    exports,
    families,
    imports,
    labels,
    lists,
    readings,
    recipes,
)

LIBRARY_ROUTERS = tuple(
    each.router
    for each in (
        *(lists, labels, exports, imports, estimates, readings),
        *(recipes, families, derived, account),
    )
)
