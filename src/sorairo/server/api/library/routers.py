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
from sorairo.server.api.library.downloads import derived, exports
from sorairo.server.api.library.intake import imports

LIBRARY_ROUTERS = tuple(
    each.router
    for each in (
        *(lists, labels, exports, imports, estimates, readings),
        *(recipes, families, derived, account),
    )
)
