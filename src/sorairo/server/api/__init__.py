"""The HTTP API: routes, request parsing, responses, errors, metrics and the OpenAPI document.

It may import `server.uploads`, `server.video_object`, `jobs` and the request types of `generation`,
but not `server.worker`, and no torch.
"""
