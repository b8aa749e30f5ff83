"""Kills workers and the server at random moments while jobs come in, and counts what was lost.

    python benchmarks/kill_loop.py [--kills 200] [--database URL] [--json FILE]

A client submits jobs without pause, each with an `Idempotency-Key`, and asks again where it got no
answer. When enough has been killed, the queue is let run empty. Then every job that was accepted
must be completed, once, and its clip be the bytes that an undisturbed server makes of the same
request.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import psutil
from tqdm import tqdm

PORT = 18_765
KINDS = 4  # different requests
LEASE = 3.0  # seconds
OF_SERVER = 0.1  # of the kills


class Server:
    """`sorairo serve` with two workers, started again whenever it is gone."""

    def __init__(self, database: str, media: Path, log: Path) -> None:
        words = ["--port", str(PORT), "--database", database, "--media", str(media)]
        words += ["--workers", "2", "--lease", str(LEASE), "--attempts", "1000"]
        self.command = [sys.executable, "-m", "sorairo", "serve", *words]
        self.log = log.open("wb")
        self.starts: list[float] = []
        self.start()

    def start(self) -> None:
        begun = time.monotonic()
        self.process = subprocess.Popen(self.command, stdout=self.log, stderr=self.log)
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{PORT}/healthz", timeout=1).raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.02)
        self.starts.append(time.monotonic() - begun)

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


class Client(threading.Thread):
    """Submits until it is told to stop; whatever was accepted is in `accepted`, by number."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.accepted: dict[str, int] = {}
        self.ending = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.ending.is_set():
            try:
                self.accepted[submit(number, f"{os.getpid()}-{number}")] = number
                number += 1
            except httpx.HTTPError:
                pass
            time.sleep(0.5)


def submit(number: int, key: str) -> str:
    """The id of a job."""
    body = {
        "prompt": f"a {('red', 'blue', 'green', 'pink')[number % KINDS]} ball",
        "seed": number % KINDS,
        "seconds": "0.5",
        "size": "128x128",
        "fps": 12,
        "num_inference_steps": 4,
    }
    answer = httpx.post(
        f"http://127.0.0.1:{PORT}/v1/videos",
        json=body,
        headers={"Idempotency-Key": key},
        timeout=5,
    )
    answer.raise_for_status()
    return answer.json()["id"]


def look(job: str) -> dict:
    for _ in range(100):
        try:
            return httpx.get(f"http://127.0.0.1:{PORT}/v1/videos/{job}", timeout=5).json()
        except httpx.HTTPError:
            time.sleep(0.2)
    raise SystemExit("the server is gone")


def content(job: str) -> str:
    """Digest of a finished clip."""
    answer = httpx.get(f"http://127.0.0.1:{PORT}/v1/videos/{job}/content", timeout=30)
    answer.raise_for_status()
    return hashlib.sha256(answer.content).hexdigest()


def finished(job: str) -> dict:
    while (video := look(job))["status"] not in ("completed", "failed"):
        time.sleep(0.1)
    return video


def kill_something(server: Server, rng: random.Random) -> str:
    """SIGKILL for the server, or for a worker; sometimes one is only stopped past its lease."""
    if rng.random() < OF_SERVER:
        server.process.kill()
        server.process.wait()
        server.start()
        return "server"
    workers = server.workers()
    if not workers:
        return ""
    worker = rng.choice(workers)
    try:
        if rng.random() < 0.05:
            worker.send_signal(signal.SIGSTOP)
            time.sleep(LEASE + 1)
            worker.send_signal(signal.SIGCONT)
            return "stopped past its lease"
        worker.kill()
    except psutil.NoSuchProcess:
        return ""
    return "worker"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", help="[default: SQLite in a folder of its own]")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rng, killed = random.Random(0), Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = given.database or f"sqlite:///{folder}/jobs.db"
        server = Server(database, folder / "media", folder / "log")
        truth = [submit(kind, f"truth-{os.getpid()}-{kind}") for kind in range(KINDS)]
        for job in truth:
            assert finished(job)["status"] == "completed"
        digests = [content(job) for job in truth]
        client = Client()
        client.start()
        with tqdm(total=given.kills, unit="kill") as bar:
            while sum(killed.values()) < given.kills:
                time.sleep(rng.uniform(0.2, 6.0))
                if what := kill_something(server, rng):
                    killed[what] += 1
                    bar.update()
        client.ending.set()
        client.join()
        ends = {job: finished(job) for job in tqdm(client.accepted, unit="job")}
        wrong = [
            job
            for job, number in client.accepted.items()
            if ends[job]["status"] == "completed" and content(job) != digests[number % KINDS]
        ]
        done = [job for job, video in ends.items() if video["status"] == "completed"]
        folders = Counter(
            path.parent.parent.name for path in (folder / "media").glob("*/*/video.mp4")
        )
        server.stop()
    told = {
        "killed": dict(killed),
        "accepted": len(ends),
        "lost": len(ends) - len(done),
        "other bytes": len(wrong),
        "made more than once, committed once": sum(n > 1 for n in folders.values()),
        "submitted twice": len(client.accepted) - len(set(client.accepted.values())),
        "server up again, seconds, median": round(statistics.median(server.starts), 2),
        "server up again, seconds, longest": round(max(server.starts), 2),
    }
    print(json.dumps(told, indent=1))
    if given.json:
        given.json.write_text(json.dumps(told, indent=1) + "\n")
    sys.exit(bool(told["lost"] or told["other bytes"] or told["submitted twice"]))


if __name__ == "__main__":
    main()
