"""The routers of the library, in the order in which paths are matched."""

from __future__ import annotations

from sorairo.server.api.library import labels, lists

LIBRARY_ROUTERS = (lists.router, labels.router)
