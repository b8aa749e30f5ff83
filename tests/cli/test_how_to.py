"""The how-to pages are up to date with their script, and their commands are valid."""

from __future__ import annotations

import importlib
import re
import shlex
from pathlib import Path

import pytest

from sorairo.cli.main import app
from sorairo.generation.requests.storyboard.toml import parse_storyboard
from sorairo.world.tabletop.language.captions import parse

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "how-to"
PICTURES = ROOT / "docs" / "images" / "how-to"
BY_HAND = {"play.md"}  # of a world that is played, not of a clip
PAGES = sorted(page for page in FOLDER.glob("*.md") if page.name not in BY_HAND)
README = ROOT / "README.md"
NEVER_SEEN = {"photo.jpg"}  # of all that commands name, this alone no command makes


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(FOLDER)
    return importlib.import_module("make")


def blocks(kind: str) -> list[str]:
    fence = rf"^```{kind}\n(.*?)^```$"
    found = [re.findall(fence, page.read_text(encoding="utf-8"), re.M | re.S) for page in PAGES]
    return [block for page in found for block in page]


COMMANDS = [line for block in blocks("sh") for line in block.splitlines()]


def test_pages_and_readme_are_as_the_script_writes_them(script):
    written = script.texts(script.read(), README.read_text(encoding="utf-8"))
    assert {ROOT / name for name in written} == {*PAGES, README}
    for name, text in written.items():
        assert (ROOT / name).read_text(encoding="utf-8") == text, (
            f"{name} is not what entries.toml says: run `python docs/how-to/make.py --text`"
        )


def test_every_page_has_commands():
    assert len(blocks("sh")) == len(PAGES) > 10


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_can_be_typed(line: str):
    program, name, *words = shlex.split(line)
    assert program == "sorairo"
    assert app.commands[name].make_context(name, words).params


def test_every_capability_has_a_command():
    shown = {shlex.split(line)[1] for line in COMMANDS}
    others = {"models", "serve", "worker", "keys", "webhooks", "world", "train", "exam"}
    others |= {"help", "info", "mcp", "version", "words", "import", "bench", "play"}
    assert shown == app.commands.keys() - others


def test_all_options_on_the_pages_exist():
    known = {
        option
        for each in app.commands.values()
        for p in each.params
        for option in (*p.opts, *p.secondary_opts)
    }
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)) <= known, page.name


def test_all_variables_on_the_pages_exist():
    helps = " ".join(getattr(p, "help", "") or "" for p in app.commands["generate"].params)
    for page in PAGES:
        named = re.findall(r"SORAIRO_[A-Z_]+", page.read_text(encoding="utf-8"))
        assert all(name in helps for name in named), page.name


def test_every_file_that_is_given_was_made_before(script):
    made: set[str] = set()
    for page in script.read():
        made |= set(page.files)
        for command in page.commands:
            words = shlex.split(command)
            output = words[words.index("-o") + 1]
            named = [re.sub("^end=", "", each) for each in words if each != output]
            files = {each for each in named if re.search(r"\.(mp4|png|jpg|toml)$", each)}
            assert files <= made | NEVER_SEEN, command
            stem, suffix = output.rsplit(".", 1)
            many = int(words[words.index("--n") + 1]) if "--n" in words else 0
            made |= {f"{stem}-{i + 1}.{suffix}" for i in range(many)} or {output}
        shown = {file for row in page.row for file in row.files}
        assert shown <= made, page.name


def test_prompts_use_words_that_the_model_was_trained_on():
    for line in COMMANDS:
        for word in (each for each in shlex.split(line)[2:] if " " in each or each > "一"):
            assert not parse(word).unknown, line


def test_storyboards_can_be_read(script, tmp_path: Path):
    import tomllib

    for page in script.read():
        for name, text in page.files.items():
            table = tomllib.loads(text)
            for card in table["card"]:
                card.pop("clip", None) and card.update(prompt="a red ball", seconds=1)
                card.pop("picture", None)
            board, _ = parse_storyboard(table, folder=tmp_path)
            assert len(board.cards) > 1, name


def test_readme_links_every_page_and_every_picture():
    """A page has no picture while the shipped model cannot make it."""
    text = README.read_text(encoding="utf-8")
    for page in PAGES:
        assert f"](docs/how-to/{page.name})" in text
        exists = (PICTURES / f"{page.stem}.jpg").exists()
        assert (f"](docs/images/how-to/{page.stem}.jpg)" in text) == exists
        own = page.read_text(encoding="utf-8")
        assert (f"](../images/how-to/{page.stem}.jpg)" in own) == exists


@pytest.mark.skipif(not PICTURES.is_dir(), reason="docs/how-to/make.py has not been run")
def test_every_picture_is_of_a_page_and_small():
    pictures = sorted(PICTURES.iterdir())
    assert {each.stem for each in pictures} <= {page.stem for page in PAGES}
    assert all(each.stat().st_size <= 60_000 for each in pictures)
