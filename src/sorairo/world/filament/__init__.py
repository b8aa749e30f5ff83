"""Physically based rendering of simulated worlds with Filament, which MuJoCo contains.

It draws through Vulkan, on the CPU or a GPU.

A `Stage` holds meshes, lights and an environment, and draws them from a camera. Worlds pose the
meshes from their own physics. Lengths are in metres, z points up.
"""
