"""Shapes and types of calls are checked under pytest: every parameter and every result."""

from __future__ import annotations

import pytest
import torch
from jaxtyping import Float, TypeCheckError, jaxtyped
from torch import Tensor

from sorairo.flow.guidance import Guidance, guide
from strict_types import check


@jaxtyped(typechecker=check)
def scaled(x: Float[Tensor, "n d"], by: float, *, turn: bool = False) -> Float[Tensor, "n d"]:
    return x.T * by if turn else x * by


@jaxtyped(typechecker=check)
def counted(*sizes: int, **named: int) -> int | None:
    return sum(sizes) + sum(named.values()) if named else "none"  # type: ignore[return-value]


def test_a_parameter_of_another_shape_or_type_is_refused():
    wide = torch.zeros(2, 3)
    assert scaled(wide, 2).shape == (2, 3), "an int is welcome as a float"
    for wrong in (torch.zeros(2), torch.zeros(2, 3, dtype=torch.long), None):
        with pytest.raises(TypeCheckError, match="parameters of"):
            scaled(wrong, 2.0)
    with pytest.raises(TypeCheckError, match="parameters of"):
        scaled(wide, "2")


def test_a_result_of_another_shape_or_type_is_refused():
    assert scaled(torch.zeros(3, 3), 2.0, turn=True).shape == (3, 3)
    with pytest.raises(TypeCheckError, match="return value of"):
        scaled(torch.zeros(2, 3), 2.0, turn=True)
    assert counted(1, 2, more=3) == 6
    with pytest.raises(TypeCheckError, match="return value of"):
        counted(1, 2)


def test_the_package_is_checked():
    """Functions, and dataclasses when they are made."""
    assert guide(torch.ones(2), torch.zeros(2), 3).tolist() == [3, 3]
    with pytest.raises(TypeCheckError, match=r"guidance\.guide"):
        guide(torch.ones(2), torch.zeros(2, dtype=torch.long), 3.0)
    with pytest.raises(TypeCheckError, match="Guidance"):
        Guidance(scale="2")  # type: ignore[arg-type]
