"""Routes that say what the client's key may use, and what this server is."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Request

from sorairo.errors import SorairoError
from sorairo.models import hub
from sorairo.models.hub import ModelDirectory
from sorairo.models.lora.fast import default_loras, known_fast_lora
from sorairo.models.pull.catalogue import CATALOGUE
from sorairo.server.api.dependencies import Owner, service_of
from sorairo.server.api.quotas import quota_of
from sorairo.server.disk_space import free_bytes
from sorairo.world import registry

router = APIRouter(prefix="/v1")


@router.get("/account")
def get_account(request: Request, owner: Owner) -> dict[str, Any]:
    """Responds with the key of the request, its quota and what it uses, and the disk."""
    service = service_of(request)
    quota, own = quota_of(service, owner), service.keys.find(owner)
    usage = service.library.usage(owner, quota)
    return {
        "object": "account",
        "key": None if own is None else {"id": own.id, "name": own.name, "admin": own.admin},
        "key_required": service.requires_key(),
        "quota": {
            "jobs": quota.most_waiting,
            "pixel_seconds_per_day": quota.most_cost,
            "bytes": None if quota.most_bytes is None else int(quota.most_bytes),
        },
        "used": {
            "jobs": usage.waiting,
            "pixel_seconds": round(usage.spent),
            "bytes": service.storage.used(owner),
        },
        "disk": {
            "free_bytes": free_bytes(service.media, service.queue.database),
            "reserved_bytes": service.min_free_bytes,
        },
        "retention_seconds": service.retention_seconds,
    }


@router.get("/server")
def get_server(request: Request, _owner: Owner) -> dict[str, Any]:
    """Responds with the version of the server, its limits, the model that it serves with prompts
    that work, the other models that are installed, and what fetching further ones would take."""
    service = service_of(request)
    limits, found = service.limits, {info.name: info for info in hub.list_models()}
    if service.model not in found:
        with suppress(SorairoError):  # served from a directory of another name
            found[service.model] = hub.info(hub.find(service.model))
    return {
        "object": "server",
        "version": version("sorairo"),
        "model": service.model,
        "models": [_model(each, each.name == service.model) for each in found.values()],
        "pulls": [
            {
                "id": each.name,
                "object": "model_pull",
                "summary": each.summary,
                "bytes": each.bytes,
                "bytes_complete": all(file.bytes for file in each.files),
                "licence": each.licence,
                "command": f"sorairo models pull {each.name}",
            }
            for each in CATALOGUE
            if each.name not in found
        ],
        "max_seconds": limits.max_seconds,
        "max_side": limits.max_side,
        "prompt_characters": limits.max_prompt,
        "examples": list(registry.language(limits.world).examples),
    }


def _model(info: ModelDirectory, served: bool) -> dict[str, Any]:
    facts = info.facts
    fast, default = known_fast_lora(facts.name), default_loras(facts.name, info.digest)
    return {
        "id": info.name,
        "object": "installed_model",
        "served": served,
        "bytes": info.bytes,
        "native_sizes": [f"{width}x{height}" for width, height in facts.native_sizes],
        "native_fps": facts.fps,
        "native_seconds": round(facts.max_frames / facts.fps, 2),
        "licence": facts.licence,
        "trained_for": list(facts.trained_for),
        "version": facts.version,
        "notes": facts.notes,
        "fast": None if fast is None else {**asdict(fast), "default": bool(default)},
    }
