"""Builds jobs from the fields of HTTP requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sorairo.errors import SorairoError
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.characters import CastRequest
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.storyboard.toml import parse_storyboard
from sorairo.jobs.job import Job
from sorairo.notes import Note, sentence_of
from sorairo.server.api.clip_builder import DEFAULT_SECONDS, ClipBuilder, random_seed
from sorairo.server.api.fields.compound import too_many
from sorairo.server.api.fields.content_fields import MAX_CHARACTERS
from sorairo.server.api.fields.digest import digest_of
from sorairo.server.api.fields.other_spellings import DEFAULT_FPS
from sorairo.server.api.fields.parsing import Fields
from sorairo.server.api.fields.references import VideoReference
from sorairo.server.api.given_clips import check_pictures
from sorairo.server.api.job_builder import DEFAULT_SIZE, cost_of
from sorairo.server.api.library.boards.field import BoardFields
from sorairo.server.api.library.boards.files import card_files
from sorairo.server.api.new_job import NewJob
from sorairo.server.api.uploaded_file import Upload
from sorairo.server.job_spec import JobSpec

BOARD_SETTINGS = (
    "seed",
    "steps",
    "guidance",
    "quality",
    "fps",
    "negative",
)  # parameters of any request
# At most one of these fields may be given.
EXCLUSIVE_FIELDS = (
    *("storyboard", "characters", "reference_images", "conditions"),
    *("input_reference", "last_frame"),
)
# Which may be given together.
TOGETHER = (["input_reference", "last_frame"], ["storyboard", "characters"])

Built = tuple[Request, tuple[Upload | str, ...]]  # a request and its given files


@dataclass(frozen=True, kw_only=True)
class RequestBuilder(ClipBuilder):
    """Builds the jobs of one request. Every method raises ApiError, or RequestError if the model
    cannot generate it."""

    def create(self, fields: Fields) -> NewJob:
        """A new video from a text, from pictures, with characters, or from a storyboard."""
        given = [name for name in EXCLUSIVE_FIELDS if fields.get(name)]
        if len(given) > 1 and given not in TOGETHER:
            message = Note(
                f"'{given[0]}' and '{given[1]}' cannot be combined: leave one of them out.",
                "not_together",
                first=given[0],
                second=given[1],
            )
            raise fields.error(given[1], message)
        width, height = _size(fields)
        parameters = {"fps": DEFAULT_FPS, "width": width, "height": height, **self.seeded(fields)}
        if fields.get("loop"):
            if given:
                message = Note(
                    f"A video from '{given[0]}' cannot loop: leave one of them out.",
                    "not_together",
                    first=given[0],
                    second="loop",
                )
                raise fields.error("loop", message)
            parameters["loop"] = True
        if given[:1] == ["storyboard"]:
            return self._from_storyboard(fields, parameters)
        kinds = {
            "characters": self._from_characters,
            "reference_images": self._from_references,
            "conditions": self._from_conditions,
            "input_reference": self._from_ends,
            "last_frame": self._from_ends,
        }
        make = kinds[given[0]] if given else self._from_text
        parameters["prompt"] = self.shorten(fields.require("prompt"))
        parameters["seconds"] = fields.get("seconds", DEFAULT_SECONDS)
        request, files = make(fields, parameters)
        self.check(request, fields, given[0] if given else None)
        self.check_memory(request, parameters["seconds"], in_pieces=bool(files))
        size = f"{width}x{height}"
        seconds = parameters["seconds"]
        parents = {**self._characters(fields)[2], **_pictured(fields)}
        return self.new_job(request, fields, size, seconds, files=files, parents=parents)

    def _from_text(self, _fields: Fields, parameters: dict[str, Any]) -> Built:
        return GenerateRequest(**parameters), ()

    def _from_ends(self, fields: Fields, parameters: dict[str, Any]) -> Built:
        times = {"input_reference": 0.0, "last_frame": parameters["seconds"]}
        given = {name: at for name, at in times.items() if fields.get(name)}
        request = AnimateRequest(at=tuple(given.values()), **parameters)
        for name in given:
            shown = AnimateRequest(**parameters)
            check_pictures(shown, [fields.get(name)], fields.sent_as.get(name, name), self.limits)
        return request, tuple(map(fields.get, given))

    def _from_references(self, fields: Fields, parameters: dict[str, Any]) -> Built:
        pictures, name = fields.get("reference_images"), "reference_images"
        request = CastRequest(**parameters)
        checked = check_pictures(request, pictures, fields.sent_as.get(name, name), self.limits)
        return checked, pictures

    def _from_conditions(self, fields: Fields, parameters: dict[str, Any]) -> Built:
        conditions = fields.get("conditions")
        request = AnimateRequest(
            at=tuple(each.time for each in conditions),
            strength=tuple(each.strength for each in conditions),
            **parameters,
        )
        files = tuple(self._file(each.picture) for each in conditions)
        return check_pictures(request, files, "conditions", self.limits), files

    def _file(self, picture: Upload | VideoReference) -> Upload | str:
        if isinstance(picture, Upload):
            return picture
        return self.stored_files.picture(picture.id)

    def _from_characters(self, fields: Fields, parameters: dict[str, Any]) -> Built:
        count = len(fields.get("characters", ()))
        if count > MAX_CHARACTERS:
            raise too_many(fields.sent_as["characters"], count, MAX_CHARACTERS)
        names, paths, _ = self._characters(fields)
        return CastRequest(names=names, **parameters), paths

    def _characters(
        self, fields: Fields
    ) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, str]]:
        """The names and the files of the characters of a request, and the videos that they were
        kept from. Raises ApiError."""
        found = [self.stored_files.character(each) for each in fields.get("characters", ())]
        parents = {each.video: "character" for _, each in found if each.video}
        return tuple(each.name for _, each in found), tuple(path for path, _ in found), parents

    def _from_storyboard(self, fields: Fields, parameters: dict[str, Any]) -> NewJob:
        """With cards in TOML or as an object."""
        given: BoardFields = fields.get("storyboard")
        found = card_files(given, self.stored_files)
        table = found.table
        if "seconds" in fields.values:
            table = {"seconds": fields.get("seconds"), **table}
        try:
            board, _ = parse_storyboard(table)
        except SorairoError as error:
            raise fields.error("storyboard", sentence_of(error)) from error
        # What the storyboard itself sets wins over the other fields and the defaults.
        own = {name for name in BOARD_SETTINGS if name in table} | {"prompt"}
        if "size" in table:
            own |= {"width", "height"}
        sampled = self.sampling(fields, said=board.said_of_sampling())
        stated = {**parameters, "loras": (), **sampled}
        board = replace(board, **{k: v for k, v in stated.items() if k not in own})
        names, paths, kept_from = self._characters(fields)
        board = replace(found.put_into(board), names=names)
        if "prompt" in fields.values:
            board = replace(board, prompt=self.shorten(fields.require("prompt")))
        self.check(board, fields, "storyboard")
        self.check_memory(board, board.seconds, in_pieces=True)
        size, text = f"{board.width}x{board.height}", json.dumps(given.table, ensure_ascii=False)
        parents, files = {**kept_from, **found.parents}, (*found.files, *paths)
        return self.new_job(
            board, fields, size, board.seconds, files=files, prompt=text, parents=parents
        )

    def remix(self, fields: Fields, old: JobSpec, parent: Job, shown: Mapping[str, Any]) -> NewJob:
        """The request of an old job, including its seed, with another prompt and whatever else the
        fields change; the same prompt leaves all texts as they are. `shown` is the Video object of
        the job, with the size and the length of its result if it has one."""
        given = [name for name in EXCLUSIVE_FIELDS if fields.get(name)]
        if given or fields.get("loop"):
            name = given[0] if given else "loop"
            raise fields.error(
                name,
                Note(f"A remix cannot have '{name}': leave it out.", "not_in_remix", name=name),
            )
        prompt, changes = fields.require("prompt"), self.sampling(fields, old.request.loras)
        if fields.get("seed", 0) is None:  # -1
            changes["seed"] = random_seed()
        request = old.request
        if prompt != old.video.prompt:  # that of a storyboard is all its cards
            request = request.reworded(self.shorten(prompt))
        video = replace(
            old.video,
            prompt=prompt,
            size=str(shown["size"]),
            seconds=str(shown["seconds"]),
            model=self.model_name(fields, self.model_of_result(old.video.model)),
            remixed_from_video_id=parent.id,
            videos=None,
            ignored=fields.ignored or None,
            parents=None,
        )
        if "size" in fields.values:
            width, height = fields.get("size")
            changes |= {"width": width, "height": height}
            video = replace(video, size=f"{width}x{height}")
        if "seconds" in fields.values:
            seconds = fields.get("seconds")
            lasting = request.lasting(seconds)
            if lasting is None:
                raise fields.error(
                    "seconds",
                    Note("This video keeps its length: leave 'seconds' out.", "keeps_length"),
                )
            request, video = lasting, replace(video, seconds=f"{seconds:g}")
        request = replace(request, **changes)
        self.check(request, fields, None)
        is_changed = bool({"size", "seconds"} & set(fields.values))
        cost = cost_of(video) if is_changed else max(parent.cost, cost_of(video))
        self.check_memory(request, float(video.seconds), in_pieces=bool(old.media))
        video = replace(video, seed=request.seed)
        body = digest_of(fields, parent.id)
        return NewJob(
            request=request, video=video, cost=cost, body_digest=body, runs_on=self.runs_on
        )

    def retry(self, fields: Fields, old: JobSpec, parent: Job) -> NewJob:
        """The request of an old job once more, as one that was made from the same videos."""
        if old.source:
            message = Note(
                "This video was not generated: only generated ones can be made again.",
                "not_generated",
            )
            raise fields.error("video_id", message)
        self.check(old.request, fields, None)
        video = replace(
            old.video,
            model=old.video.model or self.model_of_result(""),
            notes=None,
            note_details=None,
            videos=None,
            ignored=None,
        )
        self.check_memory(old.request, float(video.seconds or 0), in_pieces=bool(old.media))
        return NewJob(
            request=old.request,
            video=video,
            cost=parent.cost or cost_of(video),  # an imported clip has cost nothing here
            body_digest=digest_of(fields, parent.id),
            runs_on=self.runs_on,
        )


def _pictured(fields: Fields) -> dict[str, str]:
    """The videos of which the keyframes are pictures."""
    pictures = [each.picture for each in fields.get("conditions", ())]
    return {each.id: "picture" for each in pictures if isinstance(each, VideoReference)}


def _size(fields: Fields) -> tuple[int, int]:
    """The size of a new video, which its storyboard may state. Raises ApiError."""
    stated, board = fields.get("size"), fields.get("storyboard")
    size = board.table.get("size") if board else None
    if stated and isinstance(size, str) and size.strip().lower() != f"{stated[0]}x{stated[1]}":
        raise fields.error(
            "size", Note("'size' contradicts that of the storyboard: leave one out.", "board_size")
        )
    return stated or DEFAULT_SIZE
