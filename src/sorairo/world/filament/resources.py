"""Filament's textures, meshes and render targets from arrays."""

# pyright: reportAttributeAccessIssue=false
# (MuJoCo's bindings are compiled and have no stubs.)

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from sorairo.world.filament.bindings import mjrf
from sorairo.world.filament.geometry import Geometry

# What Filament may still be reading: it uploads while it draws. Nothing else releases it.
_uploading: list[Any] = []
_KTX_WIDTH = 36  # where a KTX file has its width
MARGIN = 1e-3  # metres: Filament refuses bounds that are flat
_ATTRIBUTES = (
    (mjrf.VertexAttributeUsage.VERTEX_ATTRIBUTE_USAGE_POSITION, "FLOAT3"),
    (mjrf.VertexAttributeUsage.VERTEX_ATTRIBUTE_USAGE_TANGENTS, "FLOAT4"),
    (mjrf.VertexAttributeUsage.VERTEX_ATTRIBUTE_USAGE_UV, "FLOAT2"),
)


def cube_texture(context: Any, file: bytes) -> Any:
    """A cube map from a KTX file."""
    config = mjrf.TextureConfig()
    config.format = mjrf.PixelFormat.PIXEL_FORMAT_KTX
    config.sampler_type = mjrf.SamplerType.TEXTURE_CUBE
    config.width = config.height = struct.unpack_from("<I", file, _KTX_WIDTH)[0]
    return _uploaded(context, config, file)


def texture(context: Any, image: np.ndarray, *, srgb: bool) -> Any:
    """A texture from an image, uint8 [H, W, 3] or [H, W]."""
    config = mjrf.TextureConfig()
    single = image.ndim == 2
    kind = "PIXEL_FORMAT_R8" if single else "PIXEL_FORMAT_RGB8"
    config.format = getattr(mjrf.PixelFormat, kind)
    config.sampler_type = mjrf.SamplerType.TEXTURE_2D
    config.height, config.width = image.shape[:2]
    space = "COLORSPACE_SRGB" if srgb else "COLORSPACE_LINEAR"
    config.color_space = getattr(mjrf.ColorSpace, space)
    return _uploaded(context, config, np.ascontiguousarray(image, np.uint8).tobytes())


def refill(texture: Any, image: np.ndarray) -> None:
    """Changes the content of a texture, uint8 [H, W, 3] or [H, W]."""
    data = mjrf.TextureData()
    data.set_image(np.ascontiguousarray(image, np.uint8).tobytes())
    texture.upload(data)
    _uploading.append(data)


def _uploaded(context: Any, config: Any, content: bytes) -> Any:
    created = context.create_texture(config)
    data = mjrf.TextureData()
    data.set_image(content)
    created.upload(data)
    _uploading.append(data)
    return created


def release_uploaded() -> None:
    """Frees what was uploaded, after a frame has been waited for."""
    for data in _uploading:
        data.free()
    _uploading.clear()


def vertex_layout(geometry: Geometry) -> Any:
    """The layout of a mesh with as many vertices and faces as `geometry`."""
    attributes = []
    for usage, kind in _ATTRIBUTES:
        attribute = mjrf.VertexAttribute()
        attribute.usage = usage
        attribute.type = getattr(mjrf.VertexAttributeType, f"VERTEX_ATTRIBUTE_TYPE_{kind}")
        attributes.append(attribute)
    return mjrf.MeshConfig(
        max_vertices=len(geometry.positions),
        max_indices=geometry.faces.size,
        index_type=mjrf.IndexType.INDEX_TYPE_U32,
        primitive_type=mjrf.MeshPrimitiveType.MESH_PRIMITIVE_TYPE_TRIANGLES,
        interleaved=True,
        attributes=attributes,
    )


def upload(mesh: Any, layout: Any, geometry: Geometry) -> None:
    """Sets the vertices and faces of a mesh."""
    columns = (geometry.positions, _tangent_frames(geometry.normals), geometry.uv)
    vertices = np.concatenate([np.asarray(column, np.float32) for column in columns], 1)
    data = mjrf.MeshData()
    data.set_vertices(layout, np.ascontiguousarray(vertices, "<f4").tobytes())
    data.set_indices(layout, np.ascontiguousarray(geometry.faces, "<u4").tobytes())
    # Computed by itself, they are those of the first third of interleaved vertices.
    data.compute_bounds = False
    data.bounds_min = (geometry.positions.min(0) - MARGIN).astype(np.float32)
    data.bounds_max = (geometry.positions.max(0) + MARGIN).astype(np.float32)
    mesh.upload(data)
    _uploading.append(data)


def _tangent_frames(normals: np.ndarray) -> np.ndarray:
    """Quaternions (x, y, z, w) that turn the z axis to the normals [V, 3], float32 [V, 4]."""
    x, y, z = np.moveaxis(np.asarray(normals, float), -1, 0)
    frames = np.stack([-y, x, np.zeros_like(x), 1 + z], 1)
    frames[z < -0.9999] = (1.0, 0.0, 0.0, 0.0)
    return (frames / np.linalg.norm(frames, axis=1, keepdims=True)).astype(np.float32)


class Target:
    """A picture that can be drawn into and read: bytes [H, W, 3], or floats [H, W]."""

    def __init__(self, context: Any, width: int, height: int, *, floats: bool = False) -> None:
        self.pixels = (
            np.zeros((height, width), np.float32)
            if floats
            else np.zeros((height, width, 3), np.uint8)
        )
        config = mjrf.RenderTargetConfig()
        kind = "PIXEL_FORMAT_R32F" if floats else "PIXEL_FORMAT_RGB8"
        config.color_format = getattr(mjrf.PixelFormat, kind)
        config.width, config.height = width, height
        self.native = context.create_render_target(config)
        self.read = mjrf.ReadRequest()
        self.read.target = self.native
        self.read.set_buffer(self.pixels)
