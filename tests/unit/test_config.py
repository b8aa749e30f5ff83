"""Configurations go to JSON and back unchanged, and overrides are read by the field's type."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from sorairo import config
from sorairo.errors import ConfigError, SorairoError, UnknownNameError


@dataclass(frozen=True, kw_only=True)
class Model:
    depth: int = 4
    width: float = 1.5
    kernel: tuple[int, int, int] = (3, 3, 3)
    channels: tuple[int, ...] = (8, 16)
    activation: Literal["silu", "gelu"] = "silu"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    name: str
    model: Model = Model()
    teacher: Model | None = None
    folder: Path = Path("runs")
    compiled: bool = False
    seed: int | None = None
    mix: dict[str, float] = field(default_factory=lambda: {"plain": 0.5, "given": 0.5})
    sizes: tuple[tuple[int, int], ...] = ((96, 96), (128, 72))
    notes: list[str] = field(default_factory=list)


RECIPE = Recipe(name="tiny", teacher=Model(depth=9), seed=3, notes=["a", "b"])


def test_json_round_trip():
    text = json.dumps(config.to_json(RECIPE))
    assert config.from_json(Recipe, json.loads(text)) == RECIPE


def test_fields_left_out_keep_their_defaults():
    assert config.from_json(Recipe, {"name": "x"}) == Recipe(name="x")


@pytest.mark.parametrize(
    ("assignment", "path", "expected"),
    [
        ("model.depth=8", ("model", "depth"), 8),
        ("model.depth=1e3", ("model", "depth"), 1000),
        ("model.width=2", ("model", "width"), 2.0),
        ("model.kernel=1,3,3", ("model", "kernel"), (1, 3, 3)),
        ("model.channels=[4, 8, 8]", ("model", "channels"), (4, 8, 8)),
        ("model.channels=", ("model", "channels"), ()),
        ("model.activation=gelu", ("model", "activation"), "gelu"),
        ("teacher.depth=2", ("teacher", "depth"), 2),
        ("teacher=none", ("teacher",), None),
        ('teacher={"depth": 5}', ("teacher",), Model(depth=5)),
        ("seed=none", ("seed",), None),
        ("seed=7", ("seed",), 7),
        ("compiled=true", ("compiled",), True),
        ("folder=/tmp/x=y", ("folder",), Path("/tmp/x=y")),
        ("mix.plain=0.7", ("mix",), {"plain": 0.7, "given": 0.5}),
        ('mix={"plain": 1}', ("mix",), {"plain": 1.0}),
        ("sizes=[[64, 64]]", ("sizes",), ((64, 64),)),
        ("notes=x,y", ("notes",), ["x", "y"]),
        (" name = hi there ", ("name",), "hi there"),
    ],
)
def test_override(assignment: str, path: tuple[str, ...], expected: Any):
    value: Any = config.override(RECIPE, [assignment])
    for name in path:
        value = getattr(value, name)
    assert value == expected
    assert type(value) is type(expected)


def test_overrides_apply_in_order_and_leave_the_original_alone():
    assert config.override(RECIPE, ["model.depth=5", "model.depth=6"]).model.depth == 6
    assert RECIPE.model.depth == 4


@pytest.mark.parametrize(
    ("assignment", "sentence"),
    [
        ("model.dept=8", "There is no setting 'model.dept'. Did you mean 'model.depth'?"),
        ("modle.depth=8", "There is no setting 'modle'. Did you mean 'model'?"),
        ("model.depth=many", "'model.depth' takes a whole number, not 'many'."),
        ("model.depth=1.5", "'model.depth' takes a whole number, not '1.5'."),
        ("compiled=perhaps", "'compiled' takes true or false, not 'perhaps'."),
        ("model.kernel=1,2", "'model.kernel' takes 3 values, with commas between, not '1,2'."),
        ("model.depth", "'model.depth' is not a setting; write it as field.path=value."),
        ("=3", "'=3' is not a setting; write it as field.path=value."),
        ("seed.x=3", "'seed' has no fields, so 'seed.x' cannot be set; set 'seed' itself."),
        (
            "model.activation=gelo",
            "There is no choice for model.activation 'gelo'. Did you mean 'gelu'?",
        ),
        ("mix.plain=half", "'mix.plain' takes a number, not 'half'."),
    ],
)
def test_bad_overrides_say_what_to_do(assignment: str, sentence: str):
    with pytest.raises(SorairoError) as caught:
        config.override(RECIPE, [assignment])
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("record", "error"),
    [
        ({"name": 3}, ConfigError),
        ({}, ConfigError),
        ({"name": "x", "model": {"depth": True}}, ConfigError),
        ({"name": "x", "model": {"depth": 2.0}}, ConfigError),
        ({"name": "x", "model": {"dpeth": 2}}, UnknownNameError),
        ({"name": "x", "model": [1]}, ConfigError),
        ({"name": "x", "model": {"kernel": [3, 3]}}, ConfigError),
        ({"name": "x", "sizes": 3}, ConfigError),
        ([], ConfigError),
        ({"name": "x", "model": {"width": 10**400}}, ConfigError),
    ],
)
def test_from_json_checks_types(record: Any, error: type[Exception]):
    with pytest.raises(error):
        config.from_json(Recipe, record)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 100_000, "it is nested too deeply"),
        ('{"a":' * 100_000, "it is nested too deeply"),
        ("1" * 5000, "4300 digits"),
        ("{", "Expecting"),
        (b"\xff\xfe\xfd", "codec can't decode"),
        ("1" + " " * 5 * 2**20, "more than 4194304 bytes"),
    ],
)
def test_hostile_json_is_one_error(tmp_path: Path, text: str | bytes, reason: str):
    file = tmp_path / "record.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError, match=reason):
        config.read_json(file)
    if len(text) <= 2**20:
        with pytest.raises(ConfigError, match=reason):
            config.parse_json(text)


def test_overrides_and_errors_stay_short():
    for value in ("[" * 100_000, "9" * 5000, "x" * 100_000):
        with pytest.raises(ConfigError) as caught:
            config.override(RECIPE, [f"model.kernel={value}"])
        assert len(str(caught.value)) < 250
    with pytest.raises(ConfigError, match=r"'model.width' takes a number below 1e308, not 1000"):
        config.from_json(Recipe, {"name": "x", "model": {"width": 10**400}})


def test_a_value_that_is_not_json_is_refused():
    with pytest.raises(ConfigError):
        config.to_json({"x": object()})


@dataclass(frozen=True, kw_only=True)
class Renamed:
    width: int = field(default=1, metadata=config.formerly("breadth", "wide"))


def test_former_names_of_fields_are_read_and_not_written():
    for name in ("width", "breadth", "wide"):
        assert config.from_json(Renamed, {name: 3}) == Renamed(width=3)
        assert config.override(Renamed(), [f"{name}=3"]) == Renamed(width=3)
    assert config.to_json(Renamed(width=3)) == {"width": 3}
    assert config.original_name(*dataclasses.fields(Renamed)) == "breadth"
    with pytest.raises(UnknownNameError):
        config.from_json(Renamed, {"depth": 3})
