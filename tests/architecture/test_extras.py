"""A fresh clone has what it needs: every package that the source and the tests import is installed
by `pip install '.[dev]'`, so that pyright resolves it and no test misses it."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
BY_NAME = ("import_module", "find_spec", "importorskip")  # functions that take a module's name
ABSENT = "reportMissingImports"  # what pyright is told of a package that is not on every machine
OURS = ("tests", "benchmarks", "docs")  # tests import modules of these


def imported(source: str) -> Iterator[str]:
    """The top packages that a source imports: at the top, late, for type checking, or by name;
    without those that it says itself may be absent."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom) and ABSENT in lines[node.lineno - 1]:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in BY_NAME:
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value.split(".")[0]


def sources(folder: str) -> list[Path]:
    paths = (ROOT / folder).rglob("*.py")
    return [path for path in paths if "node_modules" not in path.parts]


@cache
def others(folder: str) -> set[str]:
    """The packages that a folder of the repository imports, without Python's and our own."""
    found = {name for path in sources(folder) for name in imported(path.read_text("utf-8"))}
    files = [path for each in OURS for path in sources(each)]
    ours = {path.stem for path in files} | {path.parent.name for path in files}
    return found - ours - sys.stdlib_module_names - {PROJECT["name"]}


def declared(extra: str, project: dict[str, Any] = PROJECT) -> Iterator[Requirement]:
    """What `pip install '.[extra]'` asks for, with the extras that an extra names."""
    extras = project["optional-dependencies"]
    for line in [*project["dependencies"], *extras[extra]]:
        requirement = Requirement(line)
        if requirement.name == project["name"]:
            for inner in requirement.extras:
                yield from declared(inner, project)
        else:
            yield requirement


def installed(requirements: Iterable[Requirement]) -> set[str]:
    """The distributions that come with some requirements on this machine."""
    waiting, seen = list(requirements), set[tuple[str, str]]()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        for extra in {"", *requirement.extras} - {each for known, each in seen if known == name}:
            seen.add((name, extra))
            try:
                needed = [Requirement(line) for line in requires(name) or ()]
            except PackageNotFoundError:
                continue
            waiting += [
                each for each in needed if not each.marker or each.marker.evaluate({"extra": extra})
            ]
    return {name for name, _ in seen}


found_in = cache(packages_distributions)


def missing(packages: set[str], requirements: Iterable[Requirement]) -> set[str]:
    """The packages that no requirement brings."""
    there, found = installed(requirements), found_in()
    return {
        package
        for package in packages
        if there.isdisjoint(map(canonicalize_name, found.get(package, [package])))
    }


def test_what_is_imported_is_installed_with_dev():
    """If this fails, add the package to an extra in pyproject.toml that `dev` names."""
    assert missing(others("src") | others("tests"), declared("dev")) == set()


def test_an_extra_that_dev_forgets_is_noticed():
    extras = PROJECT["optional-dependencies"]
    dev = [line.replace("quantised,", "") for line in extras["dev"]]
    assert dev != extras["dev"]
    short = {**PROJECT, "optional-dependencies": {**extras, "dev": dev}}
    assert missing(others("src"), declared("dev", short)) == {"gguf", "torchao"}


def test_imports_are_found_wherever_they_stand():
    source = """
import a.b
def late():
    from c.d import e
    importlib.import_module("f.g")
    pytest.importorskip("h")
    import i  # pyright: ignore[reportMissingImports]
"""
    assert set(imported(source)) == {"a", "c", "f", "h"}
