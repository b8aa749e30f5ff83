"""Every environment variable that the program uses is in the table of docs/deployment.md."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "deployment.md"
READERS = ("os.environ.get", "os.environ.setdefault", "os.environ.pop", "os.getenv")
# Names that are not literals: a constant, and the variables that are passed on to processes.
CONSTANTS = {"KEY": "SORAIRO_EXPAND_KEY", "SAFE_PATH": "PYTHONSAFEPATH"}
PASSED_ON = {("uploads/sandbox.py", "name"), ("sorairo/processes.py", "name")}


def used() -> set[str]:
    """The names that are read or set in the source; "?" followed by the place if unknown."""
    names = set()
    for path in (ROOT / "src" / "sorairo").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            argument = None
            if isinstance(node, ast.Call) and ast.unparse(node.func) in READERS:
                argument = node.args[0]
            elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
                argument = node.slice
            elif isinstance(node, ast.keyword) and node.arg == "envvar":
                argument = node.value
            if argument is not None:
                names |= _name(argument, path)
    return names


def _name(argument: ast.expr, path: Path) -> set[str]:
    if isinstance(argument, ast.Constant):
        return {str(argument.value)}
    text = ast.unparse(argument)
    if any(str(path).endswith(end) and text == name for end, name in PASSED_ON):
        return set()
    return {CONSTANTS.get(text, f"? {path.name}: {text}")}


def test_the_table_lists_the_variables():
    section = (
        PAGE.read_text(encoding="utf-8").split("## Environment variables")[1].split("\n## ")[0]
    )
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", section, re.M)) == used()
