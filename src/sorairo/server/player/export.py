"""Writes the page of play as a folder that any file host serves: the networks run in the browser.

onnxruntime-web (Microsoft, MIT) is fetched with npm, by digest, and goes into the folder.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from sorairo.errors import MissingExtraError, ModelError, NameTakenError
from sorairo.packages import Package, folder_of
from sorairo.play.export.files import write_model
from sorairo.play.facts import PlayableFacts
from sorairo.server.player.assets import OWN, player_paths
from sorairo.server.studio.assets import HEAD, INDEX, ROOT

RUNTIME = Package(
    name="onnxruntime-web",
    version="1.30.0",
    registry="npm",
    digest="d2228df7e4616bc3348bf504ee888f3bec43789a273f0a63f3e68d203ce3bf71",
    licence="MIT (Microsoft Corporation)",
    files=(
        *("dist/ort.wasm.min.mjs", "dist/ort.webgpu.min.mjs"),
        *("dist/ort-wasm-simd-threaded.mjs", "dist/ort-wasm-simd-threaded.wasm"),
        *("dist/ort-wasm-simd-threaded.asyncify.mjs", "dist/ort-wasm-simd-threaded.asyncify.wasm"),
    ),
)
RUNTIME_FILES = {  # names that every host knows the type of
    "ort.wasm.min.mjs": "ort.js",
    "ort-wasm-simd-threaded.mjs": "ort-wasm.js",
    "ort-wasm-simd-threaded.wasm": "ort-wasm.wasm",
    "ort.webgpu.min.mjs": "ort-webgpu.js",
    "ort-wasm-simd-threaded.asyncify.mjs": "ort-wasm-webgpu.js",
    "ort-wasm-simd-threaded.asyncify.wasm": "ort-wasm-webgpu.wasm",
}
LOCAL = Path(__file__).parent / "local"
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self';"
    " img-src 'self' blob:; connect-src 'self'; worker-src 'self'; base-uri 'none';"
    " form-action 'none'"
)


def export_player(
    facts: PlayableFacts, folder: Path, on_part: Callable[[str], None] = lambda _part: None
) -> Path:
    """Writes the folder, whole or not at all; returns it. `on_part` is called with the name of each
    part before it is made.

    Raises ModelError for a world without a network, NameTakenError where something is in the
    folder, MissingExtraError where onnxruntime-web cannot be fetched or a library is missing.
    """
    if not facts.model:
        raise ModelError(
            f"The world {facts.name} has no network that could be exported: install a model of it"
            " (sorairo models list), or give the directory of one."
        )
    if find_spec("onnx") is None:
        raise MissingExtraError("Exporting needs more libraries: pip install 'sorairo[play]'.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NameTakenError(f"{folder} is not empty: choose another folder.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        new = Path(scratch) / "page"
        on_part("onnxruntime-web")
        _copy_runtime(new / "onnxruntime")
        _copy_page(new)
        (new / "model").mkdir()
        write_model(facts, new / "model", on_part)
        new.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        new.rename(folder)
    return folder


def _copy_runtime(target: Path) -> None:
    try:
        source = folder_of(RUNTIME)
    except MissingExtraError as error:
        raise MissingExtraError(f"{error} An exported page runs its networks with it.") from error
    target.mkdir(parents=True)
    for name, new in RUNTIME_FILES.items():
        shutil.copyfile(source / name, target / new)
    shutil.copyfile(LOCAL / "onnxruntime-LICENSE.txt", target / "LICENSE.txt")


def _copy_page(target: Path) -> None:
    local = {f"play/{name}": LOCAL / name for name in ("engine.js", "local.js")}
    paths = {name: path for name, path in player_paths().items() if name != INDEX}
    for name, path in {**paths, **local}.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target / name)
    styles = [name for name in sorted(paths) if name.endswith(".css")]
    head = [
        f'<meta http-equiv="content-security-policy" content="{POLICY}">',
        *(f'<link rel="stylesheet" href="{name}">' for name in styles),
    ]
    text = (OWN / INDEX).read_text(encoding="utf-8").replace(HEAD, "\n    ".join(head))
    page = text.replace(f"{ROOT}/", "").replace('<html lang="en">', '<html lang="en" data-local>')
    (target / INDEX).write_text(page, encoding="utf-8")
