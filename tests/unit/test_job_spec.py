"""The stored request of a job reads back unchanged, also from an earlier version."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sorairo.errors import SorairoError
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.base import InputFile, Request
from sorairo.generation.requests.edit import EditRequest
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.metadata import read_comment
from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.jobs.job import QUEUED, Job
from sorairo.server.job_spec import JobSpec, VideoFields
from sorairo.server.video_object import video_of

VIDEO = VideoFields(model="sora-2", prompt="一个红色的球", size="64x64", seconds="4", seed=2**62)


@pytest.mark.parametrize(
    "request_",
    [
        GenerateRequest(prompt="一个红色的球", loop=True, seed=2**62),
        AnimateRequest(at=(0.0, 1.5), strength=(1.0, 0.5)),
        EditRequest(prompt="a cube", region="25%,0%,50%,100%", end=2.0),
        Storyboard(
            cards=(Card(start=0.0, end=2.0, picture="a.png"),),
            inputs=(InputFile(name="a.png", sha256="0" * 64),),
        ),
    ],
)
def test_a_spec_reads_back_from_json(request_: Request):
    spec = JobSpec(request=request_, video=VIDEO, media=("video_1/given/0",))
    payload = json.loads(json.dumps(spec.to_json()))
    assert JobSpec.from_json(payload) == spec
    assert isinstance(payload["request"], dict), "an object, not JSON in JSON"


def test_the_payload_of_an_earlier_version_is_read():
    payload = {
        "request": json.dumps({"sorairo": "extend", "request": {"prompt": "x", "forward": 2.0}}),
        "told": {
            "model": "sora-2-pro",
            "prompt": "x",
            "size": "720x1280",
            "seconds": "8",
            "remixed_from_video_id": "video_0",
            "seed": 5,
            "videos": ["video_1", "video_2"],
        },
        "media": ["video_1/given/0"],
    }
    spec = JobSpec.from_json(payload)
    assert (spec.request.command, spec.request.prompt) == ("extend", "x")
    assert spec.media == ("video_1/given/0",)
    assert spec.video == VideoFields(
        model="sora-2-pro",
        prompt="x",
        size="720x1280",
        seconds="8",
        remixed_from_video_id="video_0",
        seed=5,
        videos=("video_1", "video_2"),
    )
    assert JobSpec.from_json(spec.to_json()) == spec


@pytest.mark.parametrize("payload", [{}, {"request": {}, "command": "juggle"}, {"request": "x"}])
def test_what_holds_no_request_is_refused(payload: dict[str, Any]):
    with pytest.raises(SorairoError):
        JobSpec.from_json(payload)


def test_a_client_gets_the_stored_fields():
    spec = JobSpec(request=GenerateRequest(prompt="x"), video=VIDEO)
    job = Job(
        id="video_1",
        owner="",
        payload=spec.to_json(),
        status=QUEUED,
        progress=0,
        attempts=0,
        fence=0,
        cancelled=False,
        created_at=1.0,
        started_at=None,
        ended_at=None,
        result=None,
        error=None,
        cost=0.0,
        emptied=False,
        postponed=0,
    )
    video = video_of(job)
    assert (video["model"], video["prompt"], video["size"]) == ("sora-2", VIDEO.prompt, "64x64")
    assert (video["seconds"], video["seed"], video["remixed_from_video_id"]) == ("4", 2**62, None)
    assert "videos" not in video


def test_requests_from_before_prompts_were_read_are_used_as_they_were_written():
    payload = JobSpec(request=GenerateRequest(prompt="x"), video=VIDEO).to_json()
    for name in ("rewrite", "vary", "read"):
        del payload["request"][name]
    comment = json.dumps({"sorairo": "generate", "request": payload["request"]})
    asked = GenerateRequest(prompt="x", rewrite=False, vary=False)
    assert JobSpec.from_json(payload).request == asked
    assert JobSpec.from_json({**payload, "request": comment}).request == asked
    assert read_comment(comment) == GenerateRequest.from_comment(comment) == asked


@pytest.mark.parametrize("rewrite", [True, False])
def test_a_stored_request_keeps_its_own_fields(rewrite: bool):
    asked = GenerateRequest(prompt="x", rewrite=rewrite, vary=not rewrite)
    assert read_comment(asked.to_comment()) == asked
