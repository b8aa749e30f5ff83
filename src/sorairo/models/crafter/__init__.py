"""The model of a playable world: a codec of tiles and a causal transformer that takes actions.

`network` is what is trained, `dream` plays it, `files` reads and writes it.
"""
