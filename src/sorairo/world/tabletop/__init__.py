"""A world of rigid bodies on a floor under gravity, simulated and rendered by MuJoCo.

`world.py` puts it behind `world.protocol`. Imports the layers below `sorairo.world`, and of that
package the protocol and the registry's entry.
"""
