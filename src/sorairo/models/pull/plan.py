"""What fetching a model takes, before anything is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sorairo.errors import ModelError, UnreachableError, unknown_name
from sorairo.models.hub import shipped
from sorairo.models.pull.catalogue import CATALOGUE, WantedFile, entry_named
from sorairo.models.pull.download import arrived, have, placed_by_hand
from sorairo.models.pull.few_step_loras import FEW_STEP_LORAS, few_step_lora
from sorairo.models.pull.remote import RemoteFile, describe, files_of_repository
from sorairo.models.pull.store import ModelStore, StoredFile, gigabytes

HUB = "https://huggingface.co"


@dataclass(frozen=True, kw_only=True)
class PullPlan:
    """The files of a model: those that are there, and those to fetch."""

    name: str
    present: tuple[StoredFile, ...]
    missing: tuple[RemoteFile, ...] = ()
    arrived: int = 0
    """Bytes of the missing ones that are there already, because a fetch was stopped."""
    note: str = ""
    """How the files were checked if the hub could not be reached."""

    @property
    def bytes(self) -> int:
        """The size of the whole model."""
        return sum(each.bytes for each in (*self.present, *self.missing))

    @property
    def bytes_to_fetch(self) -> int:
        return sum(each.bytes for each in self.missing) - self.arrived


def plan_pull(
    store: ModelStore,
    source: str,
    *,
    name: str | None = None,
    revision: str | None = None,
    gguf: str | None = None,
    rest_of: str | None = None,
) -> PullPlan:
    """How to get a model by its name in the catalogue, or from a repository (`owner/name`): of its
    GGUF files those with `gguf` in their names, and with the codec, text encoder and tokenizer of
    the model `rest_of` of the catalogue.

    Raises UnknownNameError, ModelError for what cannot be a model, and UnreachableError without a
    network; its message says which files to place where.
    """
    entry = entry_named(source) or few_step_lora(source)
    if entry is None and "/" not in source:
        known = [each.name for each in (*CATALOGUE, *FEW_STEP_LORAS)]
        raise unknown_name("model to fetch", source, known)
    name = name or (entry.name if entry else source.rpartition("/")[2])
    _check_name(name)
    try:
        wanted = entry.files if entry else files_of_repository(source, revision, gguf)
        remote = describe(wanted, revision)
        if rest_of:
            remote += describe(_rest_of(rest_of, {each.place for each in wanted}))
    except UnreachableError as error:
        if entry is None:
            raise UnreachableError(
                f"The hub cannot be reached ({error}). On a machine with a network, fetch the"
                f" repository {source}, copy it here, and give its folder as --model."
            ) from error
        return _by_hand(store, name, entry.files, str(error))
    found = [(each, have(store, name, each)) for each in remote]
    missing = tuple(each for each, stored in found if not stored)
    return PullPlan(
        name=name,
        present=tuple(stored for _, stored in found if stored),
        missing=missing,
        arrived=sum(arrived(store, each) for each in missing),
    )


def _rest_of(name: str, there: set[str]) -> list[WantedFile]:
    """The files of a model of the catalogue but for its transformers, and for the places that are
    taken already. Raises UnknownNameError."""
    entry = entry_named(name)
    if entry is None:
        raise unknown_name("model", name, [each.name for each in CATALOGUE])
    return [each for each in entry.files if not each.is_transformer and each.place not in there]


def _by_hand(store: ModelStore, name: str, wanted: Sequence[WantedFile], reason: str) -> PullPlan:
    """The plan of files that lie in the model's folder. Raises UnreachableError if one is
    missing."""
    found = [(each, placed_by_hand(store, name, each)) for each in wanted]
    missing = [each for each, stored in found if not stored]
    if missing:
        lines = [f"  {_address(each)}\n    -> {each.place}{_facts(each)}" for each in missing]
        raise UnreachableError(
            f"The hub cannot be reached ({reason}). On a machine with a network, fetch these files,"
            f" put them into {store.root / name}, and repeat the command, which checks them:\n"
            + "\n".join(lines)
        )
    unknown = [each.place for each in wanted if not each.sha256]
    note = f"The hub cannot be reached ({reason}): the files that are there were checked."
    if unknown:
        note += f" No digest is known of {', '.join(unknown)}."
    return PullPlan(name=name, present=tuple(stored for _, stored in found if stored), note=note)


def _address(wanted: WantedFile) -> str:
    return f"{HUB}/{wanted.repo}/resolve/main/{wanted.path}"


def _facts(wanted: WantedFile) -> str:
    size = gigabytes(wanted.bytes) if wanted.bytes else ""
    digest = f"sha256 {wanted.sha256}" if wanted.sha256 else ""
    facts = ", ".join(filter(None, (size, digest)))
    return f" ({facts})" if facts else ""


def _check_name(name: str) -> None:
    if not name or name != name.strip(".") or any(c in name for c in "/\\\0"):
        raise ModelError(f"{name!r} cannot be the name of a model: choose another with --name.")
    if (shipped() / name / "model.json").is_file():  # which would be found in its place
        raise ModelError(f"{name} is a model of the package: choose another name with --name.")
