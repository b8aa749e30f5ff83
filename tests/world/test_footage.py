"""A user's own films and pictures with captions."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sorairo.config import from_json, override, to_json
from sorairo.data.clips_config import ClipsConfig
from sorairo.data.rendered_shards import folder_of, render_shard
from sorairo.errors import ConfigError
from sorairo.training.recipes.own_clips import own_clips
from sorairo.video.clip import Clip
from sorairo.world import registry
from sorairo.world.footage.folder import films_in
from sorairo.world.footage.scene import SceneConfig
from sorairo.world.footage.world import _turn

FPS, SECONDS = 24.0, 3.0


@pytest.fixture
def folder(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A film of 64x32 pixels that gets lighter by 3 levels a frame, and a picture."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    levels = 3 * np.arange(round(FPS * SECONDS), dtype=np.uint8)
    frames = np.broadcast_to(levels[:, None, None, None], (len(levels), 32, 64, 3))
    (tmp_path / "deep").mkdir()
    Clip(frames=frames.copy(), fps=FPS).save(tmp_path / "deep" / "Light.mp4")
    (tmp_path / "deep" / "Light.txt").write_text(
        "it gets lighter\n\n天亮了\n", encoding="utf-8-sig"
    )
    Clip(frames=np.full((1, 48, 48, 3), 200, np.uint8), fps=1.0).save(tmp_path / "grey.png")
    (tmp_path / "grey.txt").write_text("")
    return tmp_path


def config(folder: Path, **settings: object) -> ClipsConfig:
    scene = SceneConfig(folder=str(folder))
    given = {"count": 4, "seconds": 1.0, "sizes": ((32, 32),), "shard_clips": 4} | settings
    return ClipsConfig(world="footage", scene=scene, **given)  # pyright: ignore[reportArgumentType]


def test_parts_are_of_the_film_at_their_times(folder: Path):
    shard = render_shard(config(folder), 0)
    assert shard.frames.shape == (4, 12, 32, 32, 3)
    assert not shard.masks.any()
    starts = [scene.start for scene in shard.scenes]  # pyright: ignore[reportAttributeAccessIssue]
    assert len(set(starts)) == 4
    assert all(0 <= start <= SECONDS - 1 for start in starts)
    for frames, start in zip(shard.frames, starts, strict=True):
        levels = frames.astype(float).mean((1, 2, 3))
        # within a frame of the film, and what the codec of the file changes
        assert np.abs(levels - 3 * FPS * (start + np.arange(12) / 12)).max() < 6


@pytest.mark.parametrize("count", [1, 7, 60])
def test_films_take_turns_and_each_has_every_size(count: int):
    turns = [[_turn(seed, count) for seed in range(k * count, (k + 1) * count)] for k in range(12)]
    assert all(sorted(each) == list(range(count)) for each in turns)
    if count == 60:  # 20 clips a shard, whose sizes take turns: three shards show all films
        assert len({turn.index(0) // 20 for turn in turns}) == 3


def test_captions_are_the_users_wordings(folder: Path):
    (captions, *_) = render_shard(config(folder), 0).captions
    said = {text for details in captions.values() for texts in details.values() for text in texts}
    assert said == {"it gets lighter", "天亮了"}


def test_pictures_are_drawn_as_single_frames_and_nowhere_else(folder: Path):
    shard = render_shard(config(folder, seconds=1 / 12), 0)
    assert {Path(scene.to_json()["path"]).name for scene in shard.scenes} == {  # pyright: ignore[reportArgumentType]
        "Light.mp4",
        "grey.png",
    }
    assert [int(frame.mean()) for frame in shard.frames].count(200) == 2
    with pytest.raises(
        ConfigError, match=r"None of the 2 films and pictures .* lasts 4.00 seconds"
    ):
        render_shard(config(folder, seconds=4.0), 0)


def test_another_caption_makes_another_set(folder: Path):
    before = config(folder)
    assert from_json(ClipsConfig, json.loads(json.dumps(to_json(before)))) == before
    (folder / "grey.txt").write_text("grey")
    films_in.cache_clear()  # another process would read the folder again
    assert folder_of(config(folder)) != folder_of(before)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("metadata.csv", 'file_name,text\na.png,"a, b"\na.png,c\n'),
        (
            "metadata.jsonl",
            '{"file_name": "a.png", "caption": "a, b"}\n\n{"file_name": "a.png", "prompt": "c"}\n',
        ),
    ],
)
def test_tables_of_captions(tmp_path: Path, name: str, text: str):
    Clip(frames=np.zeros((1, 8, 8, 3), np.uint8), fps=1.0).save(tmp_path / "a.png")
    (tmp_path / name).write_text(text)
    (film,) = films_in(str(tmp_path))
    assert film.captions == ("a, b", "c")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "There are no films or pictures in "),
        ({"a.MP4": b"", "b.png": b"", "b.txt": b"b"}, "1 of 2 films and pictures have no caption"),
        ({"a.png": b"", "a.txt": b"\xff\xfe"}, "a.txt is not UTF-8"),
        ({"a.png": b"", "metadata.csv": b"name,text\na.png,b"}, "Row 1 of .* needs 'file_name'"),
        ({"a.png": b"", "metadata.jsonl": b"{"}, "Line 1 of .* is not JSON"),
        ({"metadata.csv": b"file_name,text\nb.png,b"}, "no film or picture .*b.png"),
    ],
)
def test_folders_that_cannot_be_used(tmp_path: Path, files: dict[str, bytes], said: str):
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=said):
        SceneConfig(folder=str(tmp_path))


def test_the_recipe_needs_a_folder_and_keeps_every_word(folder: Path):
    recipe = own_clips()
    with pytest.raises(ConfigError, match=r"sources\.own\.clips\.scene\.folder=FOLDER"):
        recipe.sources["own"].clips.check()
    mine = override(recipe, [f"sources.own.clips.scene.folder={folder}"])
    mine.sources["own"].clips.check()
    reading = registry.language(mine.model.world).read("zorblax dances")
    assert (reading.text, reading.notes) == ("zorblax dances", ())
