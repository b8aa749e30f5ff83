"""`sorairo.toml`: defaults of options from the current folder and the user's configuration."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sorairo.cli.main import MAKING, app

from .conftest import Done

Make = Callable[..., Done]
PROMPT = "a red ball drops onto a wooden floor"


@pytest.fixture
def user(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in the user's configuration folder."""
    folder = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    (folder / "sorairo").mkdir()
    return folder / "sorairo" / "sorairo.toml"


def test_options_come_from_the_line_the_folder_and_the_user(here: Make, tmp_path: Path, user: Path):
    def planned(*options: object) -> tuple[int, str, float, float]:
        facts = here("generate", PROMPT, "--dry-run", "--json", *options).facts
        return facts["seed"], facts["size"], facts["fps"], facts["seconds"]

    user.write_text('seed = 1\nsize = "256x256"\nfps = 12\n[generate]\nseconds = 1\n')
    assert planned() == (1, "256x256", 12, 1)
    (tmp_path / "sorairo.toml").write_text("seed = 2\nsize = 128\n[generate]\nseed = 3\n")
    assert planned() == (3, "128x128", 12, 1)
    assert planned("--seed", 4, "--fps", 6) == (4, "128x128", 6, 1)
    picture = here("image", PROMPT, "--dry-run", "--json").facts
    assert (picture["seed"], picture["size"]) == (2, "128x128")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("sise = 3", "There is no option 'sise'. Did you mean 'size'?"),
        ("[generat]\nseed = 3", "There is no command 'generat'. Did you mean 'generate'?"),
        ("[edit]\nstength = 3", "There is no option of edit, 'stength'. Did you mean 'strength'?"),
        ('output = "a.mp4"', "output can be set on the command line only."),
        ('expand-url = "http://example.com"', "expand-url can be set on the command line only."),
        ('seed = "x"', "seed cannot be x: 'x' is not a valid integer."),
        ("gif = 3", "gif is true or false."),
        ("seed = [1]", "seed is one text or number."),
        ("n = 1001", "n cannot be 1001"),
        ("steps = 4.9", "steps cannot be 4.9: it is a whole number."),
        ('lora = "paper"', "There is no LoRA 'paper'"),
        ('lora = ["tabletop-fast:0.5", "grain"]', "There is no LoRA 'grain'"),
        ("lora = [[1]]", "lora is one text or number."),
        ("seed", "sorairo.toml cannot be read"),
        ("a" + ".a" * 20_000 + " = 1", "sorairo.toml cannot be read"),
    ],
)
def test_mistakes_are_one_sentence(
    here: Make, tmp_path: Path, user: Path, text: str, sentence: str
):
    user.write_text("seed = 1")
    (tmp_path / "sorairo.toml").write_text(text)
    done = here("generate", PROMPT, "--dry-run")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: ")
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert here("models", "list").returncode == 0, "other commands do not read the file"


def test_every_option_can_be_set_or_is_known_not_to_be(user: Path, here: Make):
    names = {o[2:] for m in MAKING for p in app.commands[m].params for o in p.opts if o[:2] == "--"}
    for name in sorted(names):
        user.write_text(f"{name} = []")
        said = here("generate", PROMPT, "--dry-run").stderr
        assert "There is no option" not in said, name
