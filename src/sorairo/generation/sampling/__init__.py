"""Fills canvases: the sampler, guidance, windows in time and space, plans of long clips,
checkpoints. May import `canvas`, layouts and model protocols; no task, no model, no world."""
