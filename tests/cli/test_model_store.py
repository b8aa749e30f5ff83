"""The folder of fetched models: what is there, linked, placed by somebody, or not all there."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from hub_server import LARGEST, REPOSITORY, Hub, listed
from sorairo.errors import DiskFullError, ModelError, UnreachableError, WriteError
from sorairo.models.pull import plan as plans
from sorairo.models.pull.catalogue import WantedFile
from sorairo.models.pull.download import fetch
from sorairo.models.pull.store import ModelStore, alone, sha256_of


def install(store: ModelStore) -> Path:
    """Fetches the model, as the command does it but for previews."""
    plan = plans.plan_pull(store, REPOSITORY)
    return store.assemble("tiny", [*plan.present, *(fetch(store, each) for each in plan.missing)])


def test_a_stopped_fetch_needs_only_the_rest_of_the_disk(hub: Hub, tmp_path: Path):
    """What has arrived is not counted again, and stays when another model is removed; it can be
    removed by the name of the model that it is of."""
    store = ModelStore(tmp_path / "models")
    plan = plans.plan_pull(store, REPOSITORY)
    whole = plan.bytes_to_fetch
    assert whole == plan.bytes
    largest = next(each for each in plan.missing if each.wanted.place == LARGEST)
    first = next(each for each in plan.missing if each.sha256 and each is not largest)
    store.expect("tiny", [each.digest for each in plan.missing])
    fetched = fetch(store, first)
    asked = len(hub.asked)
    assert fetch(store, first) == fetched
    assert len(hub.asked) == asked, "another command may fetch it after the plan is made"
    store.expect("tiny", [*(each.digest for each in plan.missing), fetched.sha256])
    store.part(largest.digest).write_bytes(hub.repositories[REPOSITORY][LARGEST][:20_000])
    again = plans.plan_pull(store, REPOSITORY)
    assert again.bytes_to_fetch == whole - first.bytes - 20_000
    (store.root / "other").mkdir()
    (store.root / "other" / "model.json").write_text("{}")
    assert store.remove("other") == 0
    assert store.stored(fetched.sha256)
    with alone(store.part(largest.digest)), pytest.raises(ModelError, match="wait until it ends"):
        store.remove("tiny")
    assert store.remove("tiny") == 20_000 + first.bytes
    assert not list(store.files.iterdir())
    assert not [each for each in store.incoming.iterdir() if each.suffix != ".lock"]
    with pytest.raises(ModelError, match="There is no model 'tiny'"):
        store.remove("tiny")


@pytest.mark.parametrize(("name", "room"), [(LARGEST, 20_000), ("model.json", 200)])
def test_a_disk_that_is_full_while_a_file_arrives(hub: Hub, tmp_path: Path, name: str, room: int):
    """What has arrived stays, and the next call goes on there. A small file is written at its
    end."""
    store = ModelStore(tmp_path / "models")
    plan = plans.plan_pull(store, REPOSITORY)
    wanted = next(each for each in plan.missing if each.wanted.place == name)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        with pytest.raises(WriteError, match=f"^{name} cannot be stored: File too large.$"):
            fetch(store, wanted)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert store.part(wanted.digest).stat().st_size == room
    found = store.stored(fetch(store, wanted).sha256)
    assert found is not None
    assert found.read_bytes() == hub.repositories[REPOSITORY][name]
    assert hub.asked[-1] == (name, f"bytes={room}-")


@pytest.mark.parametrize("symbolic", [True, False])
def test_a_disk_without_hard_links(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, symbolic: bool
):
    """As many of those are that are plugged in: files are moved, linked or copied, and a file that
    somebody has placed is not lost."""

    def refuse(*_given: object, **_more: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    if not symbolic:
        monkeypatch.setattr(os, "symlink", refuse)
    store = ModelStore(tmp_path / "models")
    folder = store.root / "tiny"
    folder.mkdir(parents=True)
    (folder / LARGEST).write_bytes(hub.repositories[REPOSITORY][LARGEST])
    for _ in range(2):
        assert install(store) == folder
        for each in set(folder.iterdir()) - {folder / "pull.json"}:
            assert each.read_bytes() == hub.repositories[REPOSITORY][each.name]
            assert each.is_symlink() == symbolic
    assert LARGEST not in [name for name, _ in hub.asked]
    assert store.remove("tiny") > 20_000
    assert not list(store.files.iterdir())


def test_what_somebody_has_put_beside_a_model_stays(hub: Hub, tmp_path: Path):
    store, files = ModelStore(tmp_path / "models"), hub.repositories[REPOSITORY]
    files["more.safetensors"] = b"more" * 200
    folder = store.root / "tiny"
    (folder / "notes").mkdir(parents=True)
    (folder / "notes" / "mine.txt").write_text("mine")
    (folder / "model.json").write_text("cut off")
    install(store)
    assert (folder / "model.json").read_bytes() == files["model.json"]
    assert (folder / "more.safetensors").exists()
    del files["more.safetensors"]
    install(store)
    assert not (folder / "more.safetensors").exists(), "the model has it no more"
    assert (folder / "notes" / "mine.txt").read_text() == "mine"
    assert [each.name for each in store.root.iterdir() if each.name.startswith(".tiny")] == []


def test_a_list_that_differs_from_the_hub_is_refused(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A file that was replaced on the hub is not fetched under the digest that we know."""
    wanted = WantedFile(repo=REPOSITORY, path=LARGEST, place=LARGEST, sha256="0" * 64)
    monkeypatch.setattr(plans, "entry_named", lambda _name: listed(wanted))
    with pytest.raises(ModelError, match="update sorairo"):
        plans.plan_pull(ModelStore(tmp_path / "models"), "entry")


def test_placed_files_are_checked_without_a_network(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    content = hub.repositories[REPOSITORY][LARGEST]
    store, folder = ModelStore(tmp_path / "models"), tmp_path / "models" / "entry"
    folder.mkdir(parents=True)
    (folder / LARGEST).write_bytes(content)
    good = WantedFile(
        repo=REPOSITORY, path=LARGEST, place=LARGEST, sha256=sha256_of(folder / LARGEST)
    )
    monkeypatch.setattr(plans, "entry_named", lambda _name: listed(good))
    monkeypatch.setattr(plans, "describe", unreachable)
    plan = plans.plan_pull(store, "entry")
    assert [each.sha256 for each in plan.present] == [good.sha256]
    assert not plan.missing
    other = WantedFile(repo=REPOSITORY, path=LARGEST, place=LARGEST, sha256="1" * 64)
    monkeypatch.setattr(plans, "entry_named", lambda _name: listed(other))
    with pytest.raises(ModelError, match="another file, or incomplete"):
        plans.plan_pull(store, "entry")


def unreachable(*_given: object) -> None:
    raise UnreachableError("no network")


def test_a_full_disk_is_said_before_anything_is_fetched(tmp_path: Path):
    store = ModelStore(tmp_path / "not there yet")
    with pytest.raises(DiskFullError, match="SORAIRO_MODELS"):
        store.check_space(10**18)
    assert os.listdir(tmp_path) == []
