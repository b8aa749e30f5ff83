"""Periodic threads continue after a failure, and end when they are stopped."""

from __future__ import annotations

import threading

import pytest

from sorairo.server.background.periodic import PeriodicThread


def test_a_failing_task_is_retried(caplog: pytest.LogCaptureFixture):
    made, enough = [], threading.Event()

    def work() -> float:
        made.append(len(made))
        if len(made) == 1:
            raise RuntimeError("the database is away")
        enough.set()
        return 60.0

    thread = PeriodicThread("cleanup", work, retry_seconds=0.01)
    thread.start()
    assert enough.wait(10)
    thread.stop()
    assert made == [0, 1], "the third would be in a minute"
    assert not thread.thread.is_alive()
    assert "cleanup failed" in caplog.text


def test_a_thread_that_was_not_started_can_be_stopped():
    PeriodicThread("webhooks", lambda: 0.0).stop()
