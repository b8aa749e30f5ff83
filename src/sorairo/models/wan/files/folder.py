"""What a folder of open weights holds: which variant, in which files. No torch.

Three layouts are in use: a folder of diffusers (`transformer/`, `vae/`, `text_encoder/`,
`tokenizer/`), that of the original repositories (shards in the folder itself or in
`high_noise_model/` and `low_noise_model/`, a codec and a text encoder as `.pth`), and single files
as ComfyUI has them. Files are told apart by the names of their tensors and the variant by their
shapes, because names of files and configuration files err; of these, only the architecture is read
(see `configs`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from sorairo.errors import ModelError
from sorairo.models.wan.files.configs import check_architecture, check_settings
from sorairo.models.wan.files.experts import by_noise
from sorairo.models.wan.files.gguf_files import GGUF
from sorairo.models.wan.files.tensor_files import fingerprint, read_headers, shards
from sorairo.models.wan.files.transformer_names import without_prefix
from sorairo.models.wan.variants import VARIANTS, Variant

DEEP = 2  # folders below the model's own in which files are looked for
MAX_FILES = 2000  # a folder with more entries than that is not a model
TOKENIZER = "tokenizer.json"
INDEX = ".safetensors.index.json"
HEAD_WIDTH = 128
PATCH_AXES = 5  # of the patch embedding, a convolution; that of sorairo's own models has two
PICKLES = {"codec": "*VAE.pth", "text encoder": "models_t5*.pth"}
"""Files of the original repositories that are pickles."""
FETCH = "fetch it with `sorairo models pull`, which also says which file goes where"


@dataclass(frozen=True, kw_only=True)
class WanFolder:
    """A model in a folder."""

    path: Path
    variant: Variant
    transformers: tuple[tuple[Path, ...], ...]
    """The files of each expert, that for high noise first."""
    codec: tuple[Path, ...]
    text: tuple[Path, ...]
    tokenizer: Path

    @property
    def files(self) -> tuple[Path, ...]:
        weights = (each for part in self.transformers for each in part)
        return (*weights, *self.codec, *self.text, self.tokenizer)

    @property
    def digest(self) -> str:
        return fingerprint(self.files, self.path)


@dataclass(kw_only=True)
class _Found:
    transformers: list[tuple[Path, ...]] = field(default_factory=list)
    codec: list[tuple[Path, ...]] = field(default_factory=list)
    text: list[tuple[Path, ...]] = field(default_factory=list)


def is_wan_folder(path: Path) -> bool:
    """Whether a folder holds a transformer of this family, or weights that cannot be read, of which
    `read_folder` says what is wrong. One of sorairo's own models that lost its `model.json` is
    none: its tensors have the same names, but other shapes."""
    if os.path.isfile(path / "model_index.json"):
        return True
    try:
        return bool(_sorted_files(path).transformers)
    except ModelError:
        return True


def read_folder(path: Path) -> WanFolder:
    """The model in a folder. Raises ModelError for one that is incomplete, broken or not known."""
    check_architecture(path)
    found = _sorted_files(path)
    if not found.transformers:
        raise ModelError(f"{path} has no transformer of Wan: {FETCH}.")
    tokenizers = _files(path, TOKENIZER)
    parts = {"codec": found.codec, "text encoder": found.text, TOKENIZER: tokenizers}
    for name, each in parts.items():
        if not each:
            raise ModelError(f"{path} has no {name}: {FETCH}.")
        if len(each) > 1 and name != TOKENIZER:
            raise ModelError(f"{path} has {len(each)} files with a {name}: keep one of them.")
    check_architecture(path, [*chain(*found.transformers), *found.codec[0], *found.text[0]])
    check_settings(chain(*found.transformers))
    shapes = _shapes(found.transformers[0])
    _refuse_image_encoder(path, shapes)
    channels = shapes["patch_embedding.weight"][1]
    return WanFolder(
        path=path,
        transformers=by_noise(path, found.transformers, channels),
        variant=variant_of(path, shapes, len(found.transformers)),
        codec=found.codec[0],
        text=found.text[0],
        tokenizer=tokenizers[0],
    )


def _refuse_image_encoder(path: Path, names: Iterable[str]) -> None:
    if any("img_emb" in name or "image_embedder" in name for name in names):
        raise ModelError(
            f"{path} is a model of Wan 2.1 for pictures, which needs another encoder: use"
            " wan2.2-i2v-14b or wan2.1-vace-14b."
        )


def variant_of(path: Path, shapes: Mapping[str, tuple[int, ...]], experts: int) -> Variant:
    """The variant with that number of experts, of which one has tensors of these shapes. Raises
    ModelError for one that is not known."""
    width, channels = shapes["patch_embedding.weight"][:2]
    enters = "control branch" if "vace_patch_embedding.weight" in shapes else None
    known = [
        each
        for each in VARIANTS
        if each.in_channels == channels
        and (each.enters == "control branch") == (enters is not None)
        and each.experts == experts
    ]
    if not known or width % HEAD_WIDTH:
        raise ModelError(
            f"{path} has {experts} transformer(s) of {channels} channels and width {width},"
            f" which is none of {', '.join(each.name for each in VARIANTS)}."
        )
    return min(known, key=lambda each: abs(each.width - width))


def _sorted_files(path: Path) -> _Found:
    found, in_shards = _Found(), set()
    for index in _files(path, f"*{INDEX}"):
        files = shards(index)
        in_shards.update(files)
        _sort(found, tuple(files))
    for file in [*_files(path, "*.safetensors"), *_files(path, f"*{GGUF}")]:
        if file not in in_shards:
            _sort(found, (file,))
    if not found.codec:
        found.codec = [(file,) for file in _files(path, PICKLES["codec"])]
    if not found.text:
        found.text = [(file,) for file in _files(path, PICKLES["text encoder"])]
    return found


def _sort(found: _Found, files: tuple[Path, ...]) -> None:
    shapes = _shapes(files)
    names = shapes.keys()
    is_convolution = len(shapes.get("patch_embedding.weight", ())) == PATCH_AXES
    if is_convolution and any(each.startswith("blocks.") for each in names):
        found.transformers.append(files)
    elif names & {"decoder.conv1.weight", "decoder.conv_in.weight"}:
        found.codec.append(files)
    elif names & {"shared.weight", "token_embedding.weight", "enc.output_norm.weight"}:
        found.text.append(files)


def _shapes(files: Sequence[Path]) -> dict[str, tuple[int, ...]]:
    return {without_prefix(name): each.shape for name, each in read_headers(files).items()}


def _files(path: Path, pattern: str) -> list[Path]:
    """Files of the folder and those below it, the nearest first; none that is hidden, such as those
    that macOS leaves on other disks (._NAME)."""
    found: list[Path] = []
    for depth in range(DEEP + 1):
        for count, each in enumerate(path.glob("/".join(["*"] * depth + [pattern]))):
            if count > MAX_FILES:
                raise ModelError(f"{path} has too many files to be a model.")
            if not each.name.startswith("."):
                found.append(each)
    return sorted(found, key=lambda each: (len(each.parts), each))
