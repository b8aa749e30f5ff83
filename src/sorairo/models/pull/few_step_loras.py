"""The LoRAs that can be fetched by name: one or two for each model, which make it sample in a few
steps. Each is a folder of the LoRAs' folder, with a file for each expert of the model."""

from __future__ import annotations

from sorairo.models.pull.catalogue import WAN_22, CatalogueEntry, WantedFile

KIJAI = "Kijai/WanVideo_comfy"


def _of(repo: str, path: str, size: int | None = None, sha256: str | None = None) -> WantedFile:
    place = path.rpartition("/")[2]
    return WantedFile(repo=repo, path=path, place=place, bytes=size, sha256=sha256)


def _both(stem: str) -> tuple[WantedFile, ...]:
    return tuple(
        _of(WAN_22, f"split_files/loras/{stem}_{noise}_noise.safetensors")
        for noise in ("high", "low")
    )


FEW_STEP_LORAS: tuple[CatalogueEntry, ...] = (
    CatalogueEntry(
        name="wan2.2-5b-fast",
        summary="LoRA: wan2.2-5b in 3 steps (FastWan)",
        files=(
            _of(
                KIJAI,
                "FastWan/Wan2_2_5B_FastWanFullAttn_lora_rank_128_bf16.safetensors",
                660_874_456,
                "79290493711b022e1c6e655d803715cd8a91a75cdb139856cad46f354e2f681c",
            ),
        ),
    ),
    CatalogueEntry(
        name="wan2.1-14b-fast",
        summary="LoRA: wan2.1-14b and wan2.1-vace-14b in 4 steps (lightx2v)",
        files=(_of(KIJAI, "Wan21_T2V_14B_lightx2v_cfg_step_distill_lora_rank32.safetensors"),),
    ),
    CatalogueEntry(
        name="wan2.2-14b-fast",
        summary="LoRA: wan2.2-14b in 4 steps (lightx2v)",
        files=_both("wan2.2_t2v_lightx2v_4steps_lora_v1.1"),
    ),
    CatalogueEntry(
        name="wan2.2-i2v-14b-fast",
        summary="LoRA: wan2.2-i2v-14b in 4 steps (lightx2v)",
        files=_both("wan2.2_i2v_lightx2v_4steps_lora_v1"),
    ),
)
"""By their names. Where no digest is stated, none is known: that of the hub counts."""
FAST = {
    "tabletop": "tabletop-fast",
    "wan2.2-5b": "wan2.2-5b-fast",
    "wan2.1-14b": "wan2.1-14b-fast",
    "wan2.1-vace-14b": "wan2.1-14b-fast",
    "wan2.2-14b": "wan2.2-14b-fast",
    "wan2.2-i2v-14b": "wan2.2-i2v-14b-fast",
}
"""The LoRA of `--fast` for each model; that of the shipped model is in the package. For the 1.3B
models none with a free licence is published as safetensors: a file whose name contains self_forcing
is taken (see `lora.fast`)."""


def few_step_lora(name: str) -> CatalogueEntry | None:
    """The LoRA of that name."""
    return next((each for each in FEW_STEP_LORAS if each.name == name), None)
