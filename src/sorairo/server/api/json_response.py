"""JSON responses that can always be encoded."""

from __future__ import annotations

import json
from typing import Any

from fastapi.responses import JSONResponse


class SafeJSONResponse(JSONResponse):
    """A JSON response in which a lone surrogate becomes "?", as in strings that an earlier version
    stored: one such row must not make a list unreadable."""

    def render(self, content: Any) -> bytes:
        return json_bytes(content)


def json_bytes(content: Any) -> bytes:
    """JSON in UTF-8, with "?" for every lone surrogate."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")
