"""A page of another site uses a server that requires keys, as programs in a browser do."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from serving import in_thread, run_json, serving

CREATE = """async ([url, key]) => {
  const headers = {Authorization: `Bearer ${key}`, "X-Stainless-OS": "any"};
  const form = new FormData();
  form.append("prompt", "a red ball drops");
  const made = await fetch(`${url}/v1/videos`, {method: "POST", headers, body: form});
  const video = await made.json();
  const gone = await fetch(`${url}/v1/videos/${video.id}`, {method: "DELETE", headers});
  const exposed = ["x-request-id", "openai-poll-after-ms", "x-ratelimit-limit-requests"];
  return [made.status, video.status, gone.status, ...exposed.map(name => made.headers.get(name))];
}"""
REFUSED = """async url => (await fetch(`${url}/v1/videos`)
  .then(answer => answer.status).catch(error => error.message))"""


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<p>hello</p>")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of another site on this machine."""
    site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    with in_thread(site):
        page = chromium.new_page()
        page.goto(f"http://127.0.0.1:{site.server_port}/")
        yield page
        page.close()


def test_a_page_needs_a_key_and_nothing_else(page: Page, tmp_path: Path):
    with serving(tmp_path, workers=0) as server:
        assert page.evaluate(REFUSED, server.url) == "Failed to fetch", "open to programs only"
        key = run_json(tmp_path, "keys", "create", "--name", "studio")["key"]
        assert page.evaluate(REFUSED, server.url) == 401, "the page can read why"
        made, status, gone, request_id, poll, limit = page.evaluate(CREATE, [server.url, key])
        assert (made, status, gone) == (200, "queued", 200)
        assert request_id.startswith("req_")
        assert (int(poll) > 0, int(limit) > 0) == (True, True)
