"""Responses match the OpenAPI document, whatever the request. A stand-in completes the jobs;
everything else is real."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis import checks

from hostile_values import ANY_JSON
from services import service_on
from sorairo.jobs.database import open_database
from sorairo.server.api.fields.table import IGNORED, NESTED, Endpoint, fields_of
from sorairo.server.api.openapi import ROUTES
from sorairo.server.api.schemas import URLENCODED
from sorairo.server.api.service import Service
from sorairo.server.app import create_app
from sorairo.server.uploads.media_store import MediaStore
from sorairo.server.video_object import PICTURE, STILL_PREVIEW, VARIANTS

PNG = (  # red, 16 by 16 pixels
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mM4oaFBEm"
    "IY1TCqYfhqAAB8MxgQ+iSj5QAAAABJRU5ErkJggg=="
)
PROMISED = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Whatever is submitted is completed, has failed, or goes on, where the prompt says so."""
    folder: Path = tmp_path_factory.mktemp("schema")
    database = open_database(f"sqlite:///{folder}/jobs.db")
    service = service_on(database, MediaStore(str(folder / "media")))
    ending = threading.Event()

    def make() -> None:
        while not ending.is_set():
            job = service.queue.claim("stand-in")
            if job is None:
                ending.wait(0.02)
            elif job.payload["video"]["prompt"] == "fail":
                service.queue.fail(job, "invalid_request", "It was asked to fail.")
            elif job.payload["video"]["prompt"] == "go on":
                service.media.put(f"{job.id}/{STILL_PREVIEW}", b"a file")
            else:
                for name, _ in [*VARIANTS.values(), PICTURE]:
                    service.media.put(f"{job.id}/{name}", b"a file")
                result = {"size": "64x64", "seconds": "4", "fps": 24.0, "native_size": "96x96"}
                service.queue.complete(job, {"folder": job.id, **result})

    maker = threading.Thread(target=make)
    maker.start()
    yield service
    ending.set()
    maker.join()
    database.dispose()


@pytest.fixture(scope="module")
def app(service: Service) -> FastAPI:
    return create_app(service)


@pytest.fixture(scope="module")
def document(app: FastAPI) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_asgi("/openapi.json", app)


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


def test_every_route_is_described(app: FastAPI):
    operations = app.openapi()["paths"].items()
    assert {(method, path) for path, methods in operations for method in methods} == set(ROUTES)


@pytest.mark.parametrize(("method", "path"), ROUTES)
@settings(max_examples=25)
@given(data=st.data())
def test_responses_match_the_document(
    document: schemathesis.BaseSchema, method: str, path: str, data: st.DataObject
):
    data.draw(document[path][method].as_strategy()).call_and_validate(checks=PROMISED)


@pytest.mark.parametrize("endpoint", Endpoint)
@settings(max_examples=40)
@given(data=st.data())
def test_hostile_values_get_documented_responses(
    document: schemathesis.BaseSchema,
    client: TestClient,
    service: Service,
    endpoint: Endpoint,
    data: st.DataObject,
):
    """Fields of the table with any JSON in them, as JSON or as a form: an error names its field,
    and nothing is stored that breaks the list."""
    names = [*fields_of(endpoint), *sorted(IGNORED)[:3], *sorted(NESTED)]
    strange = data.draw(st.dictionaries(st.sampled_from(names), ANY_JSON, min_size=1, max_size=3))
    usual = {"prompt": "a ball", "name": "Ruby"}
    body = {key: value for key, value in {**usual, **strange}.items() if key in names}
    method, path = endpoint.lower().split()
    url = path.replace("{video_id}", "video_of_nobody")
    if data.draw(st.booleans()):
        texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in body.items()}
        form = urlencode(texts, errors="surrogatepass")
        answer = client.post(url, content=form, headers={"content-type": URLENCODED})
    else:
        kind = {"content-type": "application/json"}
        answer = client.post(url, content=json.dumps(body), headers=kind)
    document[path][method].validate_response(answer)
    if answer.status_code in (400, 404):
        assert answer.json()["error"]["param"] is not None
    assert client.get("/v1/videos?limit=1").status_code == 200


def test_existing_objects_match_the_document(
    document: schemathesis.BaseSchema, client: TestClient, service: Service
):
    """Answers of 200, for things that exist."""

    def ask(method: str, path: str, status: int = 200, **body: object) -> dict:
        shape = "/v1/" + "/".join(
            "{video_id}" if part.startswith("video_") else
            "{character_id}" if part.startswith("char_") else
            "{file_id}" if part.startswith("file-") else
            "{batch_id}" if part.startswith("batch_") else part
            for part in path.split("/")
        )  # fmt: skip
        answer = client.request(method, f"/v1/{path}", **body)
        assert answer.status_code == status, answer.text
        document[shape.partition("?")[0]][method].validate_response(answer)
        is_json = answer.headers["content-type"] == "application/json"
        return answer.json() if is_json else {}

    video = ask("POST", "videos", json={"prompt": "a ball", "n": 2})["id"]
    given = {"prompt": "a ball", "video": {"id": video}}
    ask("POST", "videos/sync", json={"prompt": "a ball", "input_reference": {"image_url": PNG}})
    ask("POST", "videos/sync", status=400, json={"prompt": "fail"})
    ask("GET", f"videos/{video}/events")
    for variant in VARIANTS:
        ask("GET", f"videos/{video}/content?variant={variant}")
    ask("GET", f"videos/{video}/preview", status=404)
    running = ask("POST", "videos", json={"prompt": "go on"})["id"]
    while service.media.size(f"{running}/{STILL_PREVIEW}") is None:
        time.sleep(0.02)
    ask("GET", f"videos/{running}/preview")
    ask("POST", f"videos/{running}/cancel")
    ask("GET", f"videos/{video}")
    ask("GET", "videos?limit=2&order=asc")
    ask("POST", "videos/edits", json=given)
    ask("POST", "videos/extensions", json={**given, "seconds": "4"})
    ask("POST", f"videos/{video}/remix", json={"prompt": "a cube"})
    ask("POST", f"videos/{video}/cancel")
    lines = {"custom_id": "a", "method": "POST", "url": "/v1/videos", "body": {"prompt": "a ball"}}
    upload = {"file": ("in.jsonl", json.dumps(lines).encode())}
    file = ask("POST", "files", data={"purpose": "batch"}, files=upload)["id"]
    ask("GET", "files")
    ask("GET", f"files/{file}")
    ask("GET", f"files/{file}/content")
    body = {"input_file_id": file, "endpoint": "/v1/videos"}
    batch = ask("POST", "batches", json=body)["id"]
    ask("GET", "batches")
    ask("GET", f"batches/{batch}")
    ask("POST", f"batches/{batch}/cancel")
    ask("DELETE", f"files/{file}")
    named = {"name": "Ruby", "video": {"id": video}}
    character = ask("POST", "videos/characters", json=named)["id"]
    ask("GET", f"videos/characters/{character}")
    ask("DELETE", f"videos/characters/{character}")
    ask("DELETE", f"videos/{video}")
    ask("GET", f"videos/{video}", status=404)
