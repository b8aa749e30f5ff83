"""A worker process for tests: `python claimer.py URL NAME`. It runs until all jobs have ended, and
prints the jobs that it completed. It releases some of them once before."""

from __future__ import annotations

import sys
import time

from sorairo.errors import LeaseLostError
from sorairo.jobs.database import open_database
from sorairo.jobs.queue import Queue

LEASE = 6.0  # seconds, more than a busy machine delays a process


def main(url: str, name: str) -> None:
    queue = Queue(open_database(url), lease=LEASE, attempts=100)
    while queue.count_unfinished():
        job = queue.claim(name)
        if job is None:
            time.sleep(0.01)
            continue
        try:
            if job.payload["n"] % 7 == job.fence:
                queue.release(job)
                continue
            queue.complete(queue.renew(job, 50), {"by": name, "fence": job.fence})
        except LeaseLostError:
            continue
        print(job.id, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
