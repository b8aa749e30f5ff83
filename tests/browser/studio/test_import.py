"""Import in Chromium, with a real server: chosen files, a zip, and a folder that is dropped."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
from playwright.sync_api import Page, expect

from serving import Running, picture
from sora_archive import clip
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.base import InputFile
from sorairo.video import Clip
from studio_archive import NAMES, bring, open_view

LARGE = 7 * 2**20  # characters of a conversation: three are more than a request may have
# The fields of sora-exodus, of a picture for which its gallery made a thumbnail.
EXODUS = {
    "gen_id": "gen_01k7abcd",
    "prompt": "a fox in the snow",
    "seed": 5,
    "files": ["original.png", "image.webp"],
}


def test_import_twice_and_look_at_the_library(
    studio: Page, server: Running, archive: list[str], tmp_path: Path
):
    beside = tmp_path / "._0.mp4"  # as macOS leaves them on other disks
    beside.write_bytes(bytes(4096))
    bring(studio, server, [*archive, str(beside)])
    expect(studio.get_by_text("3 clips imported.")).to_be_visible()
    expect(studio.locator(".import-list")).to_have_count(0)
    packed = tmp_path / "archive.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for each in archive:
            file.write(each, f"folder/{Path(each).name}")
    bring(studio, server, [str(packed)])
    expect(studio.get_by_text("3 were here already.")).to_be_visible()
    studio.get_by_role("link", name="Open the library").click()
    for name in NAMES:
        expect(studio.locator(".cell-name", has_text=name)).to_be_visible()
    found = httpx.get(f"{server.url}/v1/videos").json()["data"]
    assert {(video["kind"], video["seed"]) for video in found} == {("import", i) for i in range(3)}


def test_an_export_comes_with_the_files_of_its_clips(studio: Page, server: Running, tmp_path: Path):
    """A clip that was made from a picture can be made again; a remix of it is of its family."""
    first, remix = (f"video_{number:032x}" for number in (0xA11CE, 0xB0B))
    given = picture((64, 64))
    source = (InputFile(name="given 1", sha256=""),)
    request = AnimateRequest(prompt="a lantern sways", at=(0.0,), seconds=1.0, inputs=source)
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as file:
        for shade, name in enumerate((first, remix)):
            frames = np.full((12, 64, 64, 3), 33 + shade, np.uint8)
            comment = replace(request, seed=shade).to_comment()
            Clip(frames=frames, fps=12, metadata={"comment": comment}).save(tmp_path / "a.mp4")
            file.write(tmp_path / "a.mp4", f"x/clips/{name}.mp4")
            file.writestr(f"x/inputs/{name}-0.png", given)
        index = [{"id": first}, {"id": remix, "parents": {first: "remix"}}]
        file.writestr("x/index.json", json.dumps(index))
    bring(studio, server, [str(tmp_path / "export.zip")])
    expect(studio.get_by_text("2 clips imported.")).to_be_visible()
    found = httpx.get(f"{server.url}/v1/videos?q=lantern").json()["data"]
    videos = {video["seed"]: video["id"] for video in found}
    assert {video["kind"] for video in found} == {"animate"}
    assert httpx.get(f"{server.url}/v1/videos/{videos[1]}/inputs/0").content == given
    parents = httpx.get(f"{server.url}/v1/videos/{videos[1]}/lineage").json()["parents"]
    assert parents == [{"id": videos[0], "relation": "remix"}]


def test_a_folder_is_dropped(studio: Page, server: Running, tmp_path: Path):
    """Two archives side by side: a gallery with thumbnails, and files named .dat with a list of
    conversations that is larger than a request may be."""
    made = tmp_path / "sora" / "generations" / EXODUS["gen_id"]
    thumbs = tmp_path / "sora" / "gallery-data" / "thumbs"
    export = tmp_path / "export"
    for folder in (made, thumbs, export):
        folder.mkdir(parents=True)
    (made / "metadata.json").write_text(json.dumps(EXODUS))
    (made / "original.png").write_bytes(picture((96, 64)))
    (thumbs / f"{EXODUS['gen_id']}.webp").write_bytes(picture((48, 32)))
    talks = []
    for number in range(3):
        drawn = {"prompt": f"picture {number}", "gen_id": f"g{number}"}
        pointer = f"sediment://file_00{number}0aa00"
        asset = {"asset_pointer": pointer, "metadata": {"dalle": drawn}}
        talks.append({"title": "Talk", "id": f"t{number}", "mapping": [asset, "x" * LARGE]})
        clip(export / "moving.mp4", 20 + number)
        (export / "moving.mp4").rename(export / f"file_00{number}0aa00.dat")
    (export / "conversations.json").write_text(json.dumps(talks))
    (export / "account.dat").write_bytes(b"%PDF-1.7" + bytes(90))

    open_view(studio, server, "import")
    drop(studio, ".drop", [str(tmp_path / "sora"), str(export)])
    expect(studio.get_by_text("4 clips imported.")).to_be_visible()
    expect(studio.locator(".import-list")).to_have_count(0)
    found = httpx.get(f"{server.url}/v1/videos").json()["data"]
    assert {video["prompt"]: video["seed"] for video in found} == {
        "a fox in the snow": 5,
        **{f"picture {number}": None for number in range(3)},
    }


def drop(page: Page, selector: str, paths: list[str]) -> None:
    """Drops files and folders of the disk, as the desktop does."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": paths, "dragOperationsMask": 1}
    devtools = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})
    devtools.detach()
