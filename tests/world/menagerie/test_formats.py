"""Meshes, animations, textures and actors of 0 A.D. are read as they were written."""

from __future__ import annotations

import tarfile
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

import small_menagerie as small
from sorairo.errors import MissingExtraError
from sorairo.world.menagerie.animals.gaits import gait_of
from sorairo.world.menagerie.animals.model import load_animal
from sorairo.world.menagerie.animals.skinning import pose_at, posed
from sorairo.world.menagerie.assets import archive
from sorairo.world.menagerie.assets.actors import resolve
from sorairo.world.menagerie.assets.formats import FormatError, read_animation, read_mesh
from sorairo.world.menagerie.assets.textures import read_texture

FILES = small.contents()
WOLF = "fauna/wolf.xml"


@pytest.mark.parametrize("version", [3, 4])
def test_a_mesh_is_read_with_its_bones_and_points(version: int):
    shape, bones = small.boxes()
    mesh = read_mesh(small.mesh_file(version))
    assert np.allclose(mesh.positions, shape.positions, atol=1e-6)
    assert np.allclose(mesh.normals, shape.normals, atol=1e-6)
    assert (mesh.faces == shape.faces).all()
    assert (mesh.bones[:, 0] == bones).all()
    assert (mesh.weights == [1, 0, 0, 0]).all()
    assert np.allclose(mesh.rest.places[1:], small.HIPS)
    assert np.allclose(mesh.rest.turns, np.eye(3))
    assert np.allclose(mesh.points["head"].place, [0, -1, 1])


def test_turns_are_mirrored_with_the_axes():
    """A quarter turn about the file's vertical axis takes its x to its -z; here z is y."""
    turn = (0.0, float(np.sin(np.pi / 4)), 0.0, float(np.cos(np.pi / 4)))
    plain = small.state(small.HIPS[0])
    data = small.mesh_file().replace(plain, small.state(small.HIPS[0], turn), 1)
    assert np.allclose(read_mesh(data).rest.turns[1] @ [1, 0, 0], [0, -1, 0], atol=1e-6)


@pytest.mark.parametrize("keep", [0, 3, 20, 300, -1])
def test_a_file_that_is_cut_off_is_refused(keep: int):
    for read, data in ((read_mesh, small.mesh_file()), (read_animation, FILES[STEP])):
        with pytest.raises(FormatError):
            read(data[:keep])
    with pytest.raises(FormatError):
        read_texture(small.picture_file((1, 2, 3))[: max(keep, 0)][:100])


STEP = "art/animation/quadraped/step.dae.cached.psa"


def test_an_animal_goes_as_fast_as_its_feet_move_backwards():
    wolf = load_animal(FILES.__getitem__, WOLF, ("fur-grey",))
    assert wolf.height == 1.0
    gait = gait_of(wolf, wolf.animations["walk"][0])
    assert gait.speed == pytest.approx(small.SPEED, rel=0.03)
    assert gait.slide < 0.05
    assert gait.gone(2 * gait.seconds) == pytest.approx(2 * gait.travel[-1])


def test_skin_follows_its_bones():
    wolf = load_animal(FILES.__getitem__, WOLF)
    _, bones = small.boxes()
    moment = 0.25 * small.FRAMES * small.INTERVAL
    positions, normals = posed(wolf, wolf.parts[0], pose_at(wolf.animations["walk"][0], moment))
    moved = positions - wolf.parts[0].geometry.positions
    assert np.allclose(moved[bones == 0], 0, atol=1e-6)
    assert np.allclose(moved[bones == 1], small.step(0.25), atol=1e-6)
    assert np.allclose(normals, wolf.parts[0].geometry.normals, atol=1e-6)


def test_variants_of_looks_are_chosen_and_those_of_death_are_not():
    actor = b"""<actor><group><variant name="Death"><mesh>dead.dae</mesh></variant>
    <variant name="Grey" file="base.xml"><textures><texture file="grey.png" name="baseTex"/>
    </textures></variant><variant name="Brown"><textures><texture file="brown.png" name="baseTex"/>
    </textures></variant></group><material>basic_trans.xml</material></actor>"""
    base = b'<variant><mesh>wolf.dae</mesh><props><prop attachpoint="head" actor="a.xml"/></props>'
    files = {"art/actors/w.xml": actor, "art/variants/base.xml": base + b"</variant>"}
    usual = resolve(files.__getitem__, "w.xml")
    assert usual.mesh == "art/meshes/wolf.dae.cached.pmd"
    assert usual.textures == {"baseTex": "art/textures/skins/grey.png.cached.dds"}
    assert usual.props == [("head", "a.xml")]
    assert usual.see_through
    brown = resolve(files.__getitem__, "w.xml", ("brown",))
    assert brown.textures == {"baseTex": "art/textures/skins/brown.png.cached.dds"}
    assert brown.mesh == ""


def package_of(inner: dict[str, bytes], path: Path) -> Path:
    """A Debian package with an archive of files in it."""
    everything, data = BytesIO(), BytesIO()
    with zipfile.ZipFile(everything, "w") as files:
        for name, content in inner.items():
            files.writestr(name, content)
    with tarfile.open(fileobj=data, mode="w:xz") as tar:
        member = tarfile.TarInfo("./" + archive.INNER)
        member.size = len(everything.getvalue())
        tar.addfile(member, BytesIO(everything.getvalue()))
    parts = b"!<arch>\n"
    for name, content in ((b"debian-binary", b"2.0\n\n"[:5]), (b"data.tar.xz", data.getvalue())):
        header = name.ljust(16) + b"0".ljust(12) + b"0".ljust(12) + b"100644".ljust(8)
        parts += header + str(len(content)).encode().ljust(10) + b"`\n" + content
        parts += b"\n" * (len(content) % 2)
    path.write_bytes(parts)
    return path


def test_what_the_world_needs_is_taken_out_of_the_package(tmp_path: Path):
    package = package_of({**FILES, "audio/roar.ogg": b"x"}, tmp_path / "0ad.deb")
    archive.repack(package, tmp_path / "kept.zip")
    with zipfile.ZipFile(tmp_path / "kept.zip") as kept:
        assert set(kept.namelist()) == set(FILES)
        assert kept.read(STEP) == FILES[STEP]


def test_another_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    archive.archive.cache_clear()
    folder = archive.assets_folder()
    folder.mkdir(parents=True)
    package_of(FILES, folder / f"{archive.NAME}_{archive.VERSION}_all.deb")
    with pytest.raises(MissingExtraError, match="not the package"):
        archive.read("art/LICENSE.txt")
    assert [file.suffix for file in folder.iterdir()] == [".deb"]


def test_where_there_is_no_apt_get_the_message_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    archive.archive.cache_clear()
    with pytest.raises(MissingExtraError, match=r"or put 0ad-data_0.0.26-1_all.deb"):
        archive.read("art/LICENSE.txt")
