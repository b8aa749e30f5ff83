"""The type checker that jaxtyping runs on every call under pytest (see pyproject.toml)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from beartype import BeartypeConf, beartype

_checked = beartype(conf=BeartypeConf(is_pep484_tower=True))  # an int is welcome as a float


def check(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, whose types are checked when it is called.

    beartype writes the checks at the first call: a test calls few of the functions that it imports.
    jaxtyping calls one function with the parameters, and once there is a result, another one with
    the parameters and the result. That one checks the result alone, with the shapes of the
    parameters, which jaxtyping keeps.
    """
    checked: Callable[..., Any] | None = None

    def call(*positional: Any, **named: Any) -> Any:
        nonlocal checked
        if checked is None:
            checked = _result_check(function) or _checked(function)
        return checked(*positional, **named)

    return call


def _result_check(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """The check of a result, which jaxtyping gives as the last keyword; None if `function` takes
    parameters only."""
    kind = function.__annotations__.get("return", Any)
    if kind is Any:
        return None
    code = function.__code__
    name = code.co_varnames[code.co_argcount + code.co_kwonlyargcount - 1]

    def result(value: Any) -> Any:
        return value

    result.__annotations__ = {"return": kind}
    result.__module__, result.__qualname__ = function.__module__, function.__qualname__
    checked = _checked(result)
    return lambda *_positional, **named: checked(named[name])
