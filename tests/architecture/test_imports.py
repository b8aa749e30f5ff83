"""Importing is quick, and modules that do not need torch do not load it."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

WITHOUT_TORCH = (
    "sorairo",
    "sorairo.__main__",
    "sorairo.cli.main",
    "sorairo.config",
    "sorairo.errors",
    "sorairo.generation.requests.metadata",
    "sorairo.generation.tasks.layout",
    "sorairo.generation.prompts.expansion",
    "sorairo.generation.requests.base",
    "sorairo.generation.tasks.storyboard",
    "sorairo.generation.requests.storyboard.toml",
    "sorairo.generation.tasks.text",
    "sorairo.generation.tasks.animate",
    "sorairo.generation.tasks.extend",
    "sorairo.generation.tasks.bridge",
    "sorairo.generation.tasks.edit",
    "sorairo.generation.tasks.characters",
    "sorairo.generation.tasks.registry",
    "sorairo.generation.api",
    "sorairo.generation.settings",
    "sorairo.generation.sampling.temporal_windows",
    "sorairo.models.hub",
    "sorairo.video",
    "sorairo.video.reading.reader",
    "sorairo.world.tabletop.language.captions",
    "sorairo.world.tabletop.rendering.renderer",
    "sorairo.world.tabletop.dynamics.sampling",
)


def loaded_by(module: str) -> set[str]:
    """The top packages that a fresh Python has loaded after importing `module`."""
    script = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_torch_is_not_loaded():
    """By one after the other in one process: the first that loads it is named."""
    script = (
        "import importlib, sys\n"
        "for module in sys.argv[1:]:\n"
        "    importlib.import_module(module)\n"
        "    assert 'torch' not in sys.modules, module\n"
    )
    command = [sys.executable, "-c", script, *WITHOUT_TORCH]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_package_and_its_command_line_load_no_numpy():
    assert "numpy" not in loaded_by("sorairo")
    assert "numpy" not in loaded_by("sorairo.cli.main")


def cpu_seconds(*command: str, runs: int = 5) -> float:
    """The least CPU time of a command, which other programs on the machine hardly change."""
    times = []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *command], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return min(times)


def test_start_is_quick():
    """Against a bare Python before and after: 0.15 and 0.3 s where that takes 0.015 s."""
    before = cpu_seconds("-c", "pass")
    imported, shown = cpu_seconds("-c", "import sorairo"), cpu_seconds("-m", "sorairo", "--help")
    slowness = max(0.015, before, cpu_seconds("-c", "pass")) / 0.015
    assert imported < 0.15 * slowness
    assert shown < 0.3 * slowness


def test_an_unknown_name_is_an_attribute_error():
    import sorairo

    with pytest.raises(AttributeError, match="no attribute 'Klip'"):
        sorairo.Klip  # noqa: B018  # pyright: ignore


def test_every_public_name_is_there():
    import sorairo

    for name in sorairo.__all__:
        assert getattr(sorairo, name) is not None
