"""A menagerie of boxes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from small_menagerie import write_archive


@pytest.fixture(scope="module")
def small_menagerie(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file of a small archive that the menagerie reads in place of that of 0 A.D.; what else is
    in the cache stays as it is."""
    from sorairo.packages import assets_folder
    from sorairo.world.menagerie import grounds
    from sorairo.world.menagerie.animals import cast
    from sorairo.world.menagerie.assets import archive

    def forget() -> None:
        for kept in (archive.archive, cast.animal, cast.gait, grounds.levels):
            kept.cache_clear()

    usual = assets_folder()
    usual.mkdir(parents=True, exist_ok=True)
    cache = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        assets_folder().mkdir(parents=True)
        for kept in usual.iterdir():
            if not kept.name.startswith(archive.NAME):
                (assets_folder() / kept.name).symlink_to(kept)
        file = assets_folder() / f"{archive.NAME}-{archive.VERSION}.zip"
        write_archive(file)
        forget()
        yield file
        forget()
