"""A scene of meshes in an environment, drawn from a camera."""

# pyright: reportAttributeAccessIssue=false
# (MuJoCo's bindings are compiled and have no stubs.)

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from sorairo.world.filament import resources
from sorairo.world.filament.bindings import context, mjrf
from sorairo.world.filament.camera import Camera
from sorairo.world.filament.environment import Environment
from sorairo.world.filament.geometry import Geometry, about_z
from sorairo.world.filament.light_cache import LightTextures, light_textures
from sorairo.world.filament.material import Material
from sorairo.world.filament.native_camera import FAR, NEAR, native_camera
from sorairo.world.filament.pixels import averaged, central_depth, srgb, surface_normals
from sorairo.world.filament.scene import Contents

SUN_SHADOW_SIDE = 1024  # texels
# Filament's camera is set for daylight: this is the illuminance of an environment of radiance 1.
LUX = 20_000.0
# Sets the tone curve, the shadows and the ambient occlusion to those of MuJoCo's own scenes.
SETTINGS = "<mujoco><worldbody/></mujoco>"
CAMERA_EXPOSURE = 1 / (1.2 * 16**2 * 125)  # of Filament's camera at f/16, 1/125 s and ISO 100


@dataclass(frozen=True)
class Handle:
    """A mesh on a stage."""

    renderable: Any
    mesh: Any
    layout: Any
    faces: np.ndarray
    uv: np.ndarray
    texture: Any
    opacity: Any


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
        self._contents = Contents(settings)
        self._handles: list[Handle] = []
        self._textures: dict[int, tuple[Any, Any]] = {}  # by id: what was uploaded, its texture
        self._maps: LightTextures | None = None
        self._turn, self._exposure = np.eye(3), 1.0
        self._picture = resources.Target(self._context, width * supersample, height * supersample)
        self._exact = resources.Target(self._context, width, height)
        self._depths: resources.Target | None = None  # made when first needed

    def light(
        self,
        environment: Environment,
        *,
        exposure: float = 1.0,
        turn: float = 0.0,
        shadow_side: int = SUN_SHADOW_SIDE,
        reflection: bytes | None = None,
        sky: bytes | None = None,
    ) -> None:
        """Sets the environment of the scene, in place of the one before, and its lamps.

        Args:
            environment: The light.
            exposure: Less makes the picture darker.
            turn: The angle, radians about the vertical axis, by which the environment is turned
                clockwise, seen from above. Turned environments share their cube maps: what is posed
                from now on is turned in their place.
            shadow_side: Of the shadow maps of the sun, texels.
            reflection: A KTX file of other light than that of the environment's radiance.
            sky: A KTX file of another sky.
        """
        self._contents.remove_lights()
        self._turn, self._exposure = about_z(turn), exposure
        image = mjrf.LightParams()
        image.type = mjrf.LightType.LIGHT_IMAGE
        image.texture = (
            self._cube(reflection) if reflection else self._maps_of(environment).reflection
        )
        image.intensity = LUX * exposure
        self._add_light(image, None)
        self._contents.set_sky(self._cube(sky) if sky else self._maps_of(environment).sky)
        strength = float(environment.sun_irradiance.max())
        if strength > 0:
            sun = mjrf.LightParams()
            sun.type = mjrf.LightType.LIGHT_DIRECTIONAL
            sun.color = (environment.sun_irradiance / strength).tolist()
            sun.intensity = LUX * exposure * strength
            sun.cast_shadow = True
            sun.shadow_map_size = shadow_side
            self._add_light(sun, environment.sun_direction)

    def _maps_of(self, environment: Environment) -> LightTextures:
        self._maps = light_textures(environment.radiance)  # kept alive
        return self._maps

    def _cube(self, file: bytes) -> Any:
        if id(file) not in self._textures:
            self._textures[id(file)] = file, resources.cube_texture(self._context, file)
        return self._textures[id(file)][1]

    def lamp(
        self, position: tuple[float, float, float], color: tuple[float, float, float], power: float
    ) -> None:
        """Adds a point light without shadows.

        `power`: the irradiance one metre away, as a multiple of the mean radiance of the
        environment before exposure.
        """
        lamp = mjrf.LightParams()
        lamp.type = mjrf.LightType.LIGHT_POINT
        lamp.color, lamp.intensity = list(color), LUX * power
        lamp.range, lamp.cast_shadow = 12.0, False
        place = self._turn @ np.array(position)
        self._add_light(lamp, np.array([0.0, 0.0, -1.0]), place)

    def _add_light(
        self, params: Any, direction: np.ndarray | None, place: np.ndarray | None = None
    ) -> None:
        light = self._context.create_light(params)
        if direction is not None:
            at = np.zeros(3) if place is None else place
            light.set_pose(at.astype(np.float32), direction.astype(np.float32))
        self._contents.add_light(light)

    def add(
        self, geometry: Geometry, material: Material, *, name: int = 0, shadow: bool = True
    ) -> Handle:
        """Adds a mesh. `name` is its number in `identify`, below 256."""
        layout = resources.vertex_layout(geometry)
        mesh = self._context.create_mesh(layout)
        resources.upload(mesh, layout, geometry)
        params = mjrf.RenderableParams()
        params.cast_shadow = shadow
        renderable = self._context.create_renderable(params)
        renderable.set_mesh(mesh, 0, geometry.faces.size)
        native = self._material(material, name)
        renderable.set_material(native)
        painted = None if material.texture is None else native.color_texture
        veil = None if material.opacity_texture is None else native.opacity_texture
        handle = Handle(renderable, mesh, layout, geometry.faces, geometry.uv, painted, veil)
        self._handles.append(handle)
        self.restore(handle)
        self.pose(handle, (0.0, 0.0, 0.0))
        return handle

    def paint(self, handle: Handle, material: Material, *, name: int = 0) -> None:
        """Gives a mesh another material and number."""
        handle.renderable.set_material(self._material(material, name))

    def _material(self, material: Material, name: int) -> Any:
        native = mjrf.Material()
        native.color = [*srgb(material.color), material.opacity]  # Filament reads sRGB
        native.roughness, native.metallic = material.roughness, material.metallic
        native.segmentation_id = name
        if material.texture is not None:
            native.color_texture = self._texture(material.texture, srgb=True)
        if material.opacity_texture is not None:
            native.opacity_texture = self._texture(material.opacity_texture, srgb=False)
        if material.metallic_texture is not None:
            # Linear textures have smaller versions, which mix near and far.
            native.metallic_texture = self._texture(material.metallic_texture, srgb=True)
        if material.glow_texture is not None:
            native.emissive = material.glow * LUX * CAMERA_EXPOSURE * self._exposure
            native.emissive_texture = self._texture(material.glow_texture, srgb=True)
        if material.normal_texture is not None:
            native.normal_texture = self._texture(material.normal_texture, srgb=False)
        return native

    def _texture(self, image: np.ndarray, *, srgb: bool) -> Any:
        if id(image) not in self._textures:
            self._textures[id(image)] = image, resources.texture(self._context, image, srgb=srgb)
        return self._textures[id(image)][1]

    def pose(self, handle: Handle, position: Any, rotation: np.ndarray | None = None) -> None:
        """Moves a mesh; `rotation` is a matrix [3, 3]."""
        turn = np.eye(3) if rotation is None else rotation
        handle.renderable.set_pose(
            (self._turn @ np.asarray(position, float)).astype(np.float32),
            np.ascontiguousarray(self._turn @ turn, np.float32).reshape(9),
        )

    def reshape(self, handle: Handle, positions: np.ndarray, normals: np.ndarray) -> None:
        """Moves the vertices of a mesh."""
        geometry = Geometry(positions, handle.faces, normals, handle.uv)
        resources.upload(handle.mesh, handle.layout, geometry)
        # Takes over the new bounds, outside of which nothing is drawn.
        handle.renderable.set_mesh(handle.mesh, 0, handle.faces.size)

    def repaint(self, handle: Handle, image: np.ndarray) -> None:
        """Changes the texture of a mesh that has one; `image` is as large as that."""
        resources.refill(handle.texture, image)

    def veil(self, handle: Handle, opacity: np.ndarray) -> None:
        """Changes the opacity texture of a mesh that has one; it is as large as that."""
        resources.refill(handle.opacity, opacity)

    def remove(self, handle: Handle) -> None:
        """Takes a mesh off the stage."""
        self._contents.remove_mesh(handle.renderable)

    def restore(self, handle: Handle) -> None:
        """Puts a mesh back that was removed."""
        self._contents.add_mesh(handle.renderable)

    def close(self) -> None:
        """Gives the graphics memory back: first what refers to others, then these."""
        self._contents.clear()
        self._context.flush()
        self._handles.clear()
        self._context.flush()
        self._textures.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def draw(self, camera: Camera) -> np.ndarray:
        """The picture, uint8 [height, width, 3]."""
        pixels = self._render(camera, mjrf.DrawMode.DRAW_MODE_DEFAULT, self._picture)
        return averaged(pixels, self.supersample)

    def identify(self, camera: Camera) -> np.ndarray:
        """The number of the mesh that is visible at each pixel, uint8 [height, width]; 0: none."""
        mode = mjrf.DrawMode.DRAW_MODE_SEGMENTATION_BY_ID
        return self._render(camera, mode, self._exact)[..., 0].copy()

    def depth(self, camera: Camera) -> np.ndarray:
        """Metres along the camera's axis, float32 [height, width]; FAR where nothing is."""
        return central_depth(self._depth(camera), self.supersample)

    def normals(self, camera: Camera) -> np.ndarray:
        """Unit vectors that stand on the visible surfaces, on the camera's side, in the axes of the
        world, float32 [height, width, 3]; zeros where nothing is. Needs an even `supersample`.

        They are those of the triangles, by differences of the depth within each pixel.
        """
        assert self.supersample % 2 == 0, "normals need pixels that are drawn in parts"
        return surface_normals(self._depth(camera), camera, self.supersample)

    def _depth(self, camera: Camera) -> np.ndarray:
        if self._depths is None:
            height, width = self._picture.pixels.shape[:2]
            self._depths = resources.Target(self._context, width, height, floats=True)
        drawn = self._render(camera, mjrf.DrawMode.DRAW_MODE_DEPTH, self._depths)
        return NEAR * FAR / (NEAR + drawn * np.float32(FAR - NEAR))

    def _render(self, camera: Camera, mode: Any, target: resources.Target) -> np.ndarray:
        """The pixels of a target, which the next call overwrites."""
        request = mjrf.RenderRequest()
        request.scene, request.target = self._contents.come_forward(), target.native
        request.camera = native_camera(camera, self._turn, self.width / self.height)
        request.viewport.left = request.viewport.bottom = 0
        request.viewport.height, request.viewport.width = target.pixels.shape[:2]
        request.haze, request.skybox = False, self._contents.has_sky
        request.draw_mode = mode
        request.post_processing = mode == mjrf.DrawMode.DRAW_MODE_DEFAULT
        frame = self._context.render([request], [target.read])
        self._context.wait_for_frame(frame)
        resources.release_uploaded()
        return target.pixels
