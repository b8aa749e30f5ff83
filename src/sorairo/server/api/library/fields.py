"""The fields of requests about the library: what it notes about videos, what is brought in, and
keys."""

from __future__ import annotations

from sorairo.jobs.keys import MAX_NAME_LENGTH
from sorairo.jobs.library.tags import MAX_LENGTH, MAX_TAGS
from sorairo.server.api.fields.compound import MAX_ID_LENGTH
from sorairo.server.api.fields.content_fields import MAX_PROMPT_LENGTH
from sorairo.server.api.fields.file_fields import AnyFile
from sorairo.server.api.fields.request_field import Endpoint, RequestField
from sorairo.server.api.fields.scalars import Flag, Number, Seed, Text, check_seed
from sorairo.server.api.library.boards.field import BoardText
from sorairo.server.api.library.field_types import (
    Files,
    Objects,
    Relations,
    Tags,
    Texts,
    TextsByPath,
)
from sorairo.server.imports.records import MAX_PARENTS

MAX_IDS = 1000  # of one request
MAX_PARTS = 200  # of a cut, of a film
MAX_PATH, MAX_PATHS = 1000, 40_000  # characters of a path; paths of an archive
MAX_INPUTS = 100  # files that a video was made from

READING = frozenset({Endpoint.READING})
PLAN, IMPORT = frozenset({Endpoint.IMPORT_PLAN}), frozenset({Endpoint.IMPORT})
LABELS = frozenset({Endpoint.LABELS})
KEY = frozenset({Endpoint.KEY})
ON_MANY = LABELS | {Endpoint.TRASH, Endpoint.RESTORE, Endpoint.EXPORT}
CUT, FILM = frozenset({Endpoint.CUT}), frozenset({Endpoint.FILM})
ID, TIME = Text(max_length=MAX_ID_LENGTH, strict=True), Number(low=0, high=1e5, example="1.5")
PART = {
    "id": (ID, "The id of a video."),
    "start": (TIME, "Where the part begins, in seconds. Default: 0."),
    "end": (TIME, "Where it ends. Default: where the video ends."),
}
SCENE = {
    "id": (ID, "A name for the scene, which no other has."),
    "video": (ID, "The id of a finished video."),
    "from": (ID, "The `id` of the scene that it comes after."),
    "choice": (Text(max_length=200), "The words by which viewers choose it."),
    "prompt": (Text(max_length=MAX_PROMPT_LENGTH), "What it shows, in place of a `choice`."),
}
LIBRARY_FIELDS: tuple[RequestField, ...] = (
    RequestField(
        name="prompt",
        type=Text(max_length=MAX_PROMPT_LENGTH, strict=True),
        description="The prompt to read.",
        endpoints=READING,
        required_by=READING,
        keeps_blank=True,
    ),
    RequestField(
        name="seed",
        type=Seed(),
        description="The seed that decides what the prompt leaves open. Default: 0.",
        endpoints=READING,
        check=check_seed,
    ),
    RequestField(
        name="model",
        type=Text(max_length=128),
        description="A name from `GET /v1/models`. Default: the served model.",
        endpoints=READING,
    ),
    RequestField(
        name="toml",
        type=BoardText(),
        description="The text of the file.",
        endpoints=frozenset({Endpoint.BOARD_READING}),
        required_by=frozenset({Endpoint.BOARD_READING}),
    ),
    RequestField(
        name="ids",
        type=Texts(most=MAX_IDS, max_length=MAX_ID_LENGTH, least=1, strict=True),
        description=f"The ids of the videos, up to {MAX_IDS}: all are changed, or none.",
        endpoints=ON_MANY,
        required_by=ON_MANY,
        aliases=("id", "video_id", "video_ids"),
    ),
    RequestField(
        name="parts",
        type=Objects(entries=PART, required=("id",), most=MAX_PARTS),
        description=f"Parts of finished videos, up to {MAX_PARTS}, in their order.",
        endpoints=CUT,
        required_by=CUT,
    ),
    RequestField(
        name="title",
        type=Text(max_length=200),
        description="What the film is called. Default: Film.",
        endpoints=FILM,
    ),
    RequestField(
        name="scenes",
        type=Objects(entries=SCENE, required=("id", "video"), most=MAX_PARTS),
        description=f"The scenes of the film, up to {MAX_PARTS}. It begins with the one scene that"
        " has no `from`.",
        endpoints=FILM,
        required_by=FILM,
    ),
    RequestField(
        name="favourite",
        type=Flag(),
        description="Whether the videos are marked.",
        endpoints=LABELS | IMPORT,
        aliases=("favorite",),
    ),
    RequestField(
        name="tags",
        type=Tags(),
        description=f"All tags of the videos, up to {MAX_TAGS}, each of up to {MAX_LENGTH}"
        " characters; upper case is made lower case. An empty list removes all.",
        endpoints=LABELS | IMPORT,
    ),
    RequestField(
        name="add_tags",
        type=Tags(),
        description="Tags that the videos get beside those that they have.",
        endpoints=LABELS,
    ),
    RequestField(
        name="remove_tags",
        type=Tags(),
        description="Tags that the videos lose.",
        endpoints=LABELS,
    ),
    RequestField(
        name="media",
        type=Texts(most=MAX_PATHS, max_length=MAX_PATH),
        description="The paths of the clips and pictures of the archive. Files that end in .dat, or"
        " in nothing, count as such: name those that are, by their content.",
        endpoints=PLAN,
        required_by=PLAN,
    ),
    RequestField(
        name="sidecars",
        type=TextsByPath(most=MAX_PATHS, max_length=MAX_PATH),
        description="The contents of its JSON, CSV and text files, by their paths.",
        endpoints=PLAN,
    ),
    RequestField(
        name="video",
        type=AnyFile(),
        description="The clip or picture: mp4, mov, webm, mkv, PNG, JPEG or WebP.",
        endpoints=IMPORT,
        required_by=IMPORT,
        aliases=("file", "image"),
        file=True,
    ),
    RequestField(
        name="prompt",
        type=Text(max_length=MAX_PROMPT_LENGTH),
        description="The prompt that it was made from.",
        endpoints=IMPORT,
    ),
    RequestField(
        name="seed",
        type=Seed(),
        description="The seed that it was made with.",
        endpoints=IMPORT,
        check=check_seed,
    ),
    RequestField(
        name="model",
        type=Text(max_length=128),
        description="The model that made it.",
        endpoints=IMPORT,
    ),
    RequestField(
        name="created_at",
        type=Number(low=0, high=1e11, example="1760000000"),
        description="When it was made, in seconds since 1970. Default: now.",
        endpoints=IMPORT,
    ),
    RequestField(
        name="origin",
        type=Text(max_length=MAX_ID_LENGTH),
        description="The id that it had in the library that it comes from.",
        endpoints=IMPORT,
    ),
    RequestField(
        name="parents",
        type=Relations(most=MAX_PARENTS, max_length=MAX_ID_LENGTH),
        description="The ids that the videos that it was made from had there, each with the part"
        ' that it has, such as "remix" or "extend".',
        endpoints=IMPORT,
    ),
    RequestField(
        name="inputs",
        type=Files(most=MAX_INPUTS),
        description="The files that it was made from, in the order of its recipe. With these, a"
        " clip that sorairo made keeps its recipe.",
        endpoints=IMPORT,
        file=True,
    ),
    RequestField(
        name="path",
        type=Text(max_length=MAX_PATH),
        description="Its path within the archive, which is kept with it.",
        endpoints=IMPORT,
    ),
    RequestField(
        name="name",
        type=Text(max_length=MAX_NAME_LENGTH, strict=True),
        description="A label for the people who manage the keys, such as who uses it.",
        endpoints=KEY,
        required_by=KEY,
    ),
    RequestField(
        name="admin",
        type=Flag(),
        description="Whether the key may list, create and revoke keys, too. Default: false.",
        endpoints=KEY,
    ),
    RequestField(
        name="most_jobs",
        type=Number(low=1, high=1e9, whole=True, example="20"),
        description="Jobs that may be queued or running at once. Default: the server's limit.",
        endpoints=KEY,
    ),
    RequestField(
        name="most_pixel_seconds",
        type=Number(low=1, high=1e18, example="1e9"),
        description="Width x height x seconds of all videos of a day. Default: no limit.",
        endpoints=KEY,
    ),
    RequestField(
        name="most_bytes",
        type=Number(low=1, high=1e18, example="50e9"),
        description="Size of all stored videos, uploads, characters and files. Default: half of the"
        " disk.",
        endpoints=KEY,
    ),
)
