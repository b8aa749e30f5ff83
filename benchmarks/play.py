"""Speed and steadiness of played worlds.

    python benchmarks/play.py server [--players 2] [--mode anchored] [--steps 300]
    python benchmarks/play.py page [--seconds 5]
    python benchmarks/play.py export [--steps 60]
    python benchmarks/play.py long [--minutes 10]

`server` sends the next action when the frame of the one before has come, over the WebSocket that
the page uses: steps a second, and the time from sending an action to having its frame. `page` opens
the page in Chromium and lets time run at 20 steps a second. `long` dreams what minutes of that are,
12,000 steps for ten, and shows memory and colours. `export` plays an exported folder in Chromium,
by WebAssembly on one thread: CPU time of the browser for a frame, which other work on the machine
does not change much. `--model` is crafter or a directory. What dreams show is measured by
`dreams.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import httpx
import numpy as np
import psutil
import torch
from playwright.sync_api import Page, sync_playwright
from websockets.asyncio.client import connect

import sorairo
from sorairo.world.crafter.drawing import draw
from sorairo.world.crafter.names import ACTIONS, FACINGS, ROWS, TILE
from sorairo.world.crafter.perception import read_picture
from sorairo.world.crafter.simulator import Simulator
from sorairo.world.crafter.start import Start

WALK = ("left", "left", "up", "do", "right", "right", "down", "noop")
AWAKE = [name for name in ACTIONS if name != "sleep"]
LIFE = 40  # steps, after which the game begins anew: zombies kill a player that only walks
WAIT = 120_000  # milliseconds for a world or the networks to be there


@contextmanager
def serving(model: str) -> Iterator[tuple[str, psutil.Process]]:
    """The address of `sorairo play`, and its process."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        where = ["--database", f"sqlite:///{folder}/jobs.db", "--media", f"{folder}/media"]
        words = ["play", model, "--no-open", "--workers", "0", "--port", str(port), *where]
        process = subprocess.Popen([sys.executable, "-m", "sorairo", *words])
        url = f"http://127.0.0.1:{port}"
        try:
            while True:
                try:
                    httpx.get(f"{url}/healthz").raise_for_status()
                    break
                except httpx.HTTPError:
                    assert process.poll() is None, "the server has ended"
                    time.sleep(0.1)
            yield url, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait()


@contextmanager
def page_at(url: str) -> Iterator[Page]:
    """A page in Chromium."""
    path = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--disable-gpu", "--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(url)
        yield page
        browser.close()


async def _player(url: str, mode: str, steps: int, seed: int) -> tuple[float, list[float]]:
    """Steps a second of one player, and the seconds of each step."""
    async with httpx.AsyncClient(timeout=60) as client:
        body = {"world": "crafter", "mode": mode, "seed": seed}
        session = (await client.post(f"{url}/v1/play/sessions", json=body)).raise_for_status()
    made = session.json()
    address = f"{url.replace('http', 'ws', 1)}/{made['socket'].lstrip('/')}"
    async with connect(address, max_size=None) as line:
        await line.send(json.dumps({"type": "hello", "token": made["token"]}))
        await _frame(line)
        took = []
        for step in range(steps):
            if step % LIFE == LIFE - 1:
                again = {"type": "start", "seed": 100 * seed + step}
                await line.send(json.dumps(again))
                await _frame(line)
            sent = time.perf_counter()
            await line.send(json.dumps({"type": "step", "action": WALK[step % len(WALK)]}))
            await _frame(line)
            took.append(time.perf_counter() - sent)
        return steps / sum(took), took


async def _frame(line) -> dict:
    while True:
        message = await line.recv()
        if isinstance(message, bytes):
            size, _ = struct.unpack("<II", message[:8])
            return json.loads(message[8 : 8 + size])
        assert json.loads(message)["type"] != "error", message


def server(args: argparse.Namespace) -> None:
    async def play(url: str) -> list[tuple[float, list[float]]]:
        players = [_player(url, args.mode, args.steps, 3 + i) for i in range(args.players)]
        return await asyncio.gather(*players)

    with serving(args.model) as (url, _):
        for rate, took in asyncio.run(play(url)):
            warm = sorted(took[5:])
            p50, p95 = (1000 * warm[int(share * len(warm))] for share in (0.5, 0.95))
            print(f"{args.mode}: {rate:.1f} steps a second, p50 {p50:.0f} ms, p95 {p95:.0f} ms")


