"""Batches: OpenAI's SDK submits a file with requests and reads a file with results."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest
from fastapi.testclient import TestClient

from sorairo.jobs.keys import Quota
from sorairo.server.api.service import Service

pytestmark = pytest.mark.filterwarnings("ignore:The Sora API is scheduled:DeprecationWarning")
SMALL = {"size": "64x64", "seconds": "1"}


def sdk_of(client: TestClient, key: str = "any") -> openai.OpenAI:
    return openai.OpenAI(
        base_url="http://testserver/v1", api_key=key, http_client=client, max_retries=0
    )


@pytest.fixture
def sdk(client: TestClient) -> openai.OpenAI:
    return sdk_of(client)


def line(name: str, **body: Any) -> dict[str, Any]:
    body = {"prompt": f"a {name} ball", **SMALL, **body}
    return {"custom_id": name, "method": "POST", "url": "/v1/videos", "body": body}


def started(sdk: openai.OpenAI, *lines: Any, **more: Any):
    text = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines)
    file = sdk.files.create(file=("in.jsonl", text.encode()), purpose="batch")
    return sdk.batches.create(
        input_file_id=file.id,
        endpoint="/v1/videos",
        completion_window="24h",
        **more,
    )


def work(service: Service, *, fail: str = "") -> None:
    """Ends all jobs, as workers would."""
    while (job := service.queue.claim("worker")) is not None:
        if fail and fail in job.payload["video"]["prompt"]:
            service.queue.fail(job, "invalid_request", "It cannot be made.")
        else:
            result = {"folder": job.id, "size": "64x64", "seconds": "1", "fps": 24.0}
            service.queue.complete(job, result)


def read(sdk: openai.OpenAI, file: str | None) -> dict[str, dict[str, Any]]:
    assert file is not None
    lines = [json.loads(each) for each in sdk.files.content(file).text.splitlines()]
    return {each["custom_id"]: each["response"] for each in lines}


def test_a_batch_of_videos(sdk: openai.OpenAI, service: Service):
    made = started(
        sdk,
        line("red"),
        line("green", seed=7),
        line("blue"),
        line("huge", size="9000x9000"),
        metadata={"for": "tests"},
    )
    assert (made.status, made.endpoint, made.completion_window) == (
        "in_progress", "/v1/videos", "24h"
    )  # fmt: skip
    assert made.metadata == {"for": "tests"}
    assert (made.request_counts.total, made.request_counts.failed) == (4, 1)
    assert service.queue.count_unfinished() == 3
    work(service, fail="blue")
    done = sdk.batches.retrieve(made.id)
    assert (done.status, done.completed_at is not None) == ("completed", True)
    counts = done.request_counts
    assert (counts.total, counts.completed, counts.failed) == (4, 2, 2)
    results, errors = read(sdk, done.output_file_id), read(sdk, done.error_file_id)
    assert set(results) == {"red", "green"}
    assert results["green"]["status_code"] == 200
    assert results["green"]["body"]["seed"] == 7
    assert sdk.videos.retrieve(results["green"]["body"]["id"]).status == "completed"
    assert set(errors) == {"blue", "huge"}
    assert errors["huge"]["status_code"] == 400
    assert errors["huge"]["body"]["error"]["param"] == "size"
    assert errors["blue"]["body"]["error"]["message"] == "It cannot be made."
    again = sdk.batches.retrieve(made.id)
    assert (again.output_file_id, again.error_file_id) == (done.output_file_id, done.error_file_id)
    assert len(list(sdk.files.list(purpose="batch_output"))) == 2


def test_batches_are_listed_and_cancelled(sdk: openai.OpenAI, service: Service):
    first, second = (started(sdk, line(name)) for name in ("red", "blue"))
    assert [each.id for each in sdk.batches.list(limit=1)] == [second.id, first.id]
    cancelled = sdk.batches.cancel(first.id)
    assert cancelled.status == "cancelled", "its only job had not begun"
    assert set(read(sdk, cancelled.error_file_id)) == {"red"}
    assert service.queue.count_unfinished() == 1
    job = service.queue.claim("worker")
    assert job is not None
    assert sdk.batches.cancel(second.id).status == "cancelling"
    service.queue.fail(job, "cancelled", "The job was cancelled.")
    assert sdk.batches.retrieve(second.id).status == "cancelled"
    work(service)


def test_a_job_in_the_trash_holds_up_no_batch(
    client: TestClient, sdk: openai.OpenAI, service: Service
):
    made = [started(sdk, line("red"), line("green")) for _ in range(2)]
    videos = [each.id for each in sdk.videos.list()]
    green = [each.id for each in sdk.videos.list() if each.prompt == "a green ball"]
    client.post("/v1/videos/trash", json={"ids": green}).raise_for_status()
    assert sdk.batches.cancel(made[1].id).status == "cancelled"
    work(service)
    done = sdk.batches.retrieve(made[0].id)
    assert (done.status, done.request_counts.completed, done.request_counts.failed) == (
        "completed", 1, 1
    )  # fmt: skip
    assert read(sdk, done.error_file_id)["green"]["body"]["error"]["code"] == "not_found"
    client.post("/v1/videos/trash", json={"ids": [videos[-1]]}).raise_for_status()
    assert sdk.batches.retrieve(made[0].id).request_counts.completed == 1, "it has its result"


def test_texts_with_line_separators(sdk: openai.OpenAI, service: Service):
    prompt = "a red ball\u2028\u2029\x85on a floor"
    text = json.dumps(line("red", prompt=prompt), ensure_ascii=False)
    made = started(sdk, text, json.dumps(line("blue")))
    work(service)
    done = sdk.batches.retrieve(made.id)
    assert read(sdk, done.output_file_id)["red"]["body"]["prompt"] == prompt


def test_jobs_of_a_batch_that_cannot_be_stored_are_cancelled(
    client: TestClient, sdk: openai.OpenAI, service: Service
):
    """Clients send the request again: its videos would be made twice."""
    with service.queue.database.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON batches BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    with pytest.raises(openai.InternalServerError):
        started(sdk, line("red"), line("green"))
    assert service.queue.count_unfinished() == 0
    assert len(list(sdk.videos.list())) == 2


def test_a_server_that_stops_begins_no_batch(sdk: openai.OpenAI, service: Service):
    service.stopping.set()
    with pytest.raises(openai.InternalServerError, match="stopping"):
        started(sdk, line("red"), line("green"))
    assert (service.queue.count_unfinished(), list(sdk.batches.list())) == (0, [])


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["{no json"], "invalid_json"),
        ([{"custom_id": "a"}], "invalid_json_line"),
        ([line("a"), line("a")], "duplicate_custom_id"),
        ([{**line("a"), "url": "/v1/embeddings"}], "invalid_url"),
        ([{**line("a"), "method": "GET"}], "invalid_url"),
        ([line("x" * 65)], "invalid_value"),
        ([line(f"{i}") for i in range(1001)], "too_many_requests"),
    ],
)
def test_a_file_that_is_no_batch_fails_it(
    sdk: openai.OpenAI, service: Service, lines: list[Any], code: str
):
    made = started(sdk, *lines)
    assert made.status == "failed"
    assert made.errors is not None
    assert (made.errors.data or [])[0].code == code
    assert service.queue.count_unfinished() == 0


def test_a_quota_refuses_the_rest_of_a_batch(client: TestClient, service: Service):
    _, secret = service.keys.create("small", Quota(most_waiting=2))
    mine = sdk_of(client, secret)
    made = started(mine, *(line(name) for name in "abc"))
    assert (made.request_counts.total, made.request_counts.failed) == (3, 1)
    work(service)
    done = mine.batches.retrieve(made.id)
    assert read(mine, done.error_file_id)["c"]["status_code"] == 429
    with pytest.raises(openai.NotFoundError):
        sdk_of(client, service.keys.create("other")[1]).batches.retrieve(made.id)


def test_only_files_for_batches_are_taken(sdk: openai.OpenAI):
    for name in ("file-1", "file-" + "0" * 32):
        with pytest.raises(openai.BadRequestError, match="purpose 'batch'"):
            sdk.batches.create(input_file_id=name, endpoint="/v1/videos", completion_window="24h")
