"""The scene of this process, which the stages use in turn."""

# pyright: reportAttributeAccessIssue=false
# (MuJoCo's bindings are compiled and have no stubs.)

from __future__ import annotations

from functools import cache
from typing import Any
from xml.etree import ElementTree

from sorairo.world.filament.bindings import context, mjrf, mujoco

FOG = {
    "filament.fog.enabled": "0",
    "filament.fog.distance": "0",
    "filament.fog.cut_off_distance": "1e9",  # metres
    "filament.fog.maximum_opacity": "1",
}

_in_front: Contents | None = None  # of the scene
_sky_of_scene: Any = None  # which can be replaced, and not removed


@cache
def _scene() -> Any:
    """The scene of this process. There is one only: with each frame MuJoCo destroys the materials
    that the frame does not use, and Filament refuses that while another scene has them."""
    return context().create_scene(mjrf.SceneParams())


@cache
def _model(settings: str) -> Any:
    """A model with some settings, and Filament's defaults of fog: where a model says nothing of
    fog MuJoCo keeps that of the scene. It returns other options to their defaults."""
    root = ElementTree.fromstring(settings)
    custom = root.find("custom")
    if custom is None:
        custom = ElementTree.SubElement(root, "custom")
    for name, value in FOG.items():
        if custom.find(f"numeric[@name='{name}']") is None:
            ElementTree.SubElement(custom, "numeric", name=name, data=value)
    return mujoco.MjModel.from_xml_string(ElementTree.tostring(root, encoding="unicode"))


class Contents:
    """The settings, sky, lights and meshes of a stage. They are in the scene after `come_forward`,
    until those of another stage are.

    Args:
        settings: An MJCF model without bodies, whose custom fields choose Filament's options.
    """

    def __init__(self, settings: str) -> None:
        self._settings = settings
        self._sky: Any = None
        # Filament does not keep alive what a scene refers to.
        self._lights: list[Any] = []
        self._meshes: dict[int, Any] = {}  # by id

    def come_forward(self) -> Any:
        """The scene, with these contents and no others."""
        global _in_front
        scene = _scene()
        if _in_front is not self:
            if _in_front is not None:
                _in_front._leave(scene)
            _in_front = self
            scene.configure_from_model(_model(self._settings))
            self._show_sky(scene)
            for light in self._lights:
                scene.add_light(light)
            for mesh in self._meshes.values():
                scene.add_renderable(mesh)
        return scene

    def _leave(self, scene: Any) -> None:
        for light in self._lights:
            scene.remove_light(light)
        for mesh in self._meshes.values():
            scene.remove_renderable(mesh)

    @property
    def has_sky(self) -> bool:
        """Whether the sky of the scene is that of this stage."""
        return self._sky is not None

    def set_sky(self, texture: Any) -> None:
        self._sky = texture
        if _in_front is self:
            self._show_sky(_scene())

    def _show_sky(self, scene: Any) -> None:
        global _sky_of_scene
        if self._sky is not None:
            scene.set_skybox(self._sky)
            _sky_of_scene = self._sky

    def add_light(self, light: Any) -> None:
        self._lights.append(light)
        if _in_front is self:
            _scene().add_light(light)

    def remove_lights(self) -> None:
        if _in_front is self:
            for light in self._lights:
                _scene().remove_light(light)
        self._lights.clear()

    def add_mesh(self, mesh: Any) -> None:
        self._meshes[id(mesh)] = mesh
        if _in_front is self:
            _scene().add_renderable(mesh)

    def remove_mesh(self, mesh: Any) -> None:
        """Removes a mesh, if it is there."""
        if self._meshes.pop(id(mesh), None) is not None and _in_front is self:
            _scene().remove_renderable(mesh)

    def clear(self) -> None:
        """Removes everything."""
        self.remove_lights()
        for mesh in list(self._meshes.values()):
            self.remove_mesh(mesh)
        self.set_sky(None)
