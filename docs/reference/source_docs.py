"""Signatures, fields and their documentation, read from the source of classes and functions."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import sys
import textwrap
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

WIDTH = 88  # characters of a signature on one line
SELF = ("self", "cls")


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of a dataclass, a TypedDict or an error."""

    name: str
    type: str
    default: str  # "" where there is none
    description: str


def fields_of(cls: type) -> dict[str, Field]:
    """The fields of a class and of its bases, by name; a field that a subclass sets anew without a
    docstring keeps that of its base."""
    found: dict[str, Field] = {}
    for each in reversed(_bases(cls)):
        for field in _own_fields(each):
            inherited = found.get(field.name)
            if inherited and not field.description:
                field = dataclasses.replace(field, description=inherited.description)
            found[field.name] = field
    return found


def doc(thing: object) -> str:
    """The docstring of a class or function, without that of `object` or of a dataclass."""
    text = inspect.getdoc(thing) or ""
    generated = isinstance(thing, type) and text.startswith(f"{thing.__name__}(")
    return "" if generated else text


def public_members(cls: type) -> list[str]:
    """The public methods and properties that a class itself defines, in their order."""
    kinds = (property, classmethod, staticmethod)
    return [
        name
        for name, value in vars(cls).items()
        if not name.startswith("_") and (inspect.isfunction(value) or isinstance(value, kinds))
    ]


def signature(function: Any, name: str) -> str:
    """The definition line of a function without self and cls, split over lines if it is long."""
    node = _function(function)
    parameters = [each for each in _parameters(node.args) if each.split(":")[0] not in SELF]
    result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    line = f"{name}({', '.join(parameters)}){result}"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{name}(", *(f"    {each}," for each in parameters), f"){result}"])


def parameter_names(function: Any) -> list[str]:
    """The parameters of a function, without self and cls."""
    arguments = _function(function).args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [each.arg for each in every if each.arg not in SELF]


def property_type(value: property) -> str:
    """What a property returns, as it is annotated."""
    assert value.fget is not None
    returns = _function(value.fget).returns
    return ast.unparse(returns) if returns else ""


def _bases(cls: type) -> list[type]:
    """A class and its bases in this package, the class first."""
    if not typing.is_typeddict(cls):
        return [each for each in cls.__mro__ if _package(each) == _package(cls)]
    names = [base.id for base in _class_node(cls).bases if isinstance(base, ast.Name)]
    bases = [vars(sys.modules[cls.__module__]).get(name) for name in names]
    return [cls, *(each for base in bases if typing.is_typeddict(base) for each in _bases(base))]


def _package(cls: type) -> str:
    return cls.__module__.partition(".")[0]


def _own_fields(cls: type) -> Iterator[Field]:
    nodes = _class_node(cls).body
    for node, after in zip(nodes, [*nodes[1:], None], strict=True):
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        name, type_ = node.target.id, ast.unparse(node.annotation)
        if name.startswith("_") or type_.startswith("ClassVar"):
            continue
        yield Field(
            name=name, type=type_, default=_default(node.value), description=_literal(after)
        )


def _default(value: ast.expr | None) -> str:
    if value is None:
        return ""
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "field":
        options = {each.arg: each.value for each in value.keywords}
        if "default_factory" in options:
            return f"{ast.unparse(options['default_factory'])}()"
        return ast.unparse(options["default"]) if "default" in options else ""
    return ast.unparse(value)


def _literal(node: ast.stmt | None) -> str:
    """The text of a docstring below a field."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return inspect.cleandoc(node.value.value)
    return ""


def _parameters(arguments: ast.arguments) -> Iterator[str]:
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
    yield from map(_parameter, plain, defaults)
    if arguments.vararg:
        yield f"*{_parameter(arguments.vararg, None)}"
    elif arguments.kwonlyargs:
        yield "*"
    yield from map(_parameter, arguments.kwonlyargs, arguments.kw_defaults)
    if arguments.kwarg:
        yield f"**{_parameter(arguments.kwarg, None)}"


def _parameter(argument: ast.arg, default: ast.expr | None) -> str:
    typed = f"{argument.arg}: {ast.unparse(argument.annotation)}" if argument.annotation else ""
    text = typed or argument.arg
    if default is None:
        return text
    return f"{text} = {ast.unparse(default)}" if typed else f"{text}={ast.unparse(default)}"


def _function(function: Any) -> ast.FunctionDef:
    node = _parsed(inspect.unwrap(getattr(function, "__func__", function))).body[0]
    assert isinstance(node, ast.FunctionDef)
    return node


def _class_node(cls: type) -> ast.ClassDef:
    node = _parsed(cls).body[0]
    assert isinstance(node, ast.ClassDef)
    return node


def _parsed(thing: Any) -> ast.Module:
    return ast.parse(textwrap.dedent(inspect.getsource(thing)))
