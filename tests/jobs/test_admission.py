"""Quotas are checked when jobs are accepted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from sorairo.errors import QuotaError
from sorairo.jobs.admission import DAY, Submission
from sorairo.jobs.keys import Quota
from sorairo.jobs.queue import Queue


def one(name: str, quota: Quota, *, cost: float = 0.0, owner: str = "me") -> Submission:
    return Submission(jobs=[(name, {})], owner=owner, cost=cost, quota=quota)


def test_concurrent_submissions_stay_within_the_quota(database: Engine):
    queue, quota = Queue(database), Quota(most_waiting=7, most_cost=500.0)

    def submit(i: int) -> bool:
        try:
            queue.submit_all(one(f"job-{i}", quota, cost=100.0, owner="me" if i % 2 else "you"))
        except QuotaError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        accepted = list(pool.map(submit, range(40)))
    assert sum(accepted) == queue.count_unfinished() == 10, "five each of two owners"


def test_costs_count_for_a_day(database: Engine):
    now = 1_000_000.0
    queue, quota = Queue(database, clock=lambda: now), Quota(most_cost=10.0)
    queue.submit_all(one("a", quota, cost=3.0))
    now += 100
    queue.submit_all(one("b", quota, cost=6.0))
    queue.delete("b")
    now += 100
    _, allowance = queue.submit_all(one("c", quota, cost=1.0))
    assert (allowance.spent, allowance.resets_in) == (10.0, DAY - 200)
    for cost, after in ((2.0, DAY - 200), (4.0, DAY - 100), (10.0, DAY)):
        with pytest.raises(QuotaError) as refused:
            queue.submit_all(one("d", quota, cost=cost))
        assert refused.value.retry_after == after, "when enough of it has lapsed"
    with pytest.raises(QuotaError) as refused:
        queue.submit_all(one("d", quota, cost=11.0))
    assert refused.value.retry_after is None, "never"
    now += DAY - 100 + 1
    queue.submit_all(one("d", quota, cost=9.0))


def test_several_jobs_are_accepted_together_or_not_at_all(database: Engine):
    queue = Queue(database)
    several = Submission(
        jobs=[(name, {"n": name}) for name in "abc"],
        owner="me",
        request_key="k",
        quota=Quota(most_waiting=3),
    )
    made, allowance = queue.submit_all(several)
    assert [job.id for job in made] == ["a", "b", "c"]
    assert allowance.waiting == 3
    assert [job.id for job in queue.submit_all(several)[0]] == ["a"], "it had come before"
    with pytest.raises(QuotaError):
        queue.submit_all(Submission(jobs=[("d", {})], owner="me", quota=Quota(most_waiting=3)))
    broken = Submission(jobs=[("x", {}), ("a", {})], owner="you")
    with pytest.raises(Exception, match=r"(?i)unique"):
        queue.submit_all(broken)
    assert queue.get("x") is None
