"""Load test of the server: reads, submits, cancels and uploads while a clip is being made.

    python benchmarks/load.py [--quick] [--clients 16] [--rate 30] [--json FILE]

Everything goes to one `sorairo serve` with one worker, which makes clips all the time. Clients with
persistent connections request the Video object and the list, each as fast as it is answered (a
closed loop); meanwhile a step of the running clip is timed, which is what the clients cost it. Then
requests come at a fixed rate on new connections, whether earlier ones are answered or not (an open
loop): their latency counts from the moment at which they are due. Then jobs are submitted as
multipart, as OpenAI's SDKs do; then running jobs are cancelled; then uploads that are too large are
sent. The memory is the peak of the API process. No step waits for more than WAIT_SECONDS.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
from load_clients import asked, asked_at_rate, latency

LARGE = 500 * 2**20  # bytes of an upload
PIECE = bytes(2**16)
FORM = "Content-Type: multipart/form-data; boundary=b"
FILE_BEGINS = b'--b\r\nContent-Disposition: form-data; name="video"; filename="a.mp4"\r\n\r\n'
SHAPE = {"size": "128x128", "seconds": "4"}
STEPS = 200  # of a job that takes long
WAIT_SECONDS = 120.0  # for one event, such as a job that begins
LONG = {**SHAPE, "prompt": "a red ball", "num_inference_steps": str(STEPS)}


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The address of a server, and its process."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    words = ["--port", str(port), "--workers", "1"]
    words += ["--database", f"sqlite:///{folder}/jobs.db", "--media", str(folder / "media")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sorairo", "serve", *words],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        url = f"http://127.0.0.1:{port}"
        try:
            for _ in waiting("the server"):
                with suppress(httpx.TransportError):
                    httpx.get(f"{url}/healthz", timeout=1).raise_for_status()
                    break
            yield url, psutil.Process(process.pid)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


class Memory(threading.Thread):
    """The peak memory of a process in MB, until the measurement is stopped."""

    def __init__(self, process: psutil.Process) -> None:
        super().__init__(daemon=True)
        self.process, self.most, self.ending = process, 0.0, threading.Event()
        self.first = self.now()

    def now(self) -> float:
        return self.process.memory_info().rss / 2**20

    def run(self) -> None:
        while not self.ending.wait(0.05):
            with suppress(psutil.NoSuchProcess):
                self.most = max(self.most, self.now())


def submit(client: httpx.Client, **asked: str) -> str:
    """The id of a job that was accepted; in multipart, as the SDKs send it."""
    parts = {name: (None, value) for name, value in asked.items()}
    answer = client.post("/v1/videos", files=parts).raise_for_status()
    return answer.json()["id"]


def running(client: httpx.Client) -> str:
    """The id of a long job that a worker has begun."""
    job = submit(client, **LONG)
    for _ in waiting(f"{job} to begin"):
        if look(client, job)["progress"] > 0:
            break
    return job


def waiting(what: str, pause: float = 0.05) -> Iterator[None]:
    """Turns of a loop that waits. Raises TimeoutError after WAIT_SECONDS."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        yield
        time.sleep(pause)
    raise TimeoutError(f"waited {WAIT_SECONDS:g} s for {what}")


def look(client: httpx.Client, job: str) -> dict:
    return client.get(f"/v1/videos/{job}").raise_for_status().json()


def priced(url: str, paths: list[str], clients: int, seconds: float) -> dict[str, Any]:
    """Answers to clients that ask all the time, and what a step of the running clip takes while
    they do and without them."""
    with httpx.Client(base_url=url, timeout=60) as client, ThreadPoolExecutor(1) as pool:
        job = running(client)
        alone = step_seconds(client, job)
        meanwhile = pool.submit(lambda: [asked(url, each, clients, seconds) for each in paths])
        time.sleep(0.5)
        busy = step_seconds(client, job)
        answers = meanwhile.result()
        client.delete(f"/v1/videos/{job}").raise_for_status()
    price = {"alone, seconds": round(alone, 3), "while clients ask, seconds": round(busy, 3)}
    return {"answers": answers, "a step": {**price, "times": round(busy / alone, 2)}}


def submitted(url: str, jobs: int, clients: int = 8) -> dict[str, float]:
    """Submits jobs from several clients at once, until each has its response."""

    def some(first: int) -> list[tuple[str, float]]:
        found = []
        with httpx.Client(base_url=url, timeout=60) as client:
            for i in range(first, jobs, clients):
                begun = time.monotonic()
                job = submit(client, prompt=f"ball {i}", **SHAPE)
                found.append((job, time.monotonic() - begun))
        return found

    begun = time.monotonic()
    with ThreadPoolExecutor(clients) as pool:
        accepted = [each for some_jobs in pool.map(some, range(clients)) for each in some_jobs]
    took = time.monotonic() - begun
    assert len({job for job, _ in accepted}) == jobs
    return {
        "jobs": jobs,
        "seconds": round(took, 2),
        **latency([seconds for _, seconds in accepted]),
    }


def cleared(client: httpx.Client) -> None:
    """Waits until no job is queued or running."""
    for _ in waiting("the queue to be empty", 0.0):
        jobs = client.get("/v1/videos?limit=100").raise_for_status().json()["data"]
        if not jobs:
            break
        for job in jobs:
            client.delete(f"/v1/videos/{job['id']}").raise_for_status()


