"""The widest transformer against that of diffusers, of which one block has 1.4 GB: `make wan`."""

from __future__ import annotations

from pathlib import Path

import pytest

from parity.test_transformer import check_one_block


@pytest.mark.timeout(600)
def test_one_block_of_14b(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    check_one_block("wan2.2-i2v-14b", tmp_path, monkeypatch)
