"""Tasks write layouts, and the modules that fill a canvas do not depend on tasks."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import sorairo
from sorairo.generation import requests, tasks
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.metadata import REQUEST_TYPES
from sorairo.generation.tasks.registry import LAYOUTS

SOURCE = Path(sorairo.__file__).parent
BLIND = (
    "sampling/sampler",
    "sampling/window_sampling",
    "sampling/temporal_windows",
    "canvas/encode",
    "canvas/canvas",
)
TASK_MODULES = {each.name for each in pkgutil.iter_modules(tasks.__path__)}
TASKS = {"api", "requests"} | TASK_MODULES - {"layout"}

# What only a task may know: its name, or the name of its request.
WORDS = {*REQUEST_TYPES, "mode"}


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    """Last parts of the names of all modules and things that are imported."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {part for alias in node.names for part in alias.name.split(".")}
        elif isinstance(node, ast.ImportFrom):
            names |= {*(node.module or "").split("."), *(alias.name for alias in node.names)}
    return names


def strings(tree: ast.Module) -> set[str]:
    """All texts of the code, but for the docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    }


@pytest.mark.parametrize("name", BLIND)
def test_modules_that_fill_a_canvas_name_no_task(name: str):
    tree = tree_of(SOURCE / "generation" / f"{name}.py")
    assert not imported(tree) & TASKS
    assert not strings(tree) & WORDS
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not names & (WORDS - {"loop"}), "a canvas does not depend on the task"


def test_there_is_one_sampler_and_one_that_calls_it():
    """The engine fills canvases; large pictures, level by level, are the one other caller."""
    callers: dict[str, set[str]] = {"fill": set(), "sample": set()}
    for path in SOURCE.rglob("*.py"):
        tree = tree_of(path)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module in (
                "sorairo.generation.sampling.window_sampling",
                "sorairo.generation.sampling.sampler",
            ):
                for alias in node.names:
                    if alias.name in callers:
                        callers[alias.name].add(path.relative_to(SOURCE).as_posix())
    assert callers["fill"] == {"generation/engine.py"}
    assert callers["sample"] == {
        "generation/sampling/window_sampling.py",
        "generation/image_refinement.py",
    }


def test_every_task_writes_a_layout():
    public = [
        task
        for module in (importlib.import_module(f"{tasks.__name__}.{each}") for each in TASK_MODULES)
        for name, task in inspect.getmembers(module, inspect.isfunction)
        if task.__module__ == module.__name__
        and not name.startswith("_")
        and "spec" in inspect.signature(task).parameters
        and inspect.signature(task).parameters["spec"].kind is inspect.Parameter.KEYWORD_ONLY
    ]
    assert {task.__name__ for task in public} >= {
        *("text_to_video", "animate", "extend_forward", "extend_backward"),
        *("connect", "loop", "edit", "cast", "storyboard"),
    }
    for task in public:
        assert inspect.signature(task).return_annotation == "CanvasLayout", task.__name__


def subclasses(cls: type) -> set[type]:
    return {each for sub in cls.__subclasses__() for each in (sub, *subclasses(sub))}


def test_every_type_of_request_is_registered_and_has_a_layout():
    for module in pkgutil.walk_packages(requests.__path__, f"{requests.__name__}."):
        importlib.import_module(module.name)
    types = {
        each
        for each in subclasses(Request)
        if "command" in vars(each) and each.__module__.startswith(requests.__name__)
    }
    assert types == set(REQUEST_TYPES.values())
    assert types == set(LAYOUTS)
