"""The layout of the source: small files and functions, no import cycle, nothing imported late, and
none of the names that were retired (see docs/glossary.md)."""

from __future__ import annotations

import ast
import statistics
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import sorairo

SOURCE = Path(sorairo.__file__).parent
MAX_FILE, MAX_MEDIAN_FILE = 300, 120  # lines
MAX_FUNCTION_P95 = 30  # lines
MAX_FILES_IN_FOLDER = 15
ONE_FILE_EACH = {"cli", "server/api"}  # one file a command, one file a group of routes
# Imports inside functions keep the public API quick to import: a clip reads and writes files with
# PyAV only when it is asked to, and `sorairo.training.main` loads torch.
LAZY = {"__init__.py", "training/__init__.py", "video/clip.py"}
RETIRED_WORDS = {"told", "untold", "shares", "dearest", "alike", "heard", "evened", "gathered"}
RETIRED_CLASSES = {
    *("Draft", "Surface", "Kept", "Made", "Loose", "Moment", "Diary", "Page", "Clerk", "Order"),
    *("Crew", "Rounds", "Postman", "Bounded", "Guarded", "Measured", "Bounds", "Answering"),
    *("Places", "Taste", "Kind", "Sitting", "Marked", "Wear", "Voice", "Bundle"),
}


def modules() -> dict[str, Path]:
    """Every module by its dotted name."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


@cache
def trees() -> dict[str, ast.Module]:
    """The modules parsed, when the first test wants them: every process collects this file."""
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}


def relative(name: str) -> str:
    return MODULES[name].relative_to(SOURCE).as_posix()


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imported(tree: ast.AST) -> set[str]:
    """Our own modules that a tree imports anywhere: at the top, late, or for type checking only."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in MODULES else node.module)
    return found & set(MODULES)


def cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that reach one another (Tarjan's strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in graph[name] - {name}:
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1:
                found.append(sorted(group))

    for name in graph:
        if name not in index:
            visit(name)
    return found


def identifiers(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.arg | ast.keyword) and node.arg:
            yield node.arg
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.alias):
            yield node.asname or node.name


def bare_identifiers(tree: ast.AST) -> set[str]:
    """The identifiers of a tree, without the underscores around them."""
    return {each.strip("_") for each in identifiers(tree)}


def classes(tree: ast.AST) -> set[str]:
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}


def test_no_modules_import_one_another():
    assert cycles({name: imported(tree) for name, tree in trees().items()}) == []


def test_cycles_are_found():
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a", "d"}}
    assert cycles(graph) == [["a", "b", "c"]]


def test_our_own_modules_are_imported_at_the_top():
    late = {
        f"{relative(name)}:{function.name}"
        for name, tree in trees().items()
        if not relative(name).startswith("cli/") and relative(name) not in LAZY
        for function in functions(tree)
        if imported(function)
    }
    assert late == set()


def test_files_and_functions_are_small():
    lengths = {name: len(MODULES[name].read_text().splitlines()) for name in MODULES}
    assert {name: n for name, n in lengths.items() if n > MAX_FILE} == {}
    assert statistics.median(n for n in lengths.values() if n > 1) <= MAX_MEDIAN_FILE
    sizes = sorted(
        (function.end_lineno or 0) - function.lineno + 1
        for tree in trees().values()
        for function in functions(tree)
    )
    assert sizes[int(0.95 * len(sizes))] <= MAX_FUNCTION_P95


def test_folders_hold_few_files():
    counts = Counter(
        path.parent.relative_to(SOURCE).as_posix()
        for path in MODULES.values()
        if path.name != "__init__.py"
    )
    crowded = {folder: n for folder, n in counts.items() if n > MAX_FILES_IN_FOLDER}
    assert set(crowded) <= ONE_FILE_EACH


def test_retired_names_are_gone():
    found = {
        name: RETIRED_WORDS & {*name.split("."), *bare_identifiers(tree)}
        | RETIRED_CLASSES & classes(tree)
        for name, tree in trees().items()
    }
    assert {name: words for name, words in found.items() if words} == {}


def test_retired_names_are_found():
    assert bare_identifiers(ast.parse("def f(a): return a._told")) & RETIRED_WORDS == {"told"}
    assert classes(ast.parse("class Draft: pass")) == {"Draft"}


def test_every_folder_says_what_lives_there():
    packages = [name for name, path in MODULES.items() if path.name == "__init__.py"]
    assert [name for name in packages if not ast.get_docstring(trees()[name])] == []