def _begin(page: Page, mode: str = "Dream") -> None:
    page.locator(".play-start").get_by_role("button", name="Play").click()
    page.locator(".play-pad").wait_for(timeout=WAIT)
    button = page.get_by_role("button", name=mode, exact=True)
    if button.count():
        button.click()
    page.get_by_label("Time").select_option("20")


def _step(page: Page) -> int:
    text = page.locator(".play-figures").inner_text()
    return int(text.split("step ")[1].split()[0].replace(",", ""))


def page(args: argparse.Namespace) -> None:
    with serving(args.model) as (url, _), page_at(f"{url}/play") as shown:
        _begin(shown, args.mode.capitalize())
        shown.wait_for_timeout(1000)
        first, begun = _step(shown), time.perf_counter()
        shown.wait_for_timeout(1000 * args.seconds)
        rate = (_step(shown) - first) / (time.perf_counter() - begun)
        print(f"{rate:.1f} of 20 steps a second; {shown.locator('.play-figures').inner_text()}")


@contextmanager
def exported(model: str) -> Iterator[str]:
    """The address of a folder that `sorairo play --export` has written."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with tempfile.TemporaryDirectory() as folder:
        words = ["play", model, "--export", f"{folder}/page"]
        subprocess.run([sys.executable, "-m", "sorairo", *words], check=True)
        handler = partial(Quiet, directory=f"{folder}/page")
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as host:
            threading.Thread(target=host.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{host.server_port}"
            host.shutdown()


PLAY = """async ({ steps, actions }) => {
  const { Engine } = await import("./play/engine.js");
  const base = document.baseURI;
  const engine = await Engine.load(new URL("model/", base), new URL("onnxruntime/", base));
  const { side } = engine.facts;
  await engine.start({ picture: new Uint8Array(3 * side * side).fill(90) });
  const found = [];
  for (let i = 0; i < steps; i++) {
    const began = performance.now();
    await engine.step(actions[i % actions.length]);
    await engine.keep();
    found.push(performance.now() - began);
  }
  return found;
}"""


def export(args: argparse.Namespace) -> None:
    with exported(args.model) as url, page_at(url) as shown:
        given = {"steps": 5, "actions": [1, 1, 3, 5, 2, 2, 4, 0]}
        shown.evaluate(PLAY, given)  # loads the networks
        begun = _browser_seconds()
        shown.evaluate(PLAY, given)
        loaded = _browser_seconds()
        took = shown.evaluate(PLAY, given | {"steps": 5 + args.steps})[5:]
        spent = (_browser_seconds() - loaded - (loaded - begun)) / args.steps
        print(
            f"WebAssembly, one thread: a frame in {1000 * spent:.0f} ms of CPU time, "
            f"{1 / spent:.1f} frames a second; by the clock {statistics.median(took):.0f} ms"
        )


def _browser_seconds() -> float:
    """CPU seconds that Chromium's processes have used."""
    found = psutil.Process().children(recursive=True)
    times = [each.cpu_times() for each in found if "chrom" in each.name()]
    return sum(each.user + each.system for each in times)


def long(args: argparse.Namespace) -> None:
    """A dream from a picture, with no rules beside it that could end it."""
    torch.set_num_threads(1)
    session = sorairo.load(args.model).play(mode="dream")
    simulator, chosen = Simulator(), np.random.default_rng(0)
    simulator.reset(3, Start())
    frame = session.start(picture=draw(simulator.state)).frame
    process, minute = psutil.Process(), 20 * 60  # steps
    for step in range(args.minutes * minute + 1):
        if step % minute == 0:
            seen = frame[: ROWS * TILE].reshape(-1, 3)
            readable = (read_picture(frame).ground != 255).mean()
            print(
                f"minute {step // minute}: {process.memory_info().rss / 2**20:.0f} MB, colours "
                f"{seen.mean(0).round()} +- {seen.std():.0f}, {readable:.2f} are tiles of the game",
                flush=True,
            )
        if step % 8 == 0:
            walk = str(chosen.choice(list(FACINGS)))
        action = walk if chosen.random() < 0.7 else str(chosen.choice(AWAKE))
        frame = session.step(action).frame


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("server", "page", "export", "long"))
    parser.add_argument("--model", default="crafter")
    parser.add_argument("--mode", default="dream", choices=("dream", "anchored", "simulator"))
    parser.add_argument("--players", type=int, default=1)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--minutes", type=int, default=10)
    args = parser.parse_args()
    globals()[args.what](args)


if __name__ == "__main__":
    main()
