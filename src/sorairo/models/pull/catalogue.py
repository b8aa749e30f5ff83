"""The open models that can be fetched by name, with the digest of every file where it is known.

Digests and sizes are those that several independent projects pin for the same files; where they
pin none, the digest is the one that the hub states, and is recorded when the file is fetched.
"""

from __future__ import annotations

from dataclasses import dataclass

APACHE = "Apache-2.0"
WAN_21 = "Comfy-Org/Wan_2.1_ComfyUI_repackaged"
WAN_22 = "Comfy-Org/Wan_2.2_ComfyUI_Repackaged"


@dataclass(frozen=True, kw_only=True)
class WantedFile:
    """A file of a model, and where it comes from."""

    repo: str
    """The repository on the hub."""
    path: str
    """Its path there."""
    place: str
    """Its path in the model's folder."""
    licence: str = APACHE
    """SPDX identifier; "" where it is not known."""
    bytes: int | None = None
    """Its size, if it is known."""
    sha256: str | None = None
    """Its digest, if it is known."""

    @property
    def is_transformer(self) -> bool:
        """Whether it is the network that a model is named after, or one of its experts."""
        return "diffusion_models/" in self.path


@dataclass(frozen=True, kw_only=True)
class CatalogueEntry:
    """A model that can be fetched by name."""

    name: str
    summary: str
    """What it is for, in a few words."""
    files: tuple[WantedFile, ...]

    @property
    def bytes(self) -> int:
        """The size of the files whose size is known."""
        return sum(each.bytes or 0 for each in self.files)

    @property
    def licence(self) -> str:
        """The licences of its files."""
        return ", ".join(dict.fromkeys(each.licence for each in self.files))


def _weights(
    repo: str, name: str, size: int | None = None, sha256: str | None = None
) -> WantedFile:
    path = f"split_files/diffusion_models/{name}"
    return WantedFile(repo=repo, path=path, place=name, bytes=size, sha256=sha256)


TEXT = WantedFile(
    repo=WAN_21,
    path="split_files/text_encoders/umt5_xxl_fp16.safetensors",
    place="umt5_xxl_fp16.safetensors",
    bytes=11_366_399_385,
    sha256="7b8850f1961e1cf8a77cca4c964a358d303f490833c6c087d0cff4b2f99db2af",
)
TOKENIZER = WantedFile(
    repo="Wan-AI/Wan2.1-T2V-1.3B",
    path="google/umt5-xxl/tokenizer.json",
    place="tokenizer.json",
    bytes=16_837_459,
    sha256="20a46ac256746594ed7e1e3ef733b83fbc5a6f0922aa7480eda961743de080ef",
)
CODEC_21 = WantedFile(
    repo=WAN_21,
    path="split_files/vae/wan_2.1_vae.safetensors",
    place="wan_2.1_vae.safetensors",
    bytes=253_815_318,
    sha256="2fc39d31359a4b0a64f55876d8ff7fa8d780956ae2cb13463b0223e15148976b",
)
CODEC_22 = WantedFile(
    repo=WAN_22,
    path="split_files/vae/wan2.2_vae.safetensors",
    place="wan2.2_vae.safetensors",
    bytes=1_409_400_960,
    sha256="e40321bd36b9709991dae2530eb4ac303dd168276980d3e9bc4b6e2b75fed156",
)
SHARED = (CODEC_21, TEXT, TOKENIZER)

CATALOGUE: tuple[CatalogueEntry, ...] = (
    CatalogueEntry(
        name="wan2.2-5b",
        summary="text or a picture to video, 1280x704 at 24 fps",
        files=(
            _weights(
                WAN_22,
                "wan2.2_ti2v_5B_fp16.safetensors",
                9_999_658_848,
                "456f901338bd9eadbded3828b819109a9b68e8a525ca5cf8d0049a69fcfeca1e",
            ),
            CODEC_22,
            TEXT,
            TOKENIZER,
        ),
    ),
    CatalogueEntry(
        name="wan2.1-vace-1.3b",
        summary="all tasks with given pictures, clips and regions, 832x480 at 16 fps",
        files=(_weights(WAN_21, "wan2.1_vace_1.3B_fp16.safetensors"), *SHARED),
    ),
    CatalogueEntry(
        name="wan2.1-1.3b",
        summary="text to video, 832x480 at 16 fps; the smallest",
        files=(
            _weights(
                WAN_21,
                "wan2.1_t2v_1.3B_fp16.safetensors",
                2_838_303_560,
                "be531024cd9018cb5b48c40cfbb6a6191645b1c792eb8bf4f8c1c6e10f924dc5",
            ),
            *SHARED,
        ),
    ),
    CatalogueEntry(
        name="wan2.1-vace-14b",
        summary="all tasks with given pictures, clips and regions, 1280x720 at 16 fps",
        files=(_weights(WAN_21, "wan2.1_vace_14B_fp16.safetensors"), *SHARED),
    ),
    CatalogueEntry(
        name="wan2.1-14b",
        summary="text to video, 1280x720 at 16 fps",
        files=(
            _weights(
                WAN_21,
                "wan2.1_t2v_14B_bf16.safetensors",
                None,
                "193535c6450045f718df5f011de6d94d49bd9b13f37ca0412500f050dbbb01a8",
            ),
            *SHARED,
        ),
    ),
    CatalogueEntry(
        name="wan2.2-14b",
        summary="text to video, two experts of 14B, 1280x720 at 16 fps",
        files=(
            _weights(WAN_22, "wan2.2_t2v_high_noise_14B_fp16.safetensors"),
            _weights(
                WAN_22,
                "wan2.2_t2v_low_noise_14B_fp16.safetensors",
                28_577_095_592,
                "431d1613ffa809ae1f735b661a01788c6d74991f51efd01f45d5aee955ccd224",
            ),
            *SHARED,
        ),
    ),
    CatalogueEntry(
        name="wan2.2-i2v-14b",
        summary="a picture to video, two experts of 14B, 1280x720 at 16 fps",
        files=(
            _weights(WAN_22, "wan2.2_i2v_high_noise_14B_fp16.safetensors"),
            _weights(
                WAN_22,
                "wan2.2_i2v_low_noise_14B_fp16.safetensors",
                28_577_914_792,
                "edb89340c8a6fbf1a70e76a839ae01eaf7d289f05ea1ebd6b1a3fc6f533826e9",
            ),
            *SHARED,
        ),
    ),
)
"""The models that can be fetched by name, the most useful ones first."""


def entry_named(name: str) -> CatalogueEntry | None:
    """The entry of that name."""
    return next((each for each in CATALOGUE if each.name == name), None)
