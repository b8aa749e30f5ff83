"""Several processes that mark one sitting: each loads the model and takes the next group."""

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
from sorairo.exam.registry import EXAM
from sorairo.exam.run import ExamRun, ExamSuite, Marking

_mine: list[ExamRun] = []  # of a process of the crew, its own


@contextmanager
def crew(make: Callable[[], ExamRun], workers: int) -> Iterator[Marking | None]:
    """The marking of `workers` processes, each with the sitting that `make` (which is sent to them)
    gives; None for a single one, which needs no other process. They end with the context."""
    if workers == 1:
        yield None
        return
    threads = max(1, (cpu_count() or 1) // workers)
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(make, threads))

    def marking(suite: ExamSuite, groups: Sequence[Sequence[Question]]) -> Iterator[None]:
        yield from pool.map(partial(_mark, suite.name), groups)

    try:
        yield marking
    except BaseException:
        for child in multiprocessing.active_children():  # what is half done would be made in vain
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(make: Callable[[], ExamRun], threads: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asked
    torch.set_num_threads(threads)
    _mine.append(make())


def _mark(suite: str, questions: Sequence[Question]) -> None:
    _mine[0].mark(EXAM[suite], questions)
