"""A scene of meshes in an environment, drawn from a camera."""

# pyright: reportAttributeAccessIssue=false
# (MuJoCo's bindings are compiled and have no stubs.)

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from sorairo.world.filament.bindings import context, mjrf, mujoco
from sorairo.world.filament.cube_maps import reflection_file, sky_file
from sorairo.world.filament.environment import Environment
from sorairo.world.filament.geometry import Geometry
from sorairo.world.filament.resources import cube_texture, texture, upload, vertex_layout

NEAR, FAR = 0.05, 400.0  # metres
SUN_SHADOW_SIDE = 1024  # texels
# Filament's camera is set for daylight: this is the illuminance of an environment of radiance 1.
LUX = 20_000.0
# Sets the tone curve, the shadows and the ambient occlusion to those of MuJoCo's own scenes.
SETTINGS = "<mujoco><worldbody/></mujoco>"


@dataclass(frozen=True, kw_only=True)
class Material:
    """How a surface looks. Textures are uint8 arrays, the first row at v = 0."""

    color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Linear RGB, multiplied with the texture."""
    opacity: float = 1.0
    """1 hides what is behind."""
    roughness: float = 0.8
    """0 is a mirror, 1 is chalk."""
    metallic: float = 0.0
    """1 is bare metal."""
    texture: np.ndarray | None = None
    """sRGB, [H, W, 3]."""
    opacity_texture: np.ndarray | None = None
    """Opacity, [H, W]."""
    normal_texture: np.ndarray | None = None
    """Normals in tangent space, [H, W, 3]."""


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A pinhole camera."""

    position: tuple[float, float, float]
    """Metres."""
    target: tuple[float, float, float]
    """A point in the middle of the picture."""
    field: float = 40.0
    """The vertical angle of view, degrees."""
    roll: float = 0.0
    """Turn about the line of sight, degrees."""


@dataclass(frozen=True)
class Handle:
    """A mesh on a stage."""

    renderable: Any
    mesh: Any
    layout: Any
    faces: np.ndarray
    uv: np.ndarray


class _Screen:
    """Where a stage draws: a target in graphics memory, and the pixels read from it."""

    def __init__(self, native: Any, width: int, height: int) -> None:
        self.pixels = np.zeros((height, width, 3), np.uint8)
        config = mjrf.RenderTargetConfig()
        config.color_format = mjrf.PixelFormat.PIXEL_FORMAT_RGB8
        config.width, config.height = width, height
        self.target = native.create_render_target(config)
        self.read = mjrf.ReadRequest()
        self.read.target = self.target
        self.read.set_buffer(self.pixels)


