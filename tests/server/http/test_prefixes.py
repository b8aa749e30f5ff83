"""Other base URLs: Azure OpenAI's own client class, and the prefixes of other clients."""

from __future__ import annotations

import openai
import pytest
from fastapi.testclient import TestClient

from serving import Running
from sorairo.server.api.service import Service

PREFIXES = ("/v1", "/openai/v1", "/openai", "/openai/deployments/sora-2", "/proxy/openai/v1")


@pytest.mark.filterwarnings("ignore:The Sora API is scheduled:DeprecationWarning")
@pytest.mark.parametrize(
    "how",
    [
        {"azure_endpoint": ""},
        {"azure_endpoint": "", "azure_deployment": "sora-2-pro"},
        {"base_url": "/openai/v1/"},
        {"base_url": "/openai/deployments/sora-2-pro"},
    ],
    ids=str,
)
def test_azures_client_class_works_unchanged(server: Running, how: dict[str, str]):
    how = {k: v if k == "azure_deployment" else server.url + v for k, v in how.items()}
    with openai.AzureOpenAI(api_key="any", api_version="preview", max_retries=0, **how) as azure:
        video = azure.videos.create(prompt="a ball", model="sora-2", seconds="4")
        assert azure.videos.retrieve(video.id).id == video.id
        assert video.id in [each.id for each in azure.videos.list(limit=5)]
        assert azure.videos.delete(video.id).deleted
        with pytest.raises(openai.NotFoundError, match="no video"):
            azure.videos.retrieve(video.id)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_prefix_has_every_route(client: TestClient, prefix: str):
    made = client.post(f"{prefix}/videos?api-version=preview", json={"prompt": "x"})
    assert made.status_code == 200, made.text
    path = f"{prefix}/videos/{made.json()['id']}"
    assert client.get(f"{path}?api-version=2025-04-01").json()["id"] == made.json()["id"]
    assert client.get(f"{path}/content").json()["error"]["code"] == "not_ready"
    assert client.post(f"{path}/remix", json={"prompt": "y"}).status_code == 200
    assert client.get(f"{prefix}/models").status_code == 200
    assert client.delete(path).json()["deleted"]


@pytest.mark.parametrize(
    ("fields", "model"),
    [({}, "sora-2-pro"), ({"model": "sora-2"}, "sora-2"), ({"model": ""}, "sora-2-pro")],
)
def test_the_deployment_is_the_default_model(client: TestClient, fields: dict, model: str):
    url = "/openai/deployments/sora-2-pro/videos"
    assert client.post(url, json={"prompt": "x", **fields}).json()["model"] == model
    assert client.post(url, data={"prompt": "x", **fields}).json()["model"] == model


def test_a_key_in_any_of_three_headers(client: TestClient, service: Service):
    _, secret = service.keys.create("studio")
    for header in (
        {"Authorization": f"Bearer {secret}"},
        {"authorization": f"bearer  {secret}"},
        {"api-key": secret},
        {"x-api-key": secret},
        {"authorization": "Basic eDp5", "api-key": secret},
    ):
        assert client.get("/openai/v1/videos", headers=header).status_code == 200, header
    for header in ({}, {"api-key": "wrong"}, {"x-api-key": secret[:-1]}, {"authorization": secret}):
        assert client.get("/openai/v1/videos", headers=header).status_code == 401, header
