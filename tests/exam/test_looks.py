"""An exam asks about scenes of the look that its model was trained on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sorairo.cli.exam_selection import Selection, drawn_by
from sorairo.errors import ConfigError
from sorairo.exam import setup
from sorairo.exam.candidates.external_clips import ExternalClips
from sorairo.exam.held_out_scenes import drawn, scenes
from sorairo.exam.registry import SUITES
from sorairo.models import hub
from sorairo.world.tabletop.scene import FIRST_LIGHT, PLACES


@pytest.mark.parametrize("suite", ["M2", "claims", "story"])
def test_scenes_of_a_look_are_those_of_the_other_in_a_place(suite: str):
    classic, lit = (drawn_by(look, SUITES[suite]).questions(1) for look in ("classic", "filament"))
    assert [each.prompt for each in classic] == [each.prompt for each in lit]
    for one, other in zip(classic, lit, strict=True):
        shots = [getattr(each, "scenes", None) or (each.scene,) for each in (one, other)]
        assert {scene.look for scene in shots[0]} == {"classic"}
        assert {scene.look for scene in shots[1]} == {"filament"}


def test_a_scene_is_always_in_the_same_place():
    (scene,) = scenes(1, FIRST_LIGHT)
    assert scene.place == ""
    assert drawn(scene, "filament") == drawn(scene, "filament") != scene
    assert len({drawn(each, "filament").place for each in scenes(40)}) > 8


def test_true_clips_in_places_pass_permanence():
    """A cyan and a pink ball on snow, which the parser once took for background and for two."""
    suite = drawn_by("filament", SUITES["M5"])
    for question in (suite.questions(6)[index] for index in (3, 5)):
        truth = question.truth()
        assert question.scene.floor == "snow"
        assert suite.judge(question, truth.answer, truth)["all"] == 1.0


def test_the_look_follows_from_the_record_of_the_model(tmp_path: Path):
    assert setup.look_of("tabletop") == "classic"
    folder = hub.find("tabletop")
    for file in Path(str(folder)).iterdir():
        (tmp_path / file.name).symlink_to(file)
    record = json.loads((tmp_path / "model.json").read_text())
    record["training"]["scene"]["places"] = list(PLACES)
    (tmp_path / "model.json").unlink()
    (tmp_path / "model.json").write_text(json.dumps(record))
    assert setup.look_of(str(tmp_path)) == "filament"
    record["training"]["scene"] = {"tabletop": record["training"]["scene"]}
    record["config"]["world"] = "tabletop+lifelike"
    (tmp_path / "model.json").write_text(json.dumps(record))
    assert setup.look_of(str(tmp_path)) == "filament"
    record["training"]["scene"]["tabletop"]["places"] = []
    (tmp_path / "model.json").write_text(json.dumps(record))
    assert setup.look_of(str(tmp_path)) == "classic"


def test_the_look_is_a_word_of_the_command_and_of_an_exam(tmp_path: Path):
    selection = Selection(names=("M2",), quick=True, count=None, part=1.0, look="filament")
    assert selection.words() == ["M2", "--quick", "--look", "filament"]
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "M2-0000.mp4").write_bytes(b"")
    clips = ExternalClips.of(tmp_path / "clips")
    assert "look" not in setup.run_of_clips(clips, tmp_path / "one").identity
    run = setup.run_of_clips(clips, tmp_path / "other", look="filament")
    assert run.identity["look"] == "filament"
    with pytest.raises(ConfigError):
        setup.run_of_clips(clips, tmp_path / "other")
