"""The field `quality` of requests: full and draft, over HTTP and as a request."""

from __future__ import annotations

import pytest

from sorairo.errors import UnknownNameError
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.limits import Limits
from sorairo.server.api.errors import ApiError
from sorairo.server.api.fields.parsing import parse_fields
from sorairo.server.api.fields.table import Endpoint

ASKED = GenerateRequest(prompt="a red ball", seconds=1.0, quality="draft")


def test_a_draft_is_asked_for_over_http():
    body = {"prompt": "a red ball", "quality": "Draft"}
    fields = parse_fields(body, Endpoint.CREATE, Limits())
    assert fields.parameters()["quality"] == "draft"
    assert fields.ignored == ()


@pytest.mark.parametrize("value", ["low", "auto", "hd"])
def test_values_of_other_services_are_named_as_ignored(value: str):
    body = {"prompt": "a red ball", "quality": value}
    fields = parse_fields(body, Endpoint.IMAGE, Limits())
    assert "quality" not in fields.parameters()
    assert fields.ignored == ("quality",)


def test_other_words_are_refused():
    with pytest.raises(ApiError, match="'quality' must be full or draft"):
        parse_fields({"prompt": "a red ball", "quality": "rough"}, Endpoint.CREATE, Limits())
    with pytest.raises(UnknownNameError, match=r"no quality 'drafty'.*'draft'"):
        GenerateRequest(prompt="a red ball", seconds=1.0, quality="drafty").validate()


def test_a_clip_records_it():
    again = GenerateRequest.from_comment(ASKED.to_comment())
    assert again.quality == "draft"
    assert again.settings().quality == "draft"
    older = ASKED.to_comment().replace('"quality": "draft", ', "")
    assert GenerateRequest.from_comment(older).quality == "full"