class Stage:
    """Draws meshes. A context manager, or `close()`: it holds graphics memory.

    Pictures of equal scenes differ by a few of 255 here and there: Filament dithers at random.
    """

    def __init__(
        self, *, width: int, height: int, supersample: int = 2, settings: str = SETTINGS
    ) -> None:
        """Pictures are drawn `supersample` times larger and averaged down. `settings`: an MJCF
        model without bodies, whose custom fields choose Filament's options."""
        self.width, self.height, self.supersample = width, height, supersample
        self._context = context()
        self._scene = self._context.create_scene(mjrf.SceneParams())
        self._scene.configure_from_model(mujoco.MjModel.from_xml_string(settings))
        # Filament does not keep alive what a scene refers to.
        self._lights: list[Any] = []
        self._handles: list[Handle] = []
        self._shown: set[int] = set()
        self._textures: dict[int, tuple[Any, Any]] = {}  # by id: what was uploaded, its texture
        self._large = _Screen(self._context, width * supersample, height * supersample)
        self._exact = _Screen(self._context, width, height)

    def light(
        self,
        environment: Environment,
        *,
        exposure: float = 1.0,
        reflection: bytes | None = None,
        sky: bytes | None = None,
    ) -> None:
        """Sets the environment of the scene, in place of the one before.

        `reflection` and `sky` are KTX files of other light and of another sky than those of the
        environment's radiance, or the same ones, made before.
        """
        for light in self._lights:
            self._scene.remove_light(light)
        self._lights.clear()
        image = mjrf.LightParams()
        image.type = mjrf.LightType.LIGHT_IMAGE
        image.texture = self._cube(reflection or reflection_file(environment.radiance))
        image.intensity = LUX * exposure
        self._add_light(image, None)
        self._scene.set_skybox(self._cube(sky or sky_file(environment.radiance)))
        strength = float(environment.sun_irradiance.max())
        if strength > 0:
            sun = mjrf.LightParams()
            sun.type = mjrf.LightType.LIGHT_DIRECTIONAL
            sun.color = (environment.sun_irradiance / strength).tolist()
            sun.intensity = LUX * exposure * strength
            sun.cast_shadow = True
            sun.shadow_map_size = SUN_SHADOW_SIDE
            self._add_light(sun, environment.sun_direction)

    def _cube(self, file: bytes) -> Any:
        if id(file) not in self._textures:
            self._textures[id(file)] = file, cube_texture(self._context, file)
        return self._textures[id(file)][1]

    def _add_light(self, params: Any, direction: np.ndarray | None) -> None:
        light = self._context.create_light(params)
        if direction is not None:
            light.set_pose(np.zeros(3, np.float32), direction.astype(np.float32))
        self._scene.add_light(light)
        self._lights.append(light)

    def add(
        self, geometry: Geometry, material: Material, *, name: int = 0, shadow: bool = True
    ) -> Handle:
        """Adds a mesh. `name` is its number in `identify`, below 256."""
        layout = vertex_layout(geometry)
        mesh = self._context.create_mesh(layout)
        upload(mesh, layout, geometry)
        params = mjrf.RenderableParams()
        params.cast_shadow = shadow
        renderable = self._context.create_renderable(params)
        renderable.set_mesh(mesh, 0, geometry.faces.size)
        renderable.set_material(self._material(material, name))
        handle = Handle(renderable, mesh, layout, geometry.faces, geometry.uv)
        self._handles.append(handle)
        self.restore(handle)
        self.pose(handle, (0.0, 0.0, 0.0))
        return handle

    def paint(self, handle: Handle, material: Material, *, name: int = 0) -> None:
        """Gives a mesh another material and number."""
        handle.renderable.set_material(self._material(material, name))

    def _material(self, material: Material, name: int) -> Any:
        native = mjrf.Material()
        native.color = [*_srgb(material.color), material.opacity]  # Filament reads sRGB
        native.roughness, native.metallic = material.roughness, material.metallic
        native.segmentation_id = name
        if material.texture is not None:
            native.color_texture = self._texture(material.texture, srgb=True)
        if material.opacity_texture is not None:
            native.opacity_texture = self._texture(material.opacity_texture, srgb=False)
        if material.normal_texture is not None:
            native.normal_texture = self._texture(material.normal_texture, srgb=False)
        return native

    def _texture(self, image: np.ndarray, *, srgb: bool) -> Any:
        if id(image) not in self._textures:
            self._textures[id(image)] = image, texture(self._context, image, srgb=srgb)
        return self._textures[id(image)][1]

    def pose(self, handle: Handle, position: Any, rotation: np.ndarray | None = None) -> None:
        """Moves a mesh; `rotation` is a matrix [3, 3]."""
        turn = np.eye(3) if rotation is None else rotation
        handle.renderable.set_pose(
            np.asarray(position, np.float32), np.ascontiguousarray(turn, np.float32).reshape(9)
        )

    def reshape(self, handle: Handle, positions: np.ndarray, normals: np.ndarray) -> None:
        """Moves the vertices of a mesh."""
        geometry = Geometry(positions, handle.faces, normals, handle.uv)
        upload(handle.mesh, handle.layout, geometry)

    def remove(self, handle: Handle) -> None:
        """Takes a mesh off the stage."""
        self._scene.remove_renderable(handle.renderable)
        self._shown.discard(id(handle))

    def restore(self, handle: Handle) -> None:
        """Puts a mesh back that was removed."""
        self._scene.add_renderable(handle.renderable)
        self._shown.add(id(handle))

    def close(self) -> None:
        """Gives the graphics memory back: first what refers to others, then these."""
        for handle in self._handles:
            if id(handle) in self._shown:
                self.remove(handle)
        for light in self._lights:
            self._scene.remove_light(light)
        self._context.flush()
        self._handles.clear()
        self._lights.clear()
        del self._scene
        self._context.flush()
        self._textures.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def draw(self, camera: Camera) -> np.ndarray:
        """The picture, uint8 [height, width, 3]."""
        large = self._render(camera, mjrf.DrawMode.DRAW_MODE_DEFAULT, self._large)
        scale = self.supersample
        blocks = large.reshape(self.height, scale, self.width, scale, 3)
        return ((blocks.sum((1, 3), dtype=np.uint32) + scale * scale // 2) // scale**2).astype(
            np.uint8
        )

    def identify(self, camera: Camera) -> np.ndarray:
        """The number of the mesh that is visible at each pixel, uint8 [height, width]; 0: none."""
        mode = mjrf.DrawMode.DRAW_MODE_SEGMENTATION_BY_ID
        return self._render(camera, mode, self._exact)[..., 0].copy()

    def _render(self, camera: Camera, mode: Any, screen: _Screen) -> np.ndarray:
        request = mjrf.RenderRequest()
        request.scene, request.target = self._scene, screen.target
        request.camera = _native_camera(camera, self.width / self.height)
        request.viewport.left = request.viewport.bottom = 0
        request.viewport.height, request.viewport.width = screen.pixels.shape[:2]
        request.haze = False
        request.draw_mode = mode
        request.post_processing = mode == mjrf.DrawMode.DRAW_MODE_DEFAULT
        frame = self._context.render([request], [screen.read])
        self._context.wait_for_frame(frame)
        return screen.pixels


def _srgb(color: tuple[float, float, float]) -> list[float]:
    """A linear colour as sRGB (IEC 61966-2-1)."""
    return [12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in color]


def _native_camera(camera: Camera, aspect: float) -> Any:
    position = np.asarray(camera.position, float)
    forward = np.asarray(camera.target, float) - position
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    roll = np.radians(camera.roll)
    native = mjrf.Camera()
    native.pos, native.forward = position, forward
    native.up = np.cos(roll) * up + np.sin(roll) * right
    half = NEAR * np.tan(np.radians(camera.field / 2))
    native.frustum_near, native.frustum_far = NEAR, FAR
    native.frustum_bottom, native.frustum_top = -half, half
    native.frustum_center, native.frustum_width = 0.0, half * aspect
    return native
