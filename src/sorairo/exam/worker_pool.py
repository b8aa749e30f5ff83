"""Processes that judge the questions of one exam. Each loads the model and takes batches."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from os import cpu_count

import torch

from sorairo.exam.question import Question
from sorairo.exam.registry import SUITES
from sorairo.exam.run import ExamRun, JudgeBatches
from sorairo.exam.suite import Suite
from sorairo.processes import spawn_context

_own_run: list[ExamRun] = []  # in a worker process: its exam


@contextmanager
def worker_pool(make: Callable[[], ExamRun], workers: int) -> Iterator[JudgeBatches | None]:
    """Judges batches in that many processes; they end with the context.

    `make` is sent to each process and makes its exam there. With one worker this yields None: the
    caller judges the questions itself.
    """
    if workers == 1:
        yield None
        return
    threads = max(1, (cpu_count() or 1) // workers)
    pool = ProcessPoolExecutor(
        workers, spawn_context(), initializer=_begin, initargs=(make, threads)
    )

    def judge_batches(suite: Suite, batches: Sequence[Sequence[Question]]) -> Iterator[None]:
        yield from pool.map(partial(_judge, suite.name), batches)

    try:
        yield judge_batches
    except BaseException:
        for child in multiprocessing.active_children():  # their results would not be used
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(make: Callable[[], ExamRun], threads: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process handles Ctrl-C
    torch.set_num_threads(threads)
    _own_run.append(make())


def _judge(suite: str, questions: Sequence[Question]) -> None:
    _own_run[0].judge(SUITES[suite], questions)
