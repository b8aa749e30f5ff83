"""The reference pages are up to date with their script, and nothing public is undocumented."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "reference"
MODULES = ("command_line", "python_api", "http_api")


@pytest.fixture(autouse=True)
def scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(FOLDER)


def loaded(name: str):
    return importlib.import_module(name)


@pytest.mark.parametrize(
    "page", ["command-line.md", "python.md", "http.md", "words.md", "errors.md"]
)
def test_a_page_is_what_the_script_writes(page: str):
    written = (FOLDER / page).read_text(encoding="utf-8")
    assert written == loaded("pages").text(page), "run python docs/reference/make.py"


def test_all_pages_are_listed_in_the_index():
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    for page in loaded("pages").PAGES:
        assert f"(reference/{page})" in index


@pytest.mark.parametrize("module", MODULES)
def test_nothing_public_is_undocumented(module: str):
    assert loaded(module).undocumented() == []


def test_an_undocumented_command_or_option_is_found():
    @click.group()
    def root():
        """Has help."""

    @root.command("bare")
    @click.option("--option")
    def bare(option: str):
        pass

    assert loaded("command_line").undocumented(root) == ["sorairo bare", "sorairo bare --option"]


@dataclass
class Bare:
    documented: int
    """What it is."""
    silent: int

    def method(self, parameter: int) -> None:
        """What it does."""


def test_an_undocumented_class_field_or_parameter_is_found():
    found = loaded("python_api").undocumented([Bare])
    assert found == ["Bare", "Bare.silent", "Bare.method(parameter)"]


def test_an_undocumented_route_or_property_is_found():
    schema = {"type": "object", "properties": {"a": {"type": "string", "description": "A letter."}}}
    inner = {"type": "object", "properties": {"b": {"type": "array", "items": schema}, "c": {}}}
    route = {"parameters": [{"name": "id", "schema": {"type": "string"}}], "responses": {}}
    api = {"paths": {"/x": {"get": route}}, "components": {"schemas": {"X": inner}}}
    assert loaded("http_api").undocumented(api) == ["GET /x", "GET /x id", "X b", "X c"]
