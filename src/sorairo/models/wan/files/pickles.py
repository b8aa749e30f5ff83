"""Which pickles are read: only those whose content is known. No torch.

The original repositories have the codec and the text encoder as pickles. They are loaded as tensors
alone, and only if their digest is that of a published file, or one that the user states in a file
NAME.sha256 beside it, as `sha256sum NAME > NAME.sha256` writes it.
"""

from __future__ import annotations

from pathlib import Path

from sorairo.errors import ModelError
from sorairo.models.pull.store import sha256_of

PUBLISHED = {
    "38071ab59bd94681c686fa51d75a1968f64e470262043be31f7a094e442fd981": "Wan2.1_VAE.pth",
    "20eb789667fa5e60e7516bf509512f6cb61f01b0aa0695eadaea930c13892b36": "Wan2.2_VAE.pth",
    "7cace0da2b446bbbbc57d031ab6cf163a3d59b366da94e5afe36745b746fd81d": (
        "models_t5_umt5-xxl-enc-bf16.pth"
    ),
}
"""Digests of the files of the original repositories, as several projects state them."""


def check_pickle(file: Path) -> None:
    """Raises ModelError for a pickle whose digest is not known."""
    try:
        digest = sha256_of(file)
        stated = file.with_name(f"{file.name}.sha256")
        known = stated.read_text(encoding="utf-8").lower().split()[:1] if stated.is_file() else []
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{file} cannot be read: {error}.") from error
    if digest in PUBLISHED or digest in known:
        return
    raise ModelError(
        f"{file} is a pickle with the digest {digest}, which is none of those published: use a"
        f" safetensors file in its place, or, if you trust it, write its digest:"
        f" sha256sum {file.name} > {file.name}.sha256"
    )
