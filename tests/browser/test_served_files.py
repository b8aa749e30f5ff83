"""What the server leaves out of scripts and style sheets, comments and space, changes nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from sorairo.server.player.assets import player_paths
from sorairo.server.studio.assets import STATIC, served

SAME_CODE = Path(__file__).parent / "same_code.mjs"
RULES = """([source, served]) => {
  const rules = (text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    const texts = [...sheet.cssRules].map((rule) => rule.cssText);
    // custom properties are as they were written
    return texts.map((text) => text.replaceAll(", ", ","));
  };
  return [rules(source), rules(served)];
}"""


def paths(suffix: str) -> list[Path]:
    """Of all pages; `vendor` is served byte for byte."""
    found = {*STATIC.rglob(f"*{suffix}"), *player_paths().values()}
    return sorted(each for each in found if each.suffix == suffix and "vendor" not in each.parts)


def pairs(suffix: str) -> list[tuple[str, str, str]]:
    """The name, the source and what is served, of each file."""
    return [(str(each), each.read_text("utf-8"), served(each).decode()) for each in paths(suffix)]


def differing(scripts: list[tuple[str, str, str]]) -> list[str]:
    command = ["node", "--expose-internals", str(SAME_CODE)]
    run = subprocess.run(command, input=json.dumps(scripts), capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_served_scripts_are_the_same_programs():
    scripts = pairs(".js")
    assert len(scripts) > 80
    assert differing(scripts) == []
    assert all("\n " not in text for _, _, text in scripts), "without indentation"


@pytest.mark.parametrize(
    ("source", "other"),
    [
        ("f(`a\n  b`)", "f(`a\nb`)"),
        ("f('// a')", "f('')"),
        ("f(html`<p title='a  b'>`)", "f(html`<p title='a b'>`)"),
        ("f(/a b/)", "f(/ab/)"),
        ("a = 1;\nb", "a = 1"),
    ],
)
def test_the_comparison_notices_a_change(source: str, other: str):
    assert differing([("x", source, other), ("y", source, f"// more\n{source}")]) == ["x"]


def test_served_style_sheets_have_the_same_rules(chromium: Browser):
    page = chromium.new_page()
    sheets = pairs(".css")
    assert len(sheets) > 7
    for name, source, text in sheets:
        wanted, found = page.evaluate(RULES, [source, text])
        assert found == wanted, name
        assert len(wanted) > 3
        assert len(text) < len(source)
    page.close()
