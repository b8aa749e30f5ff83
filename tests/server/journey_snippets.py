"""The other snippets of docs/moving-from-sora.md, on the shipped model: `make sdks`."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.test_moving import check_snippet
from serving import Running


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["js", "sh"])
def test_a_snippet_generates_a_clip(server: Running, tmp_path: Path, kind: str):
    check_snippet(server, tmp_path, kind)
