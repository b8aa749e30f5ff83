"""Makes sets of clips in several processes.

A shard is rendered, encoded for every source that shows it, and its pixels are removed again where
they are not wanted, so that a set of any size needs little disk. Shards are complete or not there:
whatever ends a process, only the shards in work are lost. Several processes, also on several
machines that share the cache folder, may make one set: each shard is made by one of them.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import parent_process

import torch

from sorairo.data.rendered_shards import FILAMENT_SHARDS
from sorairo.errors import TrainingError
from sorairo.models.codec import Codec
from sorairo.processes import spawn_context
from sorairo.training.data.encode import set_encoder
from sorairo.training.data.production.jobs import JobResult, ShardJob, run_job

CRASHES = 3  # of processes one after the other, without a shard in between
TAKEN_SECONDS = 2.0  # to wait for shards that other processes are making


def run_jobs(
    jobs: Sequence[ShardJob],
    codec: Codec | None,
    *,
    patch: int,
    workers: int,
    report: Callable[[JobResult], None],
) -> None:
    """Does jobs with `workers` processes; `report` is called after each. A process that dies is
    replaced, and its shard begun anew.

    Raises:
        TrainingError: Processes die one after the other.
    """
    left, crashes = [job for job in jobs if not job.done()], 0
    left.sort(key=ShardJob.uses_filament)
    while left:
        before, now = len(left), _next_jobs(left, workers)
        try:
            with _pool(codec, patch, workers) as pool:
                for job, made in _outcomes(pool, now):
                    if made is not None:
                        left.remove(job)
                        report(made)
        except BrokenProcessPool as error:
            crashes = crashes + 1 if len(left) == before else 1
            if crashes >= CRASHES:
                raise TrainingError(
                    f"The processes that render end before they have made {left[0].name}. What is "
                    "made is kept; the same command continues, and --workers 1 needs less memory."
                ) from error
        if len(left) == before and not crashes:
            time.sleep(TAKEN_SECONDS)
            left = left[len(now) :] + left[: len(now)]
        left = [job for job in left if not job.done()]


def _next_jobs(left: Sequence[ShardJob], workers: int) -> list[ShardJob]:
    """The first jobs that one pool of processes does: few of those that Filament draws for."""
    if left[0].uses_filament():
        return list(left[: workers * FILAMENT_SHARDS])
    return list(itertools.takewhile(lambda job: not job.uses_filament(), left))


def _outcomes(
    pool: ProcessPoolExecutor, jobs: Sequence[ShardJob]
) -> Iterator[tuple[ShardJob, JobResult | None]]:
    pending: dict[Future[JobResult | None], ShardJob] = {
        pool.submit(run_job, job): job for job in jobs
    }
    try:
        for future in as_completed(list(pending)):
            yield pending.pop(future), future.result()
    except BaseException:  # Ctrl-C, too: what is not begun is not begun any more
        pool.shutdown(wait=False, cancel_futures=True)
        raise


def _pool(codec: Codec | None, patch: int, workers: int) -> ProcessPoolExecutor:
    threads = max(1, (os.cpu_count() or 1) // workers)
    return ProcessPoolExecutor(
        workers,
        mp_context=spawn_context(),
        initializer=_begin,
        initargs=(codec, patch, threads),
    )


def _begin(codec: Codec | None, patch: int, threads: int) -> None:
    """Prepares a process of the pool, which ends when the process that started it has ended."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(threads)
    if codec is not None:
        set_encoder(codec, patch)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
