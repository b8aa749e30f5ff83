"""Other base URLs under which the API is found: Azure OpenAI's, and ComfyUI's proxy."""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/v1"
_ALIAS = re.compile(r"/(?:proxy/)?openai/v1(?=/)|/openai/deployments/([^/]+)(?=/)|/openai(?=/)")
DEPLOYMENT = "sorairo.deployment"  # key of the scope: the deployment in the path
REQUESTED_PATH = "sorairo.requested_path"  # key of the scope: the path before it was rewritten


class PrefixMiddleware:
    """Serves `/openai/v1/...`, `/openai/...`, `/openai/deployments/{name}/...` and
    `/proxy/openai/v1/...` as `/v1/...`, so that every route exists under all of them.

    The query parameter `api-version` of these clients is ignored, as any unknown one is.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = scope["path"]
            scope = {**scope, REQUESTED_PATH: path}
            found = _ALIAS.match(path)
            if found:
                scope |= {"path": PREFIX + path[found.end() :], DEPLOYMENT: found[1]}
        await self.app(scope, receive, send)
