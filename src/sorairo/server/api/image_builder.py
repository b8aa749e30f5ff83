"""Builds jobs that make pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sorairo.generation.requests.edit import EditRequest
from sorairo.generation.requests.generate import ImageRequest
from sorairo.server.api.clip_builder import DEFAULT_EDIT_STRENGTH, ClipBuilder
from sorairo.server.api.fields.parsing import Fields
from sorairo.server.api.given_clips import GivenClip, check_pictures
from sorairo.server.api.new_job import NewJob
from sorairo.server.api.service import IMAGE_MODELS
from sorairo.server.api.uploaded_file import Upload

DEFAULT_SIZE = (512, 512)
SECONDS = 1.0  # of a picture, as clients see its job


@dataclass(frozen=True, kw_only=True)
class ImageBuilder(ClipBuilder):
    """Builds the jobs of requests for pictures. Every method raises ApiError."""

    @classmethod
    def of(cls, builder: ClipBuilder) -> ImageBuilder:
        """A builder with what another one knows, that also accepts names of models for pictures."""
        models = None if builder.models is None else (*builder.models, *IMAGE_MODELS)
        known = {name: getattr(builder, name) for name in ClipBuilder.__dataclass_fields__}
        return cls(**{**known, "models": models})

    def image(self, fields: Fields) -> NewJob:
        """A picture from a text."""
        width, height = fields.get("size") or DEFAULT_SIZE
        prompt = self.shorten(fields.require("prompt"))
        request = ImageRequest(prompt=prompt, width=width, height=height, **self.seeded(fields))
        self.check(request, fields, None)
        cost = width * height / self.limits.native_fps
        return self.new_job(request, fields, f"{width}x{height}", SECONDS, cost=cost)

    def edit_image(self, fields: Fields, clip: GivenClip) -> NewJob:
        """A picture that is changed by a prompt."""
        if isinstance(clip.file, Upload):
            check_pictures(EditRequest(), [clip.file], clip.name, self.limits)
        width, height = fields.get("size") or clip.size(self.limits)
        parameters = {"strength": DEFAULT_EDIT_STRENGTH, **self._parameters(fields, clip)}
        request = EditRequest(**{**parameters, "width": width, "height": height})
        job = self._from_clips(request, fields, clip, generated=clip.info.duration)
        cost = width * height / self.limits.native_fps
        return replace(job, cost=cost, video=replace(job.video, size=f"{width}x{height}"))
