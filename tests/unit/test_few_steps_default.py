"""Which requests use the LoRA for few steps though nobody asks for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sorairo.config import to_json
from sorairo.errors import ModelError
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.limits import limits_of
from sorairo.generation.requests.storyboard.toml import parse_storyboard
from sorairo.models import hub
from sorairo.models.lora.fast import chosen_loras, default_loras

OWN = ("tabletop-fast",)


def test_the_lora_of_the_package_belongs_to_its_weights():
    shipped = hub.info(hub.find("tabletop"))
    assert default_loras("tabletop", shipped.digest) == OWN
    assert limits_of(to_json(shipped.facts), shipped.digest).default_loras == OWN
    assert limits_of(to_json(shipped.facts)).default_loras == ()
    assert default_loras("tabletop", "0" * 16) == ()  # a model of that name that was trained on
    assert default_loras("wan2.2-5b", shipped.digest) == ()  # not in the package
    assert default_loras("", "") == ()


@pytest.mark.parametrize(
    ("fast", "fields", "loras"),
    [
        (None, {}, OWN),
        (None, {"seed": 3, "style": "oil", "steps": None}, OWN),
        *((None, {name: value}, None) for name, value in (
            ("steps", 10), ("guidance", 3.0), ("negative", "snow"), ("quality", "full"),
            ("loras", ()), ("loras", ("paper",)),
        )),
        (False, {}, None),
        (True, {}, OWN),
        (True, {"steps": 3, "loras": ("paper",)}, (*OWN, "paper")),
        (True, {"loras": ("tabletop-fast:0.5",)}, ("tabletop-fast:0.5",)),
    ],
)  # fmt: skip
def test_a_new_request(fast: bool | None, fields: dict[str, Any], loras: tuple[str, ...] | None):
    chosen = chosen_loras("tabletop", OWN, fast, fields)
    assert chosen == ({} if loras is None else {"loras": loras})
    if fast is not True:
        assert chosen_loras("tabletop", (), fast, fields) == {}  # other weights of that name


@pytest.mark.parametrize(
    ("before", "fast", "fields", "after"),
    [
        (OWN, None, {}, OWN),
        ((), None, {}, ()),  # made before few steps were the default, and again the same
        (OWN, None, {"guidance": 3.0}, ()),
        ((*OWN, "paper"), None, {"steps": 20}, ("paper",)),
        (("paper",), None, {"steps": 20}, ("paper",)),
        ((*OWN, "paper:0.5"), False, {}, ("paper:0.5",)),
        ((), True, {}, OWN),
        (("paper",), True, {}, (*OWN, "paper")),
        (OWN, None, {"loras": ("paper",)}, ("paper",)),
    ],
)
def test_a_repeated_request(
    before: tuple[str, ...], fast: bool | None, fields: dict[str, Any], after: tuple[str, ...]
):
    chosen = chosen_loras("tabletop", OWN, fast, fields, before)
    assert {"loras": before, **fields, **chosen}["loras"] == after


def test_models_without_one():
    assert chosen_loras("crafter", (), None, {}) == {}
    assert chosen_loras("crafter", (), False, {}, ("paper",)) == {}
    with pytest.raises(ModelError, match="leave fast out"):
        chosen_loras("crafter", (), True, {})


def test_requests_say_how_they_are_sampled():
    plain = {"prompt": "a red ball", "width": 96, "height": 96, "seconds": 1.0}
    assert GenerateRequest(**plain, style="oil", seed=4).said_of_sampling() == {}
    said = {"steps": 12, "guidance": 2.0, "negative": "snow", "quality": "draft", "loras": ("a",)}
    assert GenerateRequest(**plain, **said).said_of_sampling() == said
    table = {"steps": 12, "card": [{"prompt": "a red ball", "seconds": 1}]}
    board, _ = parse_storyboard(table)
    assert board.said_of_sampling() == {"steps": 12}


@pytest.mark.parametrize(("line", "steps"), [("", 4), ("steps = 12", 12), ("guidance = 3", 10)])
def test_a_storyboard_file_says_how_it_is_sampled(tmp_path: Path, line: str, steps: int):
    from click.testing import CliRunner

    from sorairo.cli.main import app

    path = tmp_path / "story.toml"
    path.write_text(f'{line}\n[[card]]\nprompt = "a red ball drops"\nseconds = 1\n')
    words = ["storyboard", str(path), "--dry-run"]
    said = CliRunner().invoke(app, words, catch_exceptions=False).output
    assert f"{steps} steps" in said
    other = CliRunner().invoke(app, [*words, "--fast" if line else "--no-fast"])
    assert f"{12 if steps == 12 else 4 if line else 10} steps" in other.output
