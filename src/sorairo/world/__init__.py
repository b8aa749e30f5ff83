"""Simulated worlds: sources of clips with captions and ground truth. Imports no torch.

`protocol` says what a world provides, `registry` loads one by its name; each sub-package is one
world. Other packages import the first two, or a world's name, rather than a particular world.
"""
