"""What the server says can be put into other languages: errors carry codes, and the page of the
studio has a Chinese sentence for each."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import sorairo
from sorairo.generation.requests.metadata import REQUEST_TYPES
from sorairo.generation.requests.storyboard.times import BoardTable, CardTable
from sorairo.server.api.fields.scalars import Choice
from sorairo.server.api.fields.table import TABLE
from sorairo.world.tabletop.language.reading.scene_words import SPEC_FIELDS

ROOT = Path(__file__).parents[2]
SOURCE = Path(sorairo.__file__).parent
WORDS = SOURCE / "server" / "studio" / "static" / "i18n" / "zh"
ENTRY = re.compile(r'^  (\w+): "((?:[^"\\]|\\.)*)",$', re.M)
# Of each kind of error, the place of its message.
MESSAGE = {
    "RequestError": 0,
    "PromptNotUnderstoodError": 0,
    "ContentRefusedError": 0,
    "QuotaError": 0,
    "ApiError": 1,
    "invalid_value": 1,
    "error": 1,
}
SENTENCES = {"Note", "sentence_of", "within", "note_from_json"}
SENTENCES |= {"too_large_for_server", "_out_of_range", "_misread"}  # functions that return a `Note`
PLACES = ("generation/requests", "generation/tasks", "generation/canvas", "jobs", "server")
# Whose errors a person at the page never meets: other clients, the game, and the command line.
ELSEWHERE = re.compile(
    r"server/(mcp|play|player)/|server/worker/play_main|server/supervisor"
    r"|server/api/(play|dialects|batch)|server/api/fields/batch_fields|storyboard/toml\.py|jobs/keys"
)


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[tuple[str, ...], str]]:
    monkeypatch.syspath_prepend(ROOT / "docs" / "reference")
    return importlib.import_module("error_codes").codes()


def chinese() -> dict[str, str]:
    texts = [(WORDS / name).read_text(encoding="utf-8") for name in ("details.js", "notes.js")]
    return dict(entry for text in texts for entry in ENTRY.findall(text))


def test_every_code_has_a_chinese_sentence(codes: dict[str, tuple[tuple[str, ...], str]]):
    assert len(codes) > 150
    assert codes["too_long"][0] == ("seconds", "most")
    assert set(chinese()) == set(codes)


def test_chinese_sentences_name_only_values_that_are_sent(
    codes: dict[str, tuple[tuple[str, ...], str]],
):
    for code, text in chinese().items():
        assert set(re.findall(r"\{(\w+)\}", text)) <= set(codes[code][0]), code


# Words that a Chinese sentence has in Latin letters: names, formats, units, and commands.
LATIN = """sorairo serve keys create models pull allow host origin Self Forcing self_forcing LoRA
JSON TOML toml UTF HEIF AVIF base64 H AAC x x288 mp4 mov webm mkv png jpg webp PNG JPEG WebP MP4 MOV
WebM MKV GIF zip Sora sora exodus OpenAI CSV GB MB B Ctrl D Z Alt Shift Delete"""


def test_chinese_sentences_have_no_english_words():
    found = {
        f"{path.stem}: {text}"
        for path in sorted(WORDS.glob("*.js"))
        for text in re.findall(r'"((?:[^"\\]|\\.)*)"(?!:)', path.read_text(encoding="utf-8"))
        if set(re.findall(r"[A-Za-z_]+\d*", re.sub(r"\{\w+\}", "", text))) - set(LATIN.split())
    }
    assert found == set()


def test_values_that_are_words_of_the_api_have_chinese_names():
    """Fields, settings of storyboards, choices, parameters of addresses, and tasks."""
    names = dict(ENTRY.findall((WORDS / "names.js").read_text(encoding="utf-8")))
    choices = [
        each for field in TABLE if isinstance(field.type, Choice) for each in field.type.values
    ]
    parameters = [
        name
        for path in sorted((SOURCE / "server" / "api").rglob("*.py"))
        for name in re.findall(r"(\w+): [^=\n]+ = Query\(", path.read_text(encoding="utf-8"))
    ]
    words = {
        *(field.name for field in TABLE),
        *choices,
        *parameters,
        *(field.name for table in (BoardTable, CardTable) for field in dataclasses.fields(table)),
        *SPEC_FIELDS,
        *REQUEST_TYPES,
    }
    assert {word for word in words if word.isidentifier()} - set(names) == set()


def test_errors_that_people_at_the_page_meet_have_codes():
    bare = [
        f"{path.relative_to(SOURCE)}:{call.lineno}"
        for place in PLACES
        for path in sorted((SOURCE / place).rglob("*.py"))
        if not ELSEWHERE.search(path.relative_to(SOURCE).as_posix())
        for call, message in messages(ast.parse(path.read_text(encoding="utf-8")))
        if not is_sentence(message)
    ]
    assert bare == []


def messages(tree: ast.AST) -> Iterator[tuple[ast.Call, ast.expr]]:
    """Errors and their messages, which may be variables of the same function."""
    functions = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)]
    for function in [*functions, tree]:
        nodes = list(ast.walk(function))
        texts = {
            target.id: node.value
            for node in nodes
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        arguments = {each.arg for each in nodes if isinstance(each, ast.arg)}
        for node in nodes:
            if isinstance(node, ast.Call) and called(node) in MESSAGE:
                place = MESSAGE[called(node)]
                message = node.args[place] if len(node.args) > place else None
                if isinstance(message, ast.Name):
                    if message.id in arguments or function is tree:
                        continue
                    message = texts.get(message.id, message)
                if message is not None and not is_log(node):
                    yield node, message


def called(call: ast.Call) -> str:
    name = call.func
    return name.id if isinstance(name, ast.Name) else getattr(name, "attr", "")


def is_log(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "log"


def is_sentence(message: ast.expr) -> bool:
    if isinstance(message, ast.IfExp):
        return is_sentence(message.body) and is_sentence(message.orelse)
    if isinstance(message, ast.Subscript):  # the first argument of an error
        return ast.unparse(message) == "error.args[0]"
    return isinstance(message, ast.Call) and called(message) in SENTENCES
