"""What the sidecars of archives say about their clips. No server and no video."""

from __future__ import annotations

import json
import time
import unicodedata
from typing import Literal

import pytest

from sorairo.server.imports.matching import FoundMedia, matched
from sorairo.server.imports.records import Sidecars


def found(media: list[str], **sidecars: object) -> dict[str, FoundMedia]:
    """By path, with double underscores in the names of sidecars for slashes."""
    read = Sidecars()
    for name, content in sidecars.items():
        path = name.replace("__", "/").replace("_dot_", ".")
        text = content if isinstance(content, str) else json.dumps(content)
        read.read(path, text)
    assert read.unreadable == []
    return {each.path: each for each in matched(media, read.records)}


EXODUS = {
    "gen_id": "gen_01k7abcd",
    "task_id": "task_01k7zzzz",
    "prompt": "a red ball drops onto a wooden floor, slowly",
    "created_at": "2025-10-12T10:11:12.000000+00:00",
    "type": "video_gen",
    "width": 1280,
    "height": 720,
    "quality": "high",
    "seed": 7,
    "is_favorite": True,
    "files": ["image.webp", "original.mp4", "video.mp4"],
}


def test_a_folder_of_sora_exodus():
    """Its index has only the last run; `metadata.json` is beside each clip; the prompts of its CSV
    are cut; a clip has a poster and a smaller form."""
    base = "generations/gen_01k7abcd"
    media = [f"{base}/{name}" for name in EXODUS["files"]]
    preview = (
        "gen_id,task_id,created_at,prompt_preview\ngen_01k7abcd,task_01k7zzzz,x,a red ball d...\n"
    )
    items = found(
        media,
        index_dot_json=[EXODUS],
        prompts_dot_csv=preview,
        generations__gen_01k7abcd__metadata_dot_json=EXODUS,
    )
    (item,) = items.values()
    assert item.path == f"{base}/original.mp4"
    assert set(item.others) == {f"{base}/image.webp", f"{base}/video.mp4"}
    record = item.record
    assert (record.prompt, record.seed, record.favourite) == (EXODUS["prompt"], 7, True)
    assert record.created_at == 1760263872.0


def test_thumbnails_of_a_gallery_are_left_out():
    """`sora-exodus gallery` writes one for every picture, named after it; a folder that has nothing
    else is imported."""
    base = "generations/gen_01k7abcd/original.png"
    thumbs = ["gallery-data/thumbs/gen_01k7abcd.webp", "Thumbnails/x.jpg", "thumb.png"]
    items = found([base, *thumbs, "thumbs/a.mp4"], index_dot_json=[EXODUS])
    assert sorted(items) == [base, "thumb.png", "thumbs/a.mp4"]
    assert set(found(thumbs[:2])) == set(thumbs[:2])


def test_an_index_alone_is_enough():
    """In folders that are named after ids, and in names of files with ids in them."""
    other = {**EXODUS, "gen_id": "gen_9", "prompt": "a box", "files": ["video.mp4"]}
    paths = ["generations/gen_01k7abcd/video.mp4", "generations/gen_9/video.mp4"]
    items = found(paths, index_dot_json=[EXODUS, other])
    assert [items[path].record.prompt for path in paths] == [EXODUS["prompt"], "a box"]
    named = found(["clips/2025-10-12_gen_01k7abcd_720p.mp4"], index_dot_json=[EXODUS])
    assert next(iter(named.values())).record.seed == 7


def test_tasks_with_their_generations():
    """As OpenAI's exports and the answers of its service nest them."""
    tasks = {
        "tasks": [
            {
                "id": "task_aaaa1",
                "prompt": "two foxes",
                "model": "turbo",
                "generations": [
                    {"id": "gen_bbbb1", "seed": 1, "created_at": 1734000000},
                    {"id": "gen_bbbb2", "seed": "2", "title": "Foxes"},
                ],
            }
        ]
    }
    items = found(["a/gen_bbbb1.mp4", "a/gen_bbbb2.mp4", "a/other.mp4"], a__sora_dot_json=tasks)
    records = [each.record for each in items.values()]
    assert [each.prompt for each in records] == ["two foxes", "two foxes", ""]
    assert [each.seed for each in records] == [1, 2, None]
    assert (records[0].model, records[0].created_at) == ("turbo", 1734000000.0)


