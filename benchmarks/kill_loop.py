"""Kills workers and the server at random moments while jobs come in, fills the disk, restarts the
database, and counts what was lost.

    python benchmarks/kill_loop.py [--kills 200] [--database sqlite|postgresql] [--json FILE]

A client submits jobs, each with an `Idempotency-Key`, and retries requests without a response.
After the last kill, the loop waits until the queue is empty. Then every accepted job must have been
completed once, or have failed because the disk was full, and its clip must have the bytes that an
undisturbed server makes for the same request. PostgreSQL is started here, in a folder of its own.
The disk that gets full is a small file system that only root on Linux can mount; elsewhere this
fault is left out.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, select
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from disturbances import LEASE, URL, Disturber, Server, small_disk

from postgresql import PostgreSQL, running
from sorairo.jobs.database import open_database
from sorairo.jobs.outbox import Outbox
from sorairo.jobs.queue import Queue
from sorairo.jobs.schema import outbox
from sorairo.server.worker.worker import STORAGE_ERROR

KINDS = 4  # different requests
NOBODY = "http://127.0.0.1:9/"  # nothing listens: events stay countable
MAX_WAITING = 12  # jobs, or the client waits
UNSTORED = "cannot be stored"  # in the log of a worker that met the full disk


class Client(threading.Thread):
    """Submits jobs until it is stopped; `accepted` holds the accepted ones by number."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.accepted: dict[str, int] = {}
        self.refused: Counter[int] = Counter()
        self.ending = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.ending.wait(0.5):
            try:
                if ask("/readyz").json()["waiting"] < MAX_WAITING:
                    self.accepted[submit(number, f"{os.getpid()}-{number}")] = number
                    number += 1
            except httpx.HTTPStatusError as error:
                self.refused[error.response.status_code] += 1
            except httpx.HTTPError:
                pass


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
    answer = httpx.post(f"{URL}/v1/videos", json=body, headers={"Idempotency-Key": key}, timeout=10)
    answer.raise_for_status()
    return answer.json()["id"]


def ask(path: str) -> httpx.Response:
    answer = httpx.get(f"{URL}{path}", timeout=30)
    answer.raise_for_status()
    return answer


def content(job: str) -> str:
    """Digest of a finished clip."""
    return hashlib.sha256(ask(f"/v1/videos/{job}/content").content).hexdigest()


def finished(job: str) -> dict[str, Any]:
    while (video := ask(f"/v1/videos/{job}").json())["status"] not in ("completed", "failed"):
        time.sleep(0.1)
    return video


def counted(client: Client, digests: list[str], events: Counter[str]) -> dict[str, Any]:
    """The outcome of the accepted jobs; `events` counts the events of each job."""
    ends = {job: ask(f"/v1/videos/{job}").json() for job in client.accepted}
    done = [job for job, video in ends.items() if video["status"] == "completed"]
    errors = [video["error"] or {} for video in ends.values() if video["status"] == "failed"]
    without_room = sum(error.get("code") == STORAGE_ERROR for error in errors)
    wrong = [job for job in done if content(job) != digests[client.accepted[job] % KINDS]]
    return {
        "accepted": len(ends),
        "completed": len(done),
        "failed for want of room": without_room,
        "lost": len(ends) - len(done) - without_room,
        "committed twice": sum(events[job] > 1 for job in ends),
        "ended untold": sum(events[job] == 0 for job in ends),
        "submitted twice": len(ends) - len(set(client.accepted.values())),
        "other bytes": len(wrong),
        "refused meanwhile, by status": dict(sorted(client.refused.items())),
    }


def disturbed(
    kills: int, folder: Path, database: str, postgresql: PostgreSQL | None, *, full: bool
) -> dict[str, Any]:
    media, log = folder / "disk", folder / "log"
    server, opened = Server(database, media, log), open_database(database)
    Outbox(opened).add_webhook(NOBODY)
    truth = [submit(kind, f"truth-{os.getpid()}-{kind}") for kind in range(KINDS)]
    digests = [content(finished(job)["id"]) for job in truth]
    disturber = Disturber(server, Queue(opened), postgresql, media if full else None)
    client, begun = Client(), time.monotonic()
    client.start()
    with tqdm(total=kills, unit="kill") as bar:
        while disturber.killed() < kills:
            disturber.next()
            bar.update(disturber.killed() - bar.n)
    spent = time.monotonic() - begun
    client.ending.set()
    client.join()
    for job in tqdm(client.accepted, unit="job"):
        finished(job)
    counts = counted(client, digests, events_of(opened))
    folders = Counter(path.parent.parent.name for path in media.glob("*/*/video.mp4"))
    server.stop()
    opened.dispose()
    return {
        "killed": disturber.killed(),
        "disturbed": dict(disturber.done),
        **counts,
        "made more than once, committed once": sum(n > 1 for n in folders.values()),
        "clips that met a full disk": log.read_text(errors="replace").count(UNSTORED),
        "lease, seconds": LEASE,
        "job of a dead worker taken again, seconds": span(disturber.seconds["taken again"]),
        "server killed until it answers, seconds": span(server.starts[1:]),
        "database restarted until the server answers, seconds": span(disturber.seconds["database"]),
        "seconds for each": round(spent / disturber.done.total(), 1),
    }


def events_of(database: Engine) -> Counter[str]:
    """How often each job ended: an event is written in the transaction that ends it."""
    with database.begin() as connection:
        return Counter(connection.execute(select(outbox.c.job)).scalars())


def span(seconds: list[float]) -> dict[str, float]:
    if not seconds:
        return {}
    middle = round(statistics.median(seconds), 2)
    return {"times": len(seconds), "median": middle, "longest": round(max(seconds), 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--kills", type=int, default=200, help="SIGKILLs (default: 200).")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--json", type=Path, help="Note it there, under the database's name.")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgresql = None
        if given.database == "postgresql":
            postgresql = stack.enter_context(running())
        url = postgresql.new() if postgresql else f"sqlite:///{folder}/jobs.db"
        full = stack.enter_context(small_disk(folder / "disk"))
        figures = disturbed(given.kills, folder, url, postgresql, full=full)
    print(json.dumps(figures, indent=1))
    if given.json:
        known = json.loads(given.json.read_text()) if given.json.exists() else {}
        given.json.write_text(json.dumps({**known, given.database: figures}, indent=1) + "\n")
    slow = figures["job of a dead worker taken again, seconds"].get("longest", 0) > LEASE + 5
    never = ("lost", "committed twice", "ended untold", "submitted twice", "other bytes")
    sys.exit(slow or any(figures[name] for name in never))


if __name__ == "__main__":
    main()
