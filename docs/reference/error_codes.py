"""The page of codes: what the API's errors and notes say, for programs."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import sorairo
from sorairo.server.uploads.sandbox import ERROR_MESSAGES

INTRODUCTION = """# Codes of errors and notes

An error of the HTTP API and the `error` of a failed video may have a `detail`: a `code`, which does
not change, and the `values` that stand in the sentence, by name. Clients put them into other
languages, as the page of `sorairo serve` does. The codes of notes (`note_details`) are listed, too.
A sentence may differ by the place at which the error arises; parts in braces are filled in.

| code | values | sentence |
|---|---|---|
"""
SOURCE = Path(sorairo.__file__).parent
PER_KIND = "media_"  # the code of a file that the sandbox cannot decode ends in the kind of error


def page() -> str:
    """The page in Markdown."""
    return INTRODUCTION + "".join(
        f"| `{code}` | {', '.join(f'`{name}`' for name in names)} | {sentence} |\n"
        for code, (names, sentence) in sorted(codes().items())
    )


def codes() -> dict[str, tuple[tuple[str, ...], str]]:
    """The names of the values, and a sentence, of every code in the source."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "Note(" in text:
            for code, names, sentence in _notes(ast.parse(text)):
                found[code].append((names, sentence))
    for kind, sentence in ERROR_MESSAGES.items():
        found[f"{PER_KIND}{kind}"].append(((), sentence))
    return {code: max(each, key=lambda pair: len(pair[0])) for code, each in found.items()}


def _notes(tree: ast.AST) -> list[tuple[str, tuple[str, ...], str]]:
    texts = _assigned(tree)
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id != "Note" or not isinstance(node.args[1], ast.Constant):
            continue
        values = {each.arg: each.value for each in node.keywords if each.arg}
        names = {ast.unparse(each): name for name, each in values.items()}
        sentence = node.args[0]
        if isinstance(sentence, ast.Name):
            sentence = texts.get((sentence.id, node.lineno), sentence)
        found.append((str(node.args[1].value), tuple(values), _sentence(sentence, names)))
    return found


def _assigned(tree: ast.AST) -> dict[tuple[str, int], ast.expr]:
    """Texts by the name that they are assigned to, and the line of the note that follows."""
    found: dict[tuple[str, int], ast.expr] = {}
    nodes = [each for each in ast.walk(tree) if isinstance(each, ast.Assign | ast.Call)]
    last: dict[str, ast.expr] = {}
    for node in sorted(nodes, key=lambda each: each.lineno):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if isinstance(node.value, ast.JoinedStr | ast.Constant):
                last[node.targets[0].id] = node.value
        elif isinstance(node, ast.Call):
            found |= {(name, node.lineno): text for name, text in last.items()}
    return found


def _sentence(node: ast.expr, names: dict[str, str]) -> str:
    if isinstance(node, ast.Constant):
        return _cell(str(node.value))
    if not isinstance(node, ast.JoinedStr):
        return ""
    parts = []
    for each in node.values:
        if isinstance(each, ast.Constant):
            parts.append(str(each.value))
        elif isinstance(each, ast.FormattedValue):
            written = ast.unparse(each.value)
            parts.append("{" + names.get(written, "...") + "}")
    return _cell("".join(parts))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
