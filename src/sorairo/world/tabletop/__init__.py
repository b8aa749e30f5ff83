"""Rigid bodies on a floor under gravity, simulated and filmed by MuJoCo."""

import os
import sys

# MuJoCo chooses its OpenGL library when it is first imported. Without a display, draw in memory.
if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
    os.environ.setdefault("MUJOCO_GL", "osmesa")