def test_manifests_of_browser_extensions():
    items = {
        "items": [
            {
                "genId": "gen_cccc1",
                "postId": "s_dddd1",
                "date": "2026-02-03",
                "prompt": "a sea",
                "isLiked": True,
                "_raw": {"post": {"text": "a caption", "attachments": [{"id": "s_dddd1"}]}},
            }
        ]
    }
    (item,) = found(["sora_v2_profile/s_dddd1.mp4"], soravault_dot_json=items).values()
    assert (item.record.prompt, item.record.favourite) == ("a sea", True)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a__one_dot_json", {"prompt": "a sea"}),
        ("a__one_dot_mp4_dot_json", {"Prompt": "a sea"}),
        ("a__one_dot_txt", "Model: x\nPrompt: a sea\n\nSeed: 3"),
        ("a__one_dot_txt", "a sea"),
        ("a__table_dot_csv", "filename,prompt\none.mp4,a sea\ntwo.mp4,a hill\n"),
        ("table_dot_csv", "file;x\n,\n"),
        ("a__table_dot_csv", 'filename;prompt\none.mp4;"a sea"\ntwo.mp4;a hill\n'),
        ("list_dot_json", [{"file": "a/one.mp4", "prompt": "a sea"}]),
        ("list_dot_json", [{"file": "one.mp4", "prompt": "a sea"}]),
        ("list_dot_jsonl", '{"file": ".\\\\a\\\\one.mp4", "caption": "a sea"}\n'),
    ],
)
def test_any_folder_with_sidecars(name: str, content: object):
    items = found(["a/one.mp4", "a/two.mp4"], **{name: content})
    expected = "" if name == "table_dot_csv" else "a sea"
    assert items["a/one.mp4"].record.prompt == expected
    assert items["a/two.mp4"].record.prompt in ("", "a hill")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_in_either_form_of_unicode(form: Literal["NFC", "NFD"]):
    """A zip file of macOS has the second; what is written in a list may have the first."""
    media = [unicodedata.normalize(form, f"Été/{name}.mp4") for name in ("한글", "één", "é")]
    lists = {"Été__list_dot_json": [{"file": "한글.mp4", "prompt": "a sea"}]}
    lists |= {"list_dot_csv": "filename,prompt\nÉté/één.mp4,a hill\n"}
    lists |= {"Été__é_dot_json": {"prompt": "a fox"}}
    items = found(media, **lists)
    assert [items[path].record.prompt for path in media] == ["a sea", "a hill", "a fox"]


def test_a_name_that_several_clips_have_says_nothing():
    records = [{"file": "video.mp4", "id": f"x{i}", "prompt": f"p{i}"} for i in range(2)]
    items = found(["a/video.mp4", "b/video.mp4"], list_dot_json=records)
    assert {each.record.prompt for each in items.values()} == {""}


def seconds_for(count: int) -> float:
    """What it takes to find the records of so many clips, which all have the same name."""
    read = Sidecars()
    rows = [{"prompt": f"p{n}", "file": "video.mp4"} for n in range(count)]
    read.read("index.json", json.dumps(rows))
    for number in range(count):
        each = {"gen_id": f"gen_{number:08d}", "prompt": f"clip {number}", "files": ["video.mp4"]}
        read.read(f"gen_{number:08d}/metadata.json", json.dumps(each))
    begun = time.process_time()
    items = matched([f"gen_{number:08d}/video.mp4" for number in range(count)], read.records)
    assert [each.record.prompt for each in items[:3]] == ["clip 0", "clip 1", "clip 2"]
    return time.process_time() - begun


def test_an_archive_of_many_clips_takes_time_in_proportion():
    """Four times as many clips whose files have the same names; not sixteen times as long."""
    assert seconds_for(2400) < 9 * seconds_for(600)


@pytest.mark.parametrize("unit", [1, 10**3, 10**6, 10**9])
def test_a_time_in_any_unit(unit: int):
    items = found(["one.mp4"], one_dot_json={"prompt": "a sea", "timestamp": 1_760_000_000 * unit})
    assert items["one.mp4"].record.created_at == pytest.approx(1.76e9)


@pytest.mark.parametrize(
    ("date", "seconds"), [(1e25, None), ("2025", None), (7, None), ("20251012", 1760227200.0)]
)
def test_a_number_that_is_no_time(date: object, seconds: float | None):
    items = found(["one.mp4"], one_dot_json={"prompt": "a sea", "date": date})
    assert items["one.mp4"].record.created_at == seconds


def test_texts_that_no_database_takes():
    """A program has cut an emoji in two, and another one has ended a text with NUL."""
    record = {"file": "one.mp4", "prompt": "a sea \ud83d\0", "tags": ["\U0001f388", "\udf88"]}
    text = json.dumps(record)  # with escapes, as any program may write them
    items = found(["one.mp4"], list_dot_json=text)
    assert items["one.mp4"].record.prompt == "a sea ?"
    assert items["one.mp4"].record.tags == ("🎈", "?")


def test_line_separators_within_the_texts_of_json_lines():
    """JSON may have U+2028 and its like in strings; JavaScript writes them so."""
    line = json.dumps({"file": "one.mp4", "prompt": "a sea\u2028\x85at night"}, ensure_ascii=False)
    items = found(["one.mp4"], list_dot_jsonl=f"{line}\r\n\r\n")
    assert items["one.mp4"].record.prompt == "a sea\u2028\x85at night"
    read = Sidecars()
    read.read("list.jsonl", f"{line}\n\n{{\n")
    assert read.unreadable[0].reason == "it is not JSON (line 3)"


def test_broken_sidecars_are_named():
    read = Sidecars()
    read.read("a.json", "{")
    read.read("b.json", "[" * 100_000)
    read.read("c.json", json.dumps({"prompt": ["a", 1, None], "seed": True, "id": {}, "date": "x"}))
    assert [(each.path, each.reason) for each in read.unreadable] == [
        ("a.json", "it is not JSON (line 1)"),
        ("b.json", "it is nested too deeply"),
    ]
