"""What the hub says about files: sizes, digests, revisions and licences."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Sequence
from dataclasses import dataclass

import httpx2
from huggingface_hub import HfApi, hf_hub_url
from huggingface_hub.errors import (
    GatedRepoError,
    HFValidationError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import ModelInfo

from sorairo.errors import ModelError, UnreachableError
from sorairo.models.pull.catalogue import WantedFile

NETWORK_ERRORS = (OSError, httpx2.HTTPError, json.JSONDecodeError)
"""What huggingface_hub raises if the network or the server fails, or a proxy answers with a page of
its own."""

MODEL_FILES = (
    *("*.safetensors", "*.safetensors.index.json", "tokenizer.json", "model_index.json"),
    *("model.json", "config.json"),
    *("*VAE.pth", "models_t5*.pth"),
    "*.gguf",
)
"""Names of the files that a model needs, whatever else a repository holds."""
GGUF = ".gguf"


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """A file on the hub."""

    wanted: WantedFile
    revision: str
    """The commit of its repository."""
    url: str
    bytes: int
    sha256: str | None
    """Its digest; None for a small file, which the hub names by `git_digest`."""
    git_digest: str | None = None
    digest_from: str = "hub"
    """Whether the digest is that of our "list" or of the "hub"."""

    @property
    def digest(self) -> str:
        """What the hub names its content by."""
        return self.sha256 or self.git_digest or ""


def describe(files: Sequence[WantedFile], revision: str | None = None) -> list[RemoteFile]:
    """The files as the hub has them now. Raises UnreachableError, and ModelError for a file that
    does not exist or is another one than that of our list."""
    infos = {repo: _info(repo, revision) for repo in dict.fromkeys(each.repo for each in files)}
    return [_remote(each, infos[each.repo]) for each in files]


def files_of_repository(
    repo: str, revision: str | None = None, gguf: str | None = None
) -> list[WantedFile]:
    """The files of a model in any repository; of its GGUF files, which are often one network in
    several precisions, those with `gguf` in their names. Raises ModelError, also where these are
    not one model."""
    info = _info(repo, revision)
    card = info.card_data
    licence = str((card.get("license") if card else None) or "")
    names = [each.rfilename for each in info.siblings or []]
    wanted = [
        WantedFile(repo=repo, path=name, place=name, licence=licence)
        for name in names
        if any(fnmatch.fnmatch(name.rpartition("/")[2], pattern) for pattern in MODEL_FILES)
    ]
    if not any(each.path.endswith((".safetensors", GGUF)) for each in wanted):
        raise ModelError(
            f"{repo} has no weights as safetensors or GGUF: choose another repository, or one of"
            " the names that `sorairo models list --all` shows."
        )
    chosen = _chosen([each.path for each in wanted if each.path.endswith(GGUF)], gguf, repo)
    return [each for each in wanted if not each.path.endswith(GGUF) or each.path in chosen]


def _chosen(paths: list[str], part: str | None, repo: str) -> list[str]:
    """The GGUF files with `part` in their names: one, or the two experts of a model."""
    chosen = [each for each in paths if (part or "").lower() in each.lower()]
    experts = [each for each in chosen if "high" in each.lower() or "low" in each.lower()]
    if len(chosen) <= 1 + (len(experts) == len(chosen)) and (chosen or part is None):
        return chosen
    named = f" with {part!r} in their names" if part else ""
    raise ModelError(
        f"{repo} has {len(chosen)} GGUF files{named}: say which with --gguf, such as --gguf Q4_K_M."
        f" There are: {', '.join(chosen or paths) or 'none'}."
    )


def _remote(wanted: WantedFile, info: ModelInfo) -> RemoteFile:
    found = next((each for each in info.siblings or [] if each.rfilename == wanted.path), None)
    if found is None or found.size is None or info.sha is None:
        raise ModelError(f"{wanted.repo} has no file {wanted.path} at {info.sha}.")
    sha256 = found.lfs.sha256 if found.lfs else None
    if wanted.sha256 and sha256 and sha256 != wanted.sha256:
        raise ModelError(
            f"{wanted.path} in {wanted.repo} has the digest {sha256}, and not {wanted.sha256}: it"
            " was replaced since this version of sorairo. Nothing is fetched; update sorairo."
        )
    return RemoteFile(
        wanted=wanted,
        revision=info.sha,
        url=hf_hub_url(wanted.repo, wanted.path, revision=info.sha),
        bytes=found.size,
        sha256=wanted.sha256 or sha256,
        git_digest=None if sha256 else found.blob_id,
        digest_from="list" if wanted.sha256 else "hub",
    )


def _info(repo: str, revision: str | None) -> ModelInfo:
    try:
        return HfApi().model_info(repo, revision=revision, files_metadata=True)
    except HFValidationError as error:
        raise ModelError(f"'{repo}' is no name of a repository, such as owner/name.") from error
    except GatedRepoError as error:
        raise ModelError(
            f"{repo} asks for an agreement: accept it on its page, then `hf auth login`."
        ) from error
    except (RepositoryNotFoundError, RevisionNotFoundError) as error:
        at = f" with the revision {revision}" if revision else ""
        raise ModelError(f"There is no repository {repo}{at} that you can read.") from error
    except NETWORK_ERRORS as error:
        raise UnreachableError(reason_of(error)) from error


def reason_of(error: BaseException) -> str:
    """The first line of an error."""
    lines = str(error).strip().splitlines()
    return lines[0][:200].rstrip(".") if lines else type(error).__name__
