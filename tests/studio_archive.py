"""Three clips with their prompts, and how the studio's page imports them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect

from footage import write_video
from serving import Running

NAMES = ("a red ball rolls to the left", "a red ball rolls to the right", "a blue box stands")


def write(folder: Path) -> list[str]:
    """Writes three clips of a second, each with a file that has its prompt; returns the paths."""
    paths = []
    for number, name in enumerate(NAMES):
        frames = [np.full((90, 160, 3), 40 + 60 * number + 2 * i, np.uint8) for i in range(12)]
        paths += [write_video(folder / f"{number}.mp4", frames, [83 * i for i in range(12)])]
        sidecar = folder / f"{number}.json"
        sidecar.write_text(json.dumps({"prompt": name, "seed": number}))
        paths.append(sidecar)
    return list(map(str, paths))


def open_view(page: Page, server: Running, name: str) -> None:
    page.goto(f"{server.url}/#/{name}")
    page.wait_for_selector(f".view-{name} h1")


def bring(page: Page, server: Running, archive: list[str]) -> None:
    """Imports the archive with the page."""
    open_view(page, server, "import")
    page.locator("input[type=file]:not([webkitdirectory])").set_input_files(archive)
    expect(page.get_by_role("link", name="Open the library")).to_be_visible()
