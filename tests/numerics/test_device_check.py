"""A device is compared with the CPU before it is used."""

from __future__ import annotations

import pytest
import torch

from sorairo.errors import RequestError
from sorairo.generation.engine import load
from sorairo.models.sizing import device_check
from sorairo.models.sizing.device_check import check_device, device_errors, needs_check


def test_a_device_that_computes_as_the_cpu_does():
    errors = device_errors(torch.device("cpu"))
    assert set(errors) == {"block", "decode"}
    assert all(error < 0.03 for error in errors.values())
    assert not needs_check(torch.device("cpu"))
    assert needs_check(torch.device("mps"))


def test_a_device_that_does_not_is_refused(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(RequestError, match="meta cannot compute the networks"):
        load(device="meta")
    monkeypatch.setattr(device_check, "compute_dtype", lambda _device: torch.float8_e5m2)
    with pytest.raises(RequestError, match="choose cpu"):
        check_device(torch.device("cpu", 0))
