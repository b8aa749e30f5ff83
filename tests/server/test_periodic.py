"""What is done again and again goes on after a failure, and ends when it is told to."""

from __future__ import annotations

import threading

import pytest

from sorairo.server.background.periodic import PeriodicThread


def test_a_round_that_fails_is_made_again(caplog: pytest.LogCaptureFixture):
    made, enough = [], threading.Event()

    def work() -> float:
        made.append(len(made))
        if len(made) == 1:
            raise RuntimeError("the database is away")
        enough.set()
        return 60.0

    rounds = PeriodicThread("janitor", work, patience=0.01)
    rounds.start()
    assert enough.wait(10)
    rounds.stop()
    assert made == [0, 1], "the third would be in a minute"
    assert not rounds.thread.is_alive()
    assert "janitor failed" in caplog.text


def test_what_never_began_can_be_stopped():
    PeriodicThread("postman", lambda: 0.0).stop()
