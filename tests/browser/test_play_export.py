"""The exported folder: the same pictures as in torch, and a page that plays without a server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
from onnxruntime import InferenceSession
from playwright.sync_api import Browser, expect

from serving import in_thread
from sorairo.models.crafter.dream import Dream
from sorairo.models.crafter.files import load_play_model
from sorairo.play.export.graphs import graphs_of
from sorairo.world.crafter.names import ACTIONS
from studio_pages import overflow, quiet_page, serious_findings
from tiny_crafter import tiny_crafter

LOADED = 120_000  # milliseconds until the networks are ready


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_crafter(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Path:
    """What the command writes."""
    folder = tmp_path_factory.mktemp("page") / "export"
    words = ["play", str(model), "--export", str(folder)]
    done = subprocess.run(
        [sys.executable, "-m", "sorairo", *words], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, f"{folder}\n"), done.stderr
    assert "arning" not in done.stderr
    return folder


@pytest.fixture(scope="module")
def host(folder: Path) -> Iterator[str]:
    """The address of the folder as `python -m http.server` serves it."""
    handler = partial(Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    with in_thread(server):
        yield f"http://127.0.0.1:{server.server_port}"


PLAY = """async ({pictures, actions, noises, prompts}) => {
    const { Engine } = await import("./play/engine.js");
    const base = document.baseURI;
    const engine = await Engine.load(new URL("model/", base), new URL("onnxruntime/", base));
    const found = [Array.from(await engine.start({ picture: Uint8Array.from(pictures[0]) }))];
    for (let i = 0; i < actions.length; i++) {
        const noise = Float32Array.from(noises[i]);
        found.push(Array.from(await engine.step(actions[i], { prompt: prompts[i], noise })));
    }
    await engine.keep();
    return [found, engine.position];
}"""


def test_pictures_are_those_of_torch(chromium: Browser, host: str, model: Path):
    """The same start, actions, prompts and noise, step by step, further than the window reaches."""
    actions = [ACTIONS.index(name) for name in ("right", "up", "do", "left", "down", "right", "up")]
    prompts = [("", 0), ("", 0), ("at night", 24), ("at night", 24), ("", 0), ("", 0), ("", 0)]
    picture = np.random.default_rng(0).integers(0, 256, (72, 72, 3), np.uint8)
    dream = Dream(load_play_model(model))
    dream.model.float()
    dream.dtype = torch.float32
    noise = torch.Generator().manual_seed(7)
    known = torch.Generator().manual_seed(7)
    want, noises = [dream.start(picture)], []
    for action, (prompt, _) in zip(actions, prompts, strict=True):
        want.append(dream.step(action, prompt=prompt, generator=noise))
        shape = (1, 1, 81, dream.config.codec.latent_channels)
        noises.append(torch.randn(shape, generator=known).flatten().tolist())
    with quiet_page(chromium, host) as page:
        given = {
            "pictures": [picture.flatten().tolist()],
            "actions": actions,
            "noises": noises,
            "prompts": [number for _, number in prompts],
        }
        found, position = page.evaluate(PLAY, given)
    assert tuple(position) == dream.position
    for ours, theirs in zip(want, found, strict=True):
        difference = np.abs(ours.flatten().astype(int) - np.array(theirs))
        assert difference.max() <= 1
        assert (difference > 0).mean() < 0.01, "roundings, and no more"


@pytest.mark.parametrize("frames", [0, 1, 3])
def test_graphs_compute_what_torch_does(folder: Path, model: Path, frames: int):
    """By onnxruntime in Python, with a past of no frame and of several."""
    for name, graph in graphs_of(load_play_model(model)).items():
        inputs = dict(graph.inputs)
        for each in graph.dynamic:
            layers, places, *size = inputs[each].shape
            inputs[each] = torch.randn(layers, frames * places, *size)
        with torch.inference_mode():
            want = graph.module(*inputs.values())
        session = InferenceSession(folder / "model" / f"{name}.onnx")
        found = session.run(None, {key: each.numpy() for key, each in inputs.items()})
        for ours, theirs in zip(want if isinstance(want, tuple) else (want,), found, strict=True):
            most = 1 if name == "decoder" else 2e-5  # levels of a pixel are rounded
            assert np.abs(ours.numpy() - theirs).max() <= most, name


def test_an_exported_page_plays(chromium: Browser, host: str):
    with quiet_page(chromium, host, viewport={"width": 390, "height": 844}) as page:
        page.get_by_label("Where and when").fill("a forest at night")
        page.locator(".play-start").get_by_role("button", name="Play").click()
        expect(page.locator(".play-pad")).to_be_visible(timeout=LOADED)
        for number, key in enumerate(("ArrowRight", "ArrowUp", " "), 1):
            page.keyboard.press(key)
            expect(page.get_by_text(f"step {number}", exact=True)).to_be_visible()
        expect(page.get_by_text("nothing checks it")).to_be_visible()
        expect(page.get_by_role("button", name="Keep as a clip")).to_have_count(0)
        assert overflow(page) <= 0
        assert serious_findings(page) == []
