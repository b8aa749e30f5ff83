"""Tasks in another thread: in order, few at a time, and with their exceptions."""

from __future__ import annotations

import threading
import time

import pytest

from sorairo.video.ordered_tasks import WAITING, ordered_tasks


def test_tasks_are_done_in_order_by_another_thread():
    done: list[tuple[int, int]] = []
    with ordered_tasks() as run:
        for number in range(20):
            run(lambda number=number: done.append((number, threading.get_ident())))
    assert [number for number, _ in done] == list(range(20))
    assert len({thread for _, thread in done}) == 1
    assert threading.get_ident() not in {thread for _, thread in done}


def test_the_queue_is_bounded():
    gate, begun = threading.Event(), []

    def prepare() -> None:
        with ordered_tasks() as run:
            for number in range(10):
                begun.append(number)
                run(gate.wait, 30)

    preparing = threading.Thread(target=prepare)
    preparing.start()
    time.sleep(0.3)
    assert len(begun) == WAITING + 1
    gate.set()
    preparing.join(30)
    assert len(begun) == 10


def test_an_exception_of_a_task_is_raised_and_stops_the_rest():
    done: list[int] = []

    def task(number: int) -> None:
        if number == 3:
            raise OSError("no space")
        done.append(number)

    def all_tasks() -> None:
        with ordered_tasks() as run:
            for number in range(100):
                run(task, number)

    with pytest.raises(OSError, match="no space"):
        all_tasks()
    assert len(done) <= 3 + WAITING


def test_an_exception_of_the_block_drops_what_has_not_begun():
    gate, done = threading.Event(), []

    def block() -> None:
        with ordered_tasks() as run:
            run(gate.wait, 30)
            run(done.append, 1)
            gate.set()
            raise KeyboardInterrupt

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        block()
    assert threading.active_count() == before
