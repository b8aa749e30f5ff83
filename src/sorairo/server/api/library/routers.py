"""The routers of the library, in the order in which paths are matched."""

from __future__ import annotations

from sorairo.server.api.library import (
    account,
    estimates,
    families,
    keys,
    labels,
    lists,
    readings,
    recipes,
)
from sorairo.server.api.library.downloads import derived, exports, films
from sorairo.server.api.library.intake import cuts, imports

LIBRARY_ROUTERS = tuple(
    each.router
    for each in (
        *(lists, labels, exports, films, imports, cuts, estimates, readings),
        *(recipes, families, derived, account, keys),
    )
)