def cancelled(client: httpx.Client, times: int) -> dict[str, float]:
    """Seconds from the cancel request until the job has ended, and seconds per sampling step."""
    took, steps = [], []
    for _ in range(times):
        job = running(client)
        steps.append(step_seconds(client, job))
        begun = time.monotonic()
        client.post(f"/v1/videos/{job}/cancel").raise_for_status()
        for _ in waiting(f"{job} to end", 0.01):
            if look(client, job)["status"] == "failed":
                break
        took.append(time.monotonic() - begun)
    return {
        "median, seconds": round(statistics.median(took), 2),
        "longest, seconds": round(max(took), 2),
        "a step, seconds": round(statistics.median(steps), 3),
    }


def step_seconds(client: httpx.Client, job: str) -> float:
    """Seconds per sampling step, from the progress that a job makes in a while."""
    gone, begun, first = 0, time.monotonic(), look(client, job)["progress"]
    for _ in waiting(f"five per cent of {job}"):
        if (gone := look(client, job)["progress"] - first) >= 5:
            break
    return (time.monotonic() - begun) / (gone / 100 * STEPS)


def refused(url: str, *, in_chunks: bool) -> dict[str, float | int]:
    """How much of an upload had been sent when the response 413 arrived."""
    length = "Transfer-Encoding: chunked" if in_chunks else f"Content-Length: {LARGE}"
    host, _, port = url.removeprefix("http://").partition(":")
    begun, sent, piece = time.monotonic(), 0, FILE_BEGINS
    with socket.create_connection((host, int(port)), timeout=60) as line:
        head = ("POST /v1/videos/edits HTTP/1.1", "Host: 127.0.0.1", FORM, length, "", "")
        line.sendall("\r\n".join(head).encode())
        while sent < LARGE and not select.select([line], [], [], 0)[0]:
            with suppress(BrokenPipeError, ConnectionResetError):
                line.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if in_chunks else piece)
            sent, piece = sent + len(piece), PIECE
        answer = line.recv(2**12)
    return {
        "status": int(answer[9:12] or 0),
        "sent before the answer, MB": round(sent / 2**20, 2),
        "seconds": round(time.monotonic() - begun, 2),
    }


def taken(client: httpx.Client) -> None:
    """An upload that is just not too large: 90 MB."""
    parts = {"prompt": (None, "a ball"), "video": ("a.mp4", bytes(90 * 2**20), "video/mp4")}
    client.post("/v1/videos/edits", files=parts)


def measure(url: str, memory: Memory, clients: int, rate: float, *, quick: bool) -> dict[str, Any]:
    seconds, jobs, times = (2.0, 100, 1) if quick else (20.0, 1000, 5)
    with httpx.Client(base_url=url, timeout=60) as client:
        known = submit(client, prompt="a blue ball", **SHAPE)
        client.post(f"/v1/videos/{known}/cancel")
        one = f"/v1/videos/{known}"
        found = priced(url, [one, "/v1/videos"], clients, seconds)
        running(client)
        for number in range(20):
            submit(client, prompt=f"ball {number}", **SHAPE)
        figures: dict[str, Any] = {
            "one video": found["answers"][0],
            "list of 20": found["answers"][1],
            "a step of the running clip": found["a step"],
            "one video, at a fixed rate": asked_at_rate(url, one, rate, seconds),
            "submitted": submitted(url, jobs),
        }
        cleared(client)
        figures["cancelled"] = cancelled(client, times)
        figures["too large, length told"] = refused(url, in_chunks=False)
        figures["too large, in chunks"] = refused(url, in_chunks=True)
        figures["memory, MB"] = {"at first": round(memory.first), "highest": round(memory.most)}
        taken(client)
        figures["memory, MB"]["with an upload of 90 MB"] = round(memory.most)
    return figures


def missed(figures: dict[str, Any], jobs: int) -> list[str]:
    """Goals that were not met."""
    one, many = figures["one video"], figures["list of 20"]
    large = [figures["too large, length told"], figures["too large, in chunks"]]
    open_loop, step = figures["one video, at a fixed rate"], figures["a step of the running clip"]
    aims = {
        "200 answers a second": min(one["requests a second"], many["requests a second"]) >= 200,
        "p99 within 100 ms": max(one["p99, ms"], many["p99, ms"]) <= 100,
        "1,000 jobs within 10 s": figures["submitted"]["seconds"] <= 10 * jobs / 1000,
        "200 MB": figures["memory, MB"]["highest"] <= 200,
        "p99 within 100 ms at a fixed rate": open_loop["p99, ms"] <= 100,
        "a step at most 2.5 times as long": step["times"] <= 2.5,
        "413 before all was sent": all(each["status"] == 413 for each in large),
    }
    return [aim for aim, reached in aims.items() if not reached]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--rate", type=float, default=30.0, help="requests a second, open loop")
    parser.add_argument("--json", type=Path)
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(143))  # which ends the server
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as (url, process):
        memory = Memory(process)
        memory.start()
        figures = measure(url, memory, given.clients, given.rate, quick=given.quick)
        memory.ending.set()
    figures["missed"] = missed(figures, figures["submitted"]["jobs"])
    figures["where"] = {"cores": os.cpu_count(), "clients": given.clients, "quick": given.quick}
    print(json.dumps(figures, indent=1))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n")
    sys.exit(bool(figures["missed"]))


if __name__ == "__main__":
    main()
