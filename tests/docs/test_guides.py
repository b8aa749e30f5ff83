"""Links of all pages lead somewhere, and the guides' commands and prompts are understood."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from sorairo.cli.main import app
from sorairo.world.tabletop.language.service import TabletopLanguage

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
GUIDES = ("README.md", "README.zh.md", "docs/faq.md")
CODE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def links(page: Path) -> list[str]:
    return [link for link in LINK.findall(CODE.sub("", text_of(page))) if "://" not in link]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", CODE.sub("", text_of(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands(name: str) -> list[list[str]]:
    """The sorairo commands in a guide's shell blocks, without their first word."""
    blocks = [
        body for kind, body in CODE.findall(text_of(ROOT / name)) if kind in ("sh", "console")
    ]
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [shlex.split(x, comments=True)[1:] for x in lines if x.startswith("sorairo ")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path):
    for link in links(page):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert not (anchor and target.suffix == ".md") or anchor in anchors(target), link


def test_every_page_is_linked_from_the_index():
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / link.partition("#")[0]).resolve() for link in links(index)}
    assert {page for page in PAGES if page.parent != ROOT} - linked == {index}


@pytest.mark.parametrize("name", GUIDES)
def test_commands_of_a_guide_have_the_options_that_they_use(name: str):
    assert len(commands(name)) > 5
    for words in commands(name):
        command: click.Command = app
        with click.Context(app) as context:
            while isinstance(command, click.Group):
                found = command.get_command(context, words[0])
                assert found, words
                command, words = found, words[1:]
        known = {
            option for param in command.params for option in (*param.opts, *param.secondary_opts)
        }
        assert {word for word in words if re.match("--?[a-z]", word)} <= known, words


@pytest.mark.parametrize("name", GUIDES)
def test_prompts_of_a_guide_are_known_to_the_shipped_model(name: str):
    prompts = [word for words in commands(name) for word in words if re.search("[ 一-鿿]", word)]
    for prompt in {word for word in prompts if not re.search(r"[/.]", word)}:
        read = TabletopLanguage().read(prompt)
        assert read.understood, prompt
        assert not [note for note in read.notes if "unknown" in note], prompt
