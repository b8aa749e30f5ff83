"""A world of rigid bodies on a floor under gravity, simulated and rendered by MuJoCo.

`world.py` puts it behind `world.protocol`. Imports the layers below `sorairo.world`, and of that
package the protocol and the registry's entry.
"""

import os
import sys

# MuJoCo chooses its OpenGL library when first imported. Without a display, render in memory.
if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
    os.environ.setdefault("MUJOCO_GL", "osmesa")
