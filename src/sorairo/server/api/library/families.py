"""The family of a video: what it was made from, and what was made from it."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request

from sorairo.jobs.library.lineage import MAX_FAMILY, Descent, FamilyTree
from sorairo.jobs.library.listing import JobFilter
from sorairo.server.api.dependencies import Owner, job_of, service_of, viewer_of
from sorairo.server.api.json_response import SafeJSONResponse
from sorairo.server.api.routes import VideoId

router = APIRouter(prefix="/v1")


@router.get("/videos/{video_id}/lineage")
def get_lineage(request: Request, owner: Owner, video_id: VideoId) -> SafeJSONResponse:
    """Responds with the family of a video: its parents, its children, and all videos that are
    connected with it, up to about 200. A deleted video is one without `video`."""
    job, service = job_of(request, owner, video_id), service_of(request)
    descents = FamilyTree(service.queue.database).family(job.id)
    names = _names(job.id, descents)
    wanted = JobFilter(owner=owner, ids=tuple(names))
    found, _ = service.library.page(wanted, limit=2 * MAX_FAMILY)
    view = viewer_of(request)
    videos = {each.id: view(each) for each in found}
    family = [
        {
            "id": name,
            "parents": [_relation(each.parent, each) for each in descents if each.child == name],
            **({"video": videos[name]} if name in videos else {}),
        }
        for name in names
    ]
    return SafeJSONResponse(
        {
            "object": "video.lineage",
            "id": job.id,
            "parents": [_relation(each.parent, each) for each in descents if each.child == job.id],
            "children": [_relation(each.child, each) for each in descents if each.parent == job.id],
            "family": family,
        }
    )


def _names(job: str, descents: Sequence[Descent]) -> list[str]:
    """All ids, the nearest first."""
    others = (name for each in descents for name in (each.parent, each.child))
    return list(dict.fromkeys((job, *others)))[: 2 * MAX_FAMILY]


def _relation(name: str, descent: Descent) -> dict[str, str]:
    return {"id": name, "relation": descent.relation}
