"""Sets of clips: folders that keep their names, and stories that stay whole."""

import dataclasses
import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest

from sorairo.config import from_json, override, to_json
from sorairo.data import rendered_shards
from sorairo.data.clip_sets import CANVAS_CLIPS, MOVING_LIFE_CLIPS
from sorairo.data.clips_config import ClipsConfig
from sorairo.data.digest import digest
from sorairo.data.rendered_shards import folder_of, render, shards
from sorairo.errors import ConfigError, UnknownNameError
from sorairo.training.recipes.codec2 import codec2
from sorairo.world.lifelike.scene import SceneConfig as LifelikeConfig
from sorairo.world.tabletop.dynamics.sampling import sample_shots
from sorairo.world.tabletop.scene import THREE_THINGS

TINY = ClipsConfig(count=4, shots=2, shard_clips=2, seconds=2 / 12, sizes=((16, 16), (32, 16)))


def test_a_renamed_field_renames_no_folder():
    """The name that 8e9f576 gave this folder, when `same_look` was called `alike`."""
    assert digest(ClipsConfig(scene=THREE_THINGS)) == "ff86b9bd3722"


def test_the_clips_of_recipes_keep_their_folders():
    """Those of codec 2."""
    recipe = codec2()
    names = [digest(clips) for clips in (recipe.clips, *recipe.more_clips, recipe.held_out)]
    *tabletop, lifelike, held_out = names
    assert tabletop == [
        *("09a567e6c938", "055c8a68129d", "5e09e58218a2"),
        *("a0f22b163910", "348d7aed6d66", "34f184fdd8ff"),
    ]
    assert lifelike == "1fa992d1f30a"
    assert held_out == "727f2558800f"


@pytest.mark.parametrize("config", [TINY, MOVING_LIFE_CLIPS, ClipsConfig(scene=THREE_THINGS)])
def test_sets_of_every_world_pass_through_json(config: ClipsConfig):
    record = json.loads(json.dumps(to_json(config)))
    assert from_json(ClipsConfig, record) == config
    del record["world"]  # as in records that are older than this field
    if config.world == "tabletop":
        assert from_json(ClipsConfig, record) == config
    else:
        with pytest.raises(UnknownNameError, match="There is no field of SceneConfig"):
            from_json(ClipsConfig, record)


def test_settings_reach_the_part_of_the_world():
    settings = ["more_clips=[]", "clips.world=lifelike", 'clips.scene={"events": ["drop"]}']
    changed = override(codec2(), [*settings, "clips.scene.cameras=still,orbit_left"])
    assert changed.clips.scene == LifelikeConfig(events=("drop",), cameras=("still", "orbit_left"))
    with pytest.raises(UnknownNameError, match=r"clips\.scene\.events"):
        override(changed, ["clips.scene.event=drop"])


@pytest.fixture
def cache(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_a_new_field_with_a_default_keeps_the_name():
    @dataclass(frozen=True, kw_only=True)
    class More(ClipsConfig):
        mirrored: bool = False

    given = {field.name: getattr(TINY, field.name) for field in dataclasses.fields(TINY)}
    assert digest(More(**given)) == digest(TINY)
    assert digest(More(**given, mirrored=True)) != digest(TINY)


def test_what_differs_from_the_default_makes_another_name():
    changed = [
        dataclasses.replace(TINY, count=6),
        dataclasses.replace(TINY, scene=dataclasses.replace(TINY.scene, floors=("sand",))),
        dataclasses.replace(TINY, scene=CANVAS_CLIPS.scene),
    ]
    assert len({digest(each) for each in [TINY, *changed]}) == 4


def test_shards_hold_whole_stories_in_order(cache):
    config = dataclasses.replace(TINY, scene=CANVAS_CLIPS.scene, first_seed=7)
    found = render(config, processes=1)
    assert [shard.frames.shape for shard in found] == [(2, 2, 16, 16, 3), (2, 2, 16, 32, 3)]
    for seed, shard in zip((7, 8), found, strict=True):
        assert shard.scenes == sample_shots(np.random.default_rng(seed), config.scene, 2)
    assert shards(config) == found


def test_the_first_clips_of_a_set_are_rendered_alone(cache):
    first = render(TINY, first=1, processes=1)
    assert [len(shard.frames) for shard in first] == [2], "whole shards"
    assert shards(TINY) == first
    assert render(TINY, processes=1)[:1] == first
    assert len(shards(TINY)) == 2


@pytest.mark.parametrize(("filament", "shards_of_pools"), [(True, [2, 1]), (False, [3])])
def test_a_process_in_which_filament_draws_is_replaced_after_few_shards(
    filament: bool, shards_of_pools: list[int], cache, monkeypatch: pytest.MonkeyPatch
):
    """It keeps memory of every frame that it drew."""
    monkeypatch.setattr(rendered_shards, "drawn_by_filament", lambda _: filament)
    pools: list[int] = []

    class CountedPool(ProcessPoolExecutor):
        def submit(self, *args, **kwargs):
            pools[-1] += 1
            return super().submit(*args, **kwargs)

    def new_pool(*args, **kwargs) -> CountedPool:
        pools.append(0)
        return CountedPool(*args, **kwargs)

    monkeypatch.setattr(rendered_shards, "ProcessPoolExecutor", new_pool)
    config = dataclasses.replace(TINY, count=6, seconds=1 / 12, sizes=((16, 16),))
    assert len(render(config, processes=1)) == 3
    assert pools == shards_of_pools
    render(config, processes=1)
    assert pools == shards_of_pools, "what is there is not rendered again"


def test_a_part_of_another_world_is_refused(cache):
    with pytest.raises(ConfigError, match="no part of the world 'lifelike'"):
        render(dataclasses.replace(TINY, world="lifelike"))


@pytest.mark.parametrize("change", [{"shard_clips": 3}, {"count": 5}, {"shots": 0}])
def test_stories_are_not_cut_in_two(cache, change):
    with pytest.raises(ConfigError, match="multiples of 'shots'"):
        render(dataclasses.replace(TINY, **change))


def test_a_folder_of_other_settings_is_refused(cache):
    folder = folder_of(TINY)
    folder.mkdir(parents=True)
    other = dataclasses.replace(TINY, fps=6.0)
    (folder / "config.json").write_text(json.dumps(to_json(other)))
    with pytest.raises(ConfigError, match="move that folder away"):
        render(TINY)
