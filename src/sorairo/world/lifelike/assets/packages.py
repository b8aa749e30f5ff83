"""The packages whose files the world uses."""

from __future__ import annotations

from sorairo.packages import Package

PLACES = Package(
    name="@pmndrs/assets",
    version="1.7.0",
    registry="npm",
    digest="152bd218a3390703f184f0c6ce16e73c8f0a87f32d38530d418a09d33d8208dc",
    licence="CC0 (Poly Haven)",
    files=("hdri/*.exr.js",),
)
EMOJI = Package(
    name="@lobehub/fluent-emoji-3d",
    version="1.1.0",
    registry="npm",
    digest="c1bb7eee7de090205a232518a9ab4adb3df458bfbe8a1f78232991194c8b2e58",
    licence="MIT (Microsoft)",
    files=("assets/*.webp",),
)
MOTIONS = Package(
    name="envpool-assets",
    version="0.4.1",
    registry="pypi",
    digest="3c3f2f85865854b6ccbcd9765c277d883a440193a40785aa7f7c4ed96b58fcea",
    licence="free to use (CMU Graphics Lab Motion Capture Database)",
    files=("assets_dm_control/mocap_2020.bin",),
)
FURNITURE = Package(
    name="sweethome3d-furniture",
    version="1.8-1",
    registry="debian",
    digest="3ccb90c63f9525e887a767b9cd5c8b6933b8b6b2973a615a5359ee68a2118668",
    licence="CC0 (Blend Swap, Emmanuel Puybaret)",
    files=("BlendSwap-CC-0.sh3f",),
)
PACKAGES = (PLACES, EMOJI, MOTIONS, FURNITURE)
